import { z } from 'zod';
import { changeResource, checkFingerprint, collection, parse, start } from './collection.ts';
import type { Call, ItemCall, Lab } from './collection.ts';
import { attachDisk, detachDisk } from './instance-attachments.ts';
import { checkDisks } from './instance-disks.ts';
import { imageDigest, newInstance, tagsOf, withFingerprint } from './instance-document.ts';
import { setLabels } from './labels.ts';
import { findMachineType } from './locations.ts';
import { interfacesFrom } from './network-interfaces.ts';
import { lastPart, pathOf } from './path.ts';
import { CloudProblem, alreadyExists, invalid, notFound, notReady } from './problem.ts';
import { instanceProperties, metadata, named } from './resource.ts';
import type { OperationDocument } from './store.ts';
import { isLeaving } from './traffic-plan.ts';

const kind = { name: 'instances', kind: 'compute#instance' } as const;

const PORT = 8080;

const instanceBody = named.extend(instanceProperties.shape);
const setTagsBody = z.looseObject({ items: z.array(z.string()).default([]), fingerprint: z.string().optional() });
const setMetadataBody = metadata.extend({ fingerprint: z.string().optional() });

/** Works of operations that drive an instance: one at a time, but a deletion waits for none of the others. */
const DELETING = new Set(['delete-instance']);
const DRIVING = new Set([...DELETING, 'stop-instance', 'start-instance', 'reset-instance']);

type Item = ItemCall<'instances'>;

/** Instances: those of groups, and those that stand alone. */
export const instances = collection<'instances'>({
  ...kind,
  scopes: ['zone'],
  insert,
  remove(lab, call) {
    refuseWhileDriven(lab, call.path, DELETING);
    return start(lab, call, 'delete', { action: 'delete-instance' }, () => undefined);
  },
  posts: {
    reset(lab, call) {
      refuseWhileDriven(lab, call.path, DRIVING);
      if (call.item.status === 'TERMINATED') throw notReady(call.path, 'it is stopped; start it.');
      return start(lab, call, 'reset', { action: 'reset-instance' }, () => undefined);
    },
    stop(lab, call) {
      refuseWhileDriven(lab, call.path, DRIVING);
      return start(lab, call, 'stop', { action: 'stop-instance' }, () => undefined);
    },
    start(lab, call) {
      refuseWhileDriven(lab, call.path, DRIVING);
      if (call.item.status === 'STOPPING')
        throw notReady(call.path, 'it is being stopped; start it when it is TERMINATED.');
      return start(lab, call, 'start', { action: 'start-instance' }, () => undefined);
    },
    setTags(lab, call) {
      const body = parse(setTagsBody, call.body, 'setTagsRequest');
      checkFingerprint(body.fingerprint, call.item.tags.fingerprint, true);
      return changeResource(lab, call, kind, 'setTags', { tags: tagsOf(body.items) });
    },
    setMetadata(lab, call) {
      const body = parse(setMetadataBody, call.body, 'setMetadataRequest');
      checkFingerprint(body.fingerprint, call.item.metadata.fingerprint, true);
      const items = body.items.map(({ key, value }) => ({ key, value }));
      const twice = items.find(({ key }, position) => items.findIndex((each) => each.key === key) !== position);
      if (twice !== undefined) throw invalid('metadata.items', `the key '${twice.key}' stands there twice.`);
      return changeResource(lab, call, kind, 'setMetadata', { metadata: withFingerprint(items) });
    },
    setLabels: setLabels(kind),
    attachDisk,
    detachDisk,
  },
  gets: { serialPort },
});

function insert(lab: Lab, call: Call): OperationDocument {
  const body = parse(instanceBody, withTemplate(lab, call));
  const { name, description, ...given } = body;
  const interfaces = given['networkInterfaces'];
  const properties = Array.isArray(interfaces)
    ? { ...given, networkInterfaces: interfacesFrom(lab, call, 'networkInterfaces', interfaces) }
    : given;
  const path = `${call.scope.path}/instances/${name}`;
  if (lab.store.get('instances', path) !== undefined) throw alreadyExists(path);
  const type = lastPart(properties.machineType);
  if (findMachineType(type) === undefined) {
    throw invalid(
      'resource.machineType',
      `'${type}'. The machine types of ${call.scope.location} are listed below it.`,
    );
  }
  if (imageDigest(lab.store, properties, call.scope.project) === undefined) {
    const source = properties.disks[0]?.initializeParams?.sourceImage ?? '(none)';
    throw new CloudProblem(404, 'notFound', `The image of the boot disk was not found: '${source}'.`);
  }
  checkDisks(lab.store, { project: call.scope.project, zone: call.scope.location, name }, properties.disks);
  return lab.operations.start({
    scope: call.scope,
    type: 'insert',
    targetPath: path,
    requestId: call.requestId,
    work: { action: 'insert-instance' },
    apply() {
      const made = newInstance(lab.store, lab.placement, lab.clock.now(), {
        scope: call.scope,
        name,
        properties: { ...properties, ...(description === undefined ? {} : { description }) },
        kept: new Map(),
        address: undefined,
        metadata: {},
        port: PORT,
      });
      lab.fleet.launch(made);
      return made.instance.id;
    },
  });
}

/** The body, over the properties of `sourceInstanceTemplate` where the query names one. */
function withTemplate(lab: Lab, call: Call): unknown {
  const reference = call.query['sourceInstanceTemplate'];
  if (reference === undefined || reference === '') return call.body;
  const path = pathOf(reference, call.scope.project, 'sourceInstanceTemplate');
  const template = lab.store.get('instanceTemplates', path);
  if (template === undefined) throw notFound(path);
  return { ...template.properties, ...Object(call.body) };
}

async function serialPort(lab: Lab, call: Item): Promise<object> {
  const { query } = call;
  const from = Number(query['start'] ?? 0);
  if (!Number.isInteger(from)) throw invalid('start', `'${String(query['start'])}'. Give a whole number of bytes.`);
  const port = Number(query['port'] ?? 1);
  if (!Number.isInteger(port) || port < 1 || port > 4) {
    throw invalid('port', `'${String(query['port'])}'. Ports are 1 to 4.`);
  }
  const empty = { contents: '', start: 0, next: 0 };
  // All output goes to the first port. A negative start counts from the end, as in the real API.
  const whole = port === 1 && from < 0 ? await lab.runtime.serialOutput(call.item.id, 0) : empty;
  const begin = from < 0 ? Math.max(whole.start, whole.next + from) : from;
  const { contents, start: first, next } = port === 1 ? await lab.runtime.serialOutput(call.item.id, begin) : empty;
  return {
    kind: 'compute#serialPortOutput',
    selfLink: `${call.item.selfLink}/serialPort`,
    contents,
    start: String(first),
    next: String(next),
  };
}

function refuseWhileDriven(lab: Lab, path: string, works: ReadonlySet<string>): void {
  const record = lab.store.state.managed[path];
  if (record !== undefined && isLeaving(record)) throw notReady(path, 'it is being deleted or made anew.');
  if (lab.operations.isUnderWay(path, works))
    throw notReady(path, 'another operation on it is under way; wait until that is DONE.');
}
