import { ServiceError } from '@gennaker/contracts/error';
import { type Identity, namedOnly, type peopleRoutes } from '@gennaker/contracts/people';
import type { Client } from '@gennaker/contracts/route';

/**
 * Whom an execution runs as: a known user or service account with the roles of this moment, or, under a name that gate
 * does not know, somebody with no role. @throws ServiceError when gate cannot be asked: the start is tried again
 */
export async function personNamed(gate: Pick<Client<typeof peopleRoutes>, 'person'>, user: string): Promise<Identity> {
  if (user === 'anonymous') return namedOnly(user);
  try {
    return { ...(await gate.person({ params: { name: user } })), via: 'service' };
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return namedOnly(user);
    throw error;
  }
}
