import { lookup } from 'node:dns/promises';
import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { GuardedRequest, GuardedResponse, Ports } from '@gennaker/extension-sdk/ports';
import ipaddr from 'ipaddr.js';
import { Agent, request } from 'undici';

const MAX_REDIRECTS = 5;
const MAX_BODY = 200 * 1024 * 1024;

type Address = ReturnType<typeof ipaddr.parse>;
interface AllowRule {
  readonly range: [Address, number];
  readonly port: number;
}

/** Parses an allow rule `CIDR:port`. */
function allowRule(text: string): AllowRule {
  const cut = text.lastIndexOf(':');
  return { range: ipaddr.parseCIDR(text.slice(0, cut)), port: Number(text.slice(cut + 1)) };
}

function inRange(address: Address, [network, bits]: [Address, number]): boolean {
  return address.kind() === network.kind() && address.match([network, bits] as never);
}

/**
 * The one door for every URL that a user can name. The host is resolved once and the connection goes to that very address;
 * private, loopback, link-local and metadata addresses are refused, at the start and after each redirect, unless `allow`
 * (exact `CIDR:port` rules) names them.
 */
export function createGuardedHttp(allow: readonly string[]): Ports['http'] {
  const rules = allow.map(allowRule);
  return async (asked) => {
    let target = asked;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const response = await once(target, rules);
      const location = response.headers['location'];
      if (![301, 302, 303, 307, 308].includes(response.status) || !location) return response;
      const url = new URL(location, target.url).href;
      const keeps = response.status === 307 || response.status === 308;
      const { body: _sent, ...rest } = target;
      target = keeps ? { ...target, url } : { ...rest, url, method: target.method === 'HEAD' ? 'HEAD' : 'GET' };
      if (new URL(url).origin !== new URL(asked.url).origin) {
        const headers = Object.fromEntries(
          Object.entries(target.headers ?? {}).filter(([name]) => !/^(authorization|cookie)$/i.test(name)),
        );
        target = { ...target, headers };
      }
    }
    throw new ServiceError(502, `${asked.url} redirects more than ${MAX_REDIRECTS} times`);
  };
}

/**
 * May this URL be called at all, by the same rules?
 * @throws ServiceError 400 for what is no http URL, 403 for an address that is not called, 502 for an unknown host
 */
export async function checkEgress(url: string, allow: readonly string[]): Promise<void> {
  await resolveTarget(url, allow.map(allowRule));
}

async function once(asked: GuardedRequest, rules: readonly AllowRule[]): Promise<GuardedResponse> {
  const { url, address, family } = await resolveTarget(asked.url, rules);
  const agent = new Agent({
    connect: {
      lookup: (_host, options, done) => (options.all ? done(null, [{ address, family }]) : done(null, address, family)),
    },
    maxResponseSize: MAX_BODY,
  });
  const timeout = AbortSignal.timeout(asked.timeoutMs ?? 30_000);
  try {
    const response = await request(url, {
      dispatcher: agent,
      method: asked.method as 'GET',
      headers: asked.headers ?? {},
      body: asked.body ?? null,
      signal: asked.signal ? AbortSignal.any([asked.signal, timeout]) : timeout,
    });
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : String(value),
      ]),
    );
    const bytes = new Uint8Array(await response.body.arrayBuffer());
    return { status: response.statusCode, headers, bytes, body: new TextDecoder().decode(bytes) };
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    const why = timeout.aborted
      ? `no answer within ${asked.timeoutMs ?? 30_000} ms`
      : error instanceof Error
        ? error.message
        : String(error);
    throw new ServiceError(
      502,
      `${asked.method} ${url.origin}${url.pathname} failed: ${why}`,
      { kind: 'NETWORK' },
      { cause: error },
    );
  } finally {
    void agent.close();
  }
}

async function resolveTarget(
  text: string,
  rules: readonly AllowRule[],
): Promise<{ url: URL; address: string; family: number }> {
  if (!URL.canParse(text))
    throw badRequest(`"${text}" is no URL`, { field: 'url', fix: 'give an absolute http or https address' });
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw badRequest(`${url.protocol} addresses are not called`, { field: 'url', fix: 'use http or https' });
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const found = ipaddr.isValid(host) ? [{ address: host }] : await lookup(host, { all: true }).catch(() => []);
  const first = found[0];
  if (!first) throw new ServiceError(502, `The host ${host} is not known`, { fix: 'check the name in the URL' });
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  for (const { address } of found) {
    const parsed = ipaddr.process(address);
    const allowed =
      parsed.range() === 'unicast' || rules.some((rule) => rule.port === port && inRange(parsed, rule.range));
    if (!allowed)
      throw new ServiceError(403, `${url.host} is at ${address}, a ${parsed.range()} address, which is not called`, {
        field: 'url',
        fix: `if it is meant, add "${address}/${parsed.kind() === 'ipv4' ? 32 : 128}:${port}" to egress.allow in gennaker.yml`,
      });
  }
  return { url, address: first.address, family: ipaddr.parse(first.address).kind() === 'ipv4' ? 4 : 6 };
}
