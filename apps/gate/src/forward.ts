import type { Api, Call, CallOptions, Client, Handlers, Route } from '@gennaker/contracts/route';
import { callOptions } from './request.ts';

type Operation = (
  args: { readonly params?: unknown; readonly query?: unknown; readonly body?: unknown },
  options: CallOptions,
) => Promise<unknown>;

/** Handlers that hand their calls on to a service which has the same operations: on the caller's behalf, with its key. */
export function forward<const A extends Api>(client: Client<NoInfer<A>>, routes: A): Handlers<A> {
  const operations = client as unknown as Readonly<Record<string, Operation>>;
  const handlers = Object.keys(routes).map((name): [string, (call: Call<Route>) => Promise<unknown>] => {
    const operation = operations[name];
    if (!operation) throw new Error(`The service behind has no operation ${name}`);
    return [
      name,
      ({ params, query, body, headers, ...call }) => {
        const key = headers['idempotency-key'];
        return operation(
          {
            ...(params === undefined ? {} : { params }),
            ...(query === undefined ? {} : { query }),
            ...(body === undefined ? {} : { body }),
          },
          { ...callOptions(call), ...(key === undefined ? {} : { key }) },
        );
      },
    ];
  });
  return Object.fromEntries(handlers) as unknown as Handlers<A>;
}
