import { ServiceError } from '@gennaker/contracts/error';

/** A client of which a simulation has some operations; calling another one fails by name instead of doing nothing. */
export function unsupported<C extends object>(service: string, has: Partial<C>): C {
  return new Proxy(has, {
    get: (target, name) =>
      Reflect.get(target, name) ??
      (() =>
        Promise.reject(
          new ServiceError(400, `Pipeline tests have no ${service}.${String(name)}`, {
            fix: 'leave the stage that needs it out of the tested pipeline, or test it on a running system',
          }),
        )),
  }) as C;
}
