import { z } from 'zod';
import { checkFingerprint, collection, parse, start } from './collection.ts';
import { putNamedPorts } from './named-ports.ts';
import { page } from './page.ts';
import { linkOf } from './path.ts';
import { namedPort } from './resource.ts';
import { membersOf } from './traffic-plan.ts';

const groups = { name: 'instanceGroups', kind: 'compute#instanceGroup' } as const;

const setNamedPortsBody = z.looseObject({
  namedPorts: z.array(namedPort).default([]),
  fingerprint: z.string().optional(),
});

/** Instance groups: one for each managed group, with its named ports. */
export const instanceGroups = collection<'instanceGroups'>({
  ...groups,
  scopes: ['zone', 'region'],
  view: (lab, path, item) => ({ ...item, size: membersOf(lab.store, path).length }),
  posts: {
    listInstances(lab, call) {
      const { instanceState } = parse(z.looseObject({ instanceState: z.string().default('ALL') }), call.body);
      const list = membersOf(lab.store, call.path)
        .filter(({ resource }) => instanceState !== 'RUNNING' || resource.status === 'RUNNING')
        .map(({ instance, resource }) => ({
          instance: linkOf(instance),
          status: resource.status,
          namedPorts: call.item.namedPorts,
        }));
      const { items, nextPageToken } = page(list, ({ instance }) => instance, call.query);
      return {
        kind: 'compute#instanceGroupsListInstances',
        items,
        ...(nextPageToken === undefined ? {} : { nextPageToken }),
      };
    },
    setNamedPorts(lab, call) {
      const body = parse(setNamedPortsBody, call.body);
      checkFingerprint(body.fingerprint, call.item.fingerprint);
      return start(lab, call, 'setNamedPorts', undefined, () => putNamedPorts(lab, call.path, body.namedPorts));
    },
  },
});
