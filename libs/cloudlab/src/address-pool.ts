import type { Lab } from './collection.ts';
import { lastPart } from './path.ts';
import { invalid } from './problem.ts';
import type { Store } from './store.ts';

const LOAD_BALANCER_OCTET = 255;

/** Every address that a forwarding rule or a reservation has, with the path of what has it. */
export function addressHolders(store: Store): { readonly path: string; readonly address: string }[] {
  return [
    ...store.list('forwardingRules', 'projects/').map(([path, rule]) => ({ path, address: rule.IPAddress })),
    ...store.list('addresses', 'projects/').map(([path, { address }]) => ({ path, address })),
  ];
}

/**
 * An address of the load balancers' pool: the given one, or the next that is free.
 * @throws CloudProblem 400 when the given one lies elsewhere
 */
export function takeAddress(lab: Lab, field: string, given: string | undefined): string {
  const { prefix } = lab.placement;
  if (given === undefined) {
    const taken = new Set(addressHolders(lab.store).map(({ address }) => address));
    return lab.store.nextAddress(prefix, LOAD_BALANCER_OCTET, taken);
  }
  const last = Number(lastPart(given.replace(`${prefix}.${LOAD_BALANCER_OCTET}.`, '/')));
  if (!given.startsWith(`${prefix}.${LOAD_BALANCER_OCTET}.`) || !Number.isInteger(last) || last < 1 || last > 254) {
    throw invalid(
      `resource.${field}`,
      `'${given}'. Load balancers of this cloud live in ${prefix}.${LOAD_BALANCER_OCTET}.1 to .254.`,
    );
  }
  return given;
}
