import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const operation = z.looseObject({
  status: z.string(),
  selfLink: z.string(),
  error: z.looseObject({ errors: z.array(z.looseObject({ message: z.string() })) }).optional(),
});

/** A project of a Compute API over plain HTTP. */
export interface Compute {
  /** The answer to a question. @throws Error with the answer when it is none of success */
  call(method: string, path: string, body?: object): Promise<unknown>;
  /** Resolves when the operation is over. @throws Error with its own error */
  done(method: string, path: string, body?: object): Promise<void>;
}

/** @param api address of the project, with a slash at its end */
export function computeAt(api: string, project: string): Compute {
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(api + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    call,
    async done(method, path, body) {
      let now = operation.parse(await call(method, path, body));
      const [, link = ''] = now.selfLink.split(`/projects/${project}/`);
      while (now.status !== 'DONE') {
        await sleep(20);
        now = operation.parse(await call('GET', link));
      }
      const [error] = now.error?.errors ?? [];
      if (error !== undefined) throw new Error(`${method} ${path}: ${error.message}`);
    },
  };
}

/** Repeats until the answer is true. @throws Error naming what was waited for */
export async function until(what: string, seconds: number, check: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`Waited ${seconds} s in vain until ${what}.`);
    await sleep(250);
  }
}
