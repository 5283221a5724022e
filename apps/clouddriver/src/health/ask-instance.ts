import { ServiceError } from '@gennaker/contracts/error';
import type { Ports } from '@gennaker/extension-sdk/ports';

/** What an instance did when it was asked over HTTP. Neither `status` nor `silent`: it may not be asked from here. */
export interface Answer {
  readonly port: number;
  readonly path: string;
  readonly status?: number;
  /** Why nothing came back. */
  readonly silent?: string;
}

const TIMEOUT_MS = 1_000;

/** Asks an instance as a health check does. Addresses that the egress rules keep from us are left out. */
export async function ask(http: Ports['http'], address: string, port: number, path: string): Promise<Answer> {
  const host = address.includes(':') ? `[${address}]` : address;
  try {
    const { status } = await http({ url: `http://${host}:${port}${path}`, method: 'GET', timeoutMs: TIMEOUT_MS });
    return { port, path, status };
  } catch (error) {
    if (error instanceof ServiceError && error.status === 403) return { port, path };
    const late = error instanceof Error && error.message.includes('no answer within');
    return { port, path, silent: late ? `no answer within ${TIMEOUT_MS / 1_000} s` : 'the connection is refused' };
  }
}
