import { existing } from './collection.ts';
import type { Call, Lab } from './collection.ts';
import { linkOf } from './path.ts';

type Interface = Readonly<Record<string, unknown>>;

/**
 * The network interfaces of a template or an instance, with what they name written out in full. A template is of no
 * region, so that its subnetwork may lie in any.
 * @param field where they stand in the request
 * @throws CloudProblem when a network or subnetwork is not there
 */
export function interfacesFrom(lab: Lab, call: Call, field: string, given: readonly Interface[]): Interface[] {
  const reach = call.scope.kind === 'global' ? 'anywhere' : 'around';
  return given.map(({ network, subnetwork, ...rest }) => ({
    ...rest,
    ...(typeof network === 'string'
      ? { network: linkOf(existing(lab, call, `${field}.network`, network, ['networks'])) }
      : {}),
    ...(typeof subnetwork === 'string'
      ? { subnetwork: linkOf(existing(lab, call, `${field}.subnetwork`, subnetwork, ['subnetworks'], reach)) }
      : {}),
  }));
}
