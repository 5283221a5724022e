import { resolve, type Resolved } from './resolve.ts';
import type { Options } from './surroundings.ts';

/** Names for a case: each is its own little world. */
export type Names = Readonly<Record<string, unknown>>;
const NOW = 1_700_000_000_000;

/** A text resolved among names, with a clock that stands still. */
export function resolved(text: unknown, names: Names = {}, options: Options = {}): Resolved {
  const lookup = (name: string): unknown => (Object.hasOwn(names, name) ? names[name] : undefined);
  return resolve(text, { lookup }, { now: NOW, seed: 'rows', ...options });
}

/** A stage of an execution, as expressions see it. */
export const stage = (over: Names): Names => ({
  id: 'S',
  refId: '1',
  name: 'S',
  type: 'wait',
  status: 'SUCCEEDED',
  context: {},
  outputs: {},
  ...over,
});

/** The names of an execution of these stages. */
export const within = (...stages: Names[]): Names => ({ execution: { stages } });

/** A stage that deployed a server group. */
export const deploy = (name: string, region: string, group: string): Names =>
  stage({
    name,
    type: 'deploy',
    context: {
      account: 'prod',
      capacity: { desired: 2 },
      'deploy.server.groups': { [region]: [group] },
      deploymentDetails: [{ region, ami: `ami-${region}` }],
      deployments: [{ serverGroupName: group }],
    },
  });
