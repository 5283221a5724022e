import type { GuardedRequest, GuardedResponse } from '@gennaker/extension-sdk/ports';
import { scmAccountConfigSchema } from '@gennaker/service/scm-accounts';
import type { z } from 'zod';
import type { SourceHostParts } from './source-hosts.ts';

/** One call as a host got it. */
export interface HostRequest {
  readonly call: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a host of the test answers: a status and JSON, by the call. */
export type HostAnswers = (call: string, body: unknown) => readonly [number, unknown];

/** Source hosts of one account, whose API answers what the test says. */
export function hostsWith(
  account: z.input<typeof scmAccountConfigSchema>,
  answers: HostAnswers,
): SourceHostParts & { readonly requests: HostRequest[] } {
  const requests: HostRequest[] = [];
  const config = scmAccountConfigSchema.parse(account);
  const http = async ({ url, method, body, headers }: GuardedRequest): Promise<GuardedResponse> => {
    const call = `${method} ${url.slice(config.address.length)}`;
    const sent: unknown = body === undefined ? undefined : JSON.parse(body);
    requests.push({ call, body: sent, headers: headers ?? {} });
    const [status, answer] = answers(call, sent);
    const text = JSON.stringify(answer);
    return { status, headers: {}, body: text, bytes: new TextEncoder().encode(text) };
  };
  return {
    accounts: [config],
    http,
    checkEgress: async () => {},
    secrets: { folder: '/nonexistent', variable: (name) => (name === 'SCM_TOKEN' ? 'secret-token\n' : undefined) },
    requests,
  };
}
