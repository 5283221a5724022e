import { lookup } from 'node:dns/promises';
import { Readable } from 'node:stream';
import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { GuardedRequest, OpenedResponse, Ports } from '@gennaker/extension-sdk/ports';
import ipaddr from 'ipaddr.js';
import { Agent, request } from 'undici';

const MAX_REDIRECTS = 5;
const MAX_BODY = 200 * 1024 * 1024;
const TIMEOUT_MS = 30_000;
/** A body that comes may pause for so long. */
const BODY_PAUSE_MS = 60_000;

type Answer = Awaited<ReturnType<typeof request>>;

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
    const deadline = AbortSignal.timeout(asked.timeoutMs ?? TIMEOUT_MS);
    const { target, response } = await followed(asked, rules, deadline);
    try {
      const bytes = new Uint8Array(await response.body.arrayBuffer());
      return {
        status: response.statusCode,
        headers: headersOf(response),
        bytes,
        body: new TextDecoder().decode(bytes),
      };
    } catch (error) {
      throw failed(target, error, deadline);
    }
  };
}

/** The same door for what may be large: the answer's body comes as it is read, and `timeoutMs` counts until it begins. */
export function createGuardedOpen(allow: readonly string[]): (asked: GuardedRequest) => Promise<OpenedResponse> {
  const rules = allow.map(allowRule);
  return async (asked) => {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DOMException('late', 'TimeoutError')), asked.timeoutMs ?? TIMEOUT_MS);
    try {
      const { response } = await followed(asked, rules, late.signal);
      const body = Readable.toWeb(response.body) as ReadableStream<Uint8Array>;
      return { status: response.statusCode, headers: headersOf(response), body };
    } finally {
      clearTimeout(timer);
    }
  };
}

/** The answer at the end of the redirects, its body not read. */
async function followed(
  asked: GuardedRequest,
  rules: readonly AllowRule[],
  deadline: AbortSignal,
): Promise<{ target: GuardedRequest; response: Answer }> {
  let target = asked;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await once(target, rules, deadline);
    const { location } = headersOf(response);
    if (![301, 302, 303, 307, 308].includes(response.statusCode) || !location) return { target, response };
    await response.body.dump().catch(() => {});
    const url = new URL(location, target.url).href;
    const keeps = response.statusCode === 307 || response.statusCode === 308;
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
}

/**
 * May this URL be called at all, by the same rules?
 * @throws ServiceError 400 for what is no http URL, 403 for an address that is not called, 502 for an unknown host
 */
export async function checkEgress(url: string, allow: readonly string[]): Promise<void> {
  await resolveTarget(url, allow.map(allowRule));
}

async function once(asked: GuardedRequest, rules: readonly AllowRule[], deadline: AbortSignal): Promise<Answer> {
  const { url, address, family } = await resolveTarget(asked.url, rules);
  const agent = new Agent({
    connect: {
      lookup: (_host, options, done) => (options.all ? done(null, [{ address, family }]) : done(null, address, family)),
    },
    maxResponseSize: MAX_BODY,
    bodyTimeout: BODY_PAUSE_MS,
  });
  try {
    return await request(url, {
      dispatcher: agent,
      method: asked.method as 'GET',
      headers: asked.headers ?? {},
      body: asked.body ?? null,
      signal: asked.signal ? AbortSignal.any([asked.signal, deadline]) : deadline,
    });
  } catch (error) {
    throw failed(asked, error, deadline);
  } finally {
    // It ends when the body does.
    void agent.close();
  }
}

function failed(asked: GuardedRequest, error: unknown, deadline: AbortSignal): ServiceError {
  if (error instanceof ServiceError) return error;
  const why = deadline.aborted
    ? `no answer within ${asked.timeoutMs ?? TIMEOUT_MS} ms`
    : error instanceof Error
      ? error.message
      : String(error);
  const { origin, pathname } = new URL(asked.url);
  return new ServiceError(
    502,
    `${asked.method} ${origin}${pathname} failed: ${why}`,
    { kind: 'NETWORK' },
    { cause: error },
  );
}

function headersOf({ headers }: Answer): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]),
  );
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
