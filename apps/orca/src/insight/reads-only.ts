import { ServiceError } from '@gennaker/contracts/error';
import type { Api, Client } from '@gennaker/contracts/route';

/** Thrown in place of a call that would change something. */
export class WouldChange extends ServiceError {
  constructor(operation: string) {
    super(409, `${operation} changes something and is not called while it is only asked what would be done`);
  }
}

/**
 * A client whose reads are called and whose other operations throw WouldChange, but for those that `instead` answers.
 * `refused`: told of each operation that was not called.
 */
export function readsOnly<A extends Api>(
  client: Client<A>,
  api: A,
  instead: Partial<Client<A>> = {},
  refused: (operation: string) => void = () => {},
): Client<A> {
  return new Proxy(client, {
    get(target, name, receiver): unknown {
      if (typeof name !== 'string' || !Object.hasOwn(api, name)) return Reflect.get(target, name, receiver);
      if (Object.hasOwn(instead, name)) return Reflect.get(instead, name);
      if (api[name]?.method === 'GET') return Reflect.get(target, name, receiver);
      return () => {
        refused(name);
        return Promise.reject(new WouldChange(name));
      };
    },
  });
}
