import { z } from 'zod';
import { changeResource, existing, itemAt, parse, replaceFields, start } from './collection.ts';
import type { ItemCall, Lab } from './collection.ts';
import { refuseBootDisk } from './disk-source.ts';
import { refuseUnlessShared } from './disk-users.ts';
import { attachedDisk, dataDisks, deviceOf } from './instance-disks.ts';
import { linkOf } from './path.ts';
import { inUse, invalid, notReady } from './problem.ts';
import { diskMode, resourceName } from './resource.ts';
import type { OperationDocument, OperationWork } from './store.ts';
import { isLeaving } from './traffic-plan.ts';

const kind = { name: 'instances' } as const;

const attachBody = z.looseObject({
  source: z.string().min(1, 'it names no disk'),
  deviceName: resourceName.optional(),
  autoDelete: z.boolean().default(false),
  boot: z.literal(false, 'an instance boots from the disk that it was made with').optional(),
  mode: diskMode.default('READ_WRITE'),
});

type Item = ItemCall<'instances'>;

/** `attachDisk`: an instance that runs finds the disk in its folder of disks when the operation is done. */
export function attachDisk(lab: Lab, call: Item): OperationDocument {
  refuseUnlessAtRest(lab, call);
  const { source, deviceName, autoDelete, mode } = parse(attachBody, call.body, 'attachedDisk');
  const path = existing(lab, call, 'source', source, ['disks'], 'same');
  const disk = itemAt(lab, 'disks', path);
  refuseBootDisk(path, disk);
  if (disk.contents !== undefined) throw notReady(path, 'it is CREATING; wait until it is READY.');
  const { disks } = call.item;
  if (disks.some((each) => each.source === linkOf(path))) throw inUse(path, call.path);
  refuseUnlessShared(lab.store, path, mode);
  const taken = new Set(disks.map(({ index }) => index));
  const index = disks.findIndex((_, position) => !taken.has(position));
  const free = index === -1 ? disks.length : index;
  const device = deviceOf({ deviceName }, free);
  if (disks.some((each) => each.deviceName === device))
    throw invalid('attachedDisk.deviceName', `${call.item.name} has a disk '${device}' already; take another name.`);
  const attached = attachedDisk({
    index: free,
    deviceName: device,
    boot: false,
    mode,
    autoDelete,
    source: linkOf(path),
    diskSizeGb: disk.sizeGb,
  });
  const work = { action: 'attach-disk', detail: { device } };
  return changeResource(lab, call, kind, 'attachDisk', { disks: [...disks, attached] }, work);
}

/** `detachDisk`: the disk stays, with what is on it. */
export function detachDisk(lab: Lab, call: Item): OperationDocument {
  refuseUnlessAtRest(lab, call);
  const device = call.query['deviceName'] ?? '';
  const { name, disks } = call.item;
  const found = disks.find(({ deviceName }) => deviceName === device);
  if (found === undefined)
    throw invalid('deviceName', `'${device}'. ${name} has ${disks.map(({ deviceName }) => deviceName).join(', ')}.`);
  if (found.boot) throw invalid('deviceName', `'${device}' is what ${name} boots from; delete the instance instead.`);
  return start(lab, call, 'detachDisk', { action: 'detach-disk', detail: { device } }, () => undefined);
}

/** Work of attachDisk. */
export async function mountDisk({ store, runtime }: Lab, { target, detail }: OperationWork): Promise<void> {
  const instance = store.get('instances', target);
  if (instance === undefined) return;
  const disk = dataDisks(store, instance).find(({ device }) => device === detail?.['device']);
  if (disk !== undefined) await runtime.attachDisk(instance.id, disk);
}

/** Work of detachDisk. */
export async function unmountDisk(lab: Lab, { target, detail }: OperationWork): Promise<void> {
  const instance = lab.store.get('instances', target);
  const device = detail?.['device'] ?? '';
  if (instance === undefined) return;
  const disks = instance.disks.filter(({ deviceName }) => deviceName !== device);
  // First here: what boots meanwhile is not to have it.
  replaceFields(lab, target, instance, kind, { disks });
  await lab.runtime.detachDisk(instance.id, device);
}

function refuseUnlessAtRest(lab: Lab, { path, item }: Item): void {
  const record = lab.store.state.managed[path];
  const isMoving = item.status !== 'RUNNING' && item.status !== 'TERMINATED';
  if (isMoving || (record !== undefined && isLeaving(record)))
    throw notReady(path, `it is ${item.status}; wait until it runs or is stopped.`);
}
