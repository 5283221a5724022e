import { ServiceError } from '@gennaker/contracts/error';
import type { Ports } from '@gennaker/extension-sdk/ports';
import type { DockerAccount } from '@gennaker/service/docker-accounts';
import { readSecret, type SecretSources } from '@gennaker/service/secret';
import { z } from 'zod';

const TIMEOUT_MS = 15_000;
const PAGE = 100;
/** Pages of one list; a registry that links on for ever ends there. */
const MOST_PAGES = 1_000;
const MOST_BYTES = 4 * 1024 * 1024;
/** A token is renewed so long before it ends, and lives this long where the registry does not say, ms. */
const TOKEN_MARGIN_MS = 10_000;
const TOKEN_LIFE_MS = 60_000;
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const tagsSchema = z.looseObject({ tags: z.array(z.string()).nullish() });
const catalogSchema = z.looseObject({ repositories: z.array(z.string()).nullish() });
const tokenSchema = z.looseObject({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().positive().optional(),
});

/** What a registry is asked with. */
export interface RegistryParts {
  readonly account: DockerAccount;
  readonly secrets: SecretSources;
  /** Calls the address of a token service that is not the registry itself. */
  readonly guarded: Ports['http'];
  readonly now: () => number;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A registry, asked as the OCI distribution specification has it: lists in pages, tokens where it demands them. */
export class Registry {
  readonly account: DockerAccount;
  readonly #parts: RegistryParts;
  readonly #tokens = new Map<string, { readonly header: string; readonly until: number }>();

  constructor(parts: RegistryParts) {
    this.account = parts.account;
    this.#parts = parts;
  }

  /** The name that images are called by: the registry's host. */
  get host(): string {
    return new URL(this.account.address).host;
  }

  /** All repositories that the registry lists. @throws ServiceError as `tags` */
  async repositories(signal?: AbortSignal): Promise<string[]> {
    const read = (text: string) => catalogSchema.parse(JSON.parse(text)).repositories ?? [];
    return this.#listed(`/v2/_catalog?n=${PAGE}`, 'registry:catalog:*', read, signal);
  }

  /** The tags of a repository. @throws ServiceError 404, 500 when it refuses, 502 when it does not answer as a registry does */
  async tags(repository: string, signal?: AbortSignal): Promise<string[]> {
    const read = (text: string) => tagsSchema.parse(JSON.parse(text)).tags ?? [];
    return this.#listed(`/v2/${repository}/tags/list?n=${PAGE}`, `repository:${repository}:pull`, read, signal);
  }

  /** The digest of what a tag points at; undefined when the tag is gone or the registry does not tell. */
  async digest(repository: string, tag: string, signal?: AbortSignal): Promise<string | undefined> {
    const url = this.#url(`/v2/${repository}/manifests/${encodeURIComponent(tag)}`);
    const { status, headers } = await this.#ask('HEAD', url, `repository:${repository}:pull`, signal);
    if (status === 404) return undefined;
    if (status !== 200) throw this.#failed(500, `answered ${status} to HEAD ${url}`);
    return headers.get('docker-content-digest') ?? undefined;
  }

  async #listed(
    path: string,
    scope: string,
    read: (text: string) => string[],
    signal: AbortSignal | undefined,
  ): Promise<string[]> {
    const found: string[] = [];
    const seen = new Set<string>();
    let url: string | undefined = this.#url(path);
    for (let page = 0; url !== undefined; page++) {
      if (seen.has(url) || page >= MOST_PAGES)
        throw this.#failed(502, `links its list ${this.#url(path)} on without an end`);
      seen.add(url);
      const { status, headers, text } = await this.#ask('GET', url, scope, signal);
      if (status !== 200)
        throw this.#failed(status === 404 ? 404 : 500, `answered ${status} to GET ${url}: ${text.slice(0, 200)}`);
      try {
        found.push(...read(text));
      } catch {
        throw this.#failed(502, `answered GET ${url} with something else than a registry does`);
      }
      url = this.#next(headers.get('link'), url);
    }
    return found;
  }

  /** The next page, on the registry alone. */
  #next(link: string | null, from: string): string | undefined {
    const target = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(link ?? '')?.[1];
    if (target === undefined) return undefined;
    const url = new URL(target, from);
    if (url.origin !== new URL(from).origin) throw this.#failed(502, `links its list on to ${url.host}`);
    return url.href;
  }

  async #ask(method: string, url: string, scope: string, signal: AbortSignal | undefined): Promise<Answer> {
    const known = this.#tokens.get(scope);
    const now = this.#parts.now();
    const first = await this.#send(method, url, known && known.until > now ? known.header : undefined, signal);
    if (first.status !== 401) return first;
    this.#tokens.delete(scope);
    const header = await this.#authorize(first.headers.get('www-authenticate') ?? '', scope, signal);
    const second = await this.#send(method, url, header, signal);
    if (second.status === 401 || second.status === 403)
      throw this.#failed(500, `refuses ${method} ${url} to ${this.account.username ?? 'everybody'}`);
    return second;
  }

  /** What a registry wants to see, by its own challenge. */
  async #authorize(challenge: string, scope: string, signal: AbortSignal | undefined): Promise<string> {
    const { username, credentials, name } = this.account;
    const password =
      credentials && credentials.type !== 'applicationDefault'
        ? await readSecret(this.#parts.secrets, credentials, `Registry ${name}`, 'igor')
        : undefined;
    const basic =
      username === undefined
        ? undefined
        : `Basic ${Buffer.from(`${username}:${password?.trim() ?? ''}`).toString('base64')}`;
    if (/^basic\b/i.test(challenge)) {
      if (basic === undefined) throw this.#failed(500, 'demands a user name and a password');
      return basic;
    }
    const fields = Object.fromEntries(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key.toLowerCase(), value]),
    );
    const { realm } = fields;
    if (!/^bearer\b/i.test(challenge) || realm === undefined || !URL.canParse(realm))
      throw this.#failed(
        502,
        `demands to know who asks, by a challenge that is not understood: ${challenge.slice(0, 200)}`,
      );
    const url = new URL(realm);
    if (fields['service']) url.searchParams.set('service', fields['service']);
    url.searchParams.set('scope', fields['scope'] ?? scope);
    const headers: Record<string, string> = basic === undefined ? {} : { authorization: basic };
    const answer = await this.#token(url, headers, signal);
    const parsed = tokenSchema.safeParse(safeJson(answer.text));
    const token = parsed.data?.token ?? parsed.data?.access_token;
    if (answer.status !== 200 || !parsed.success || token === undefined)
      throw this.#failed(500, `got no token for ${scope} from ${url.host}, which answered ${answer.status}`);
    const header = `Bearer ${token}`;
    const life = (parsed.data.expires_in ?? TOKEN_LIFE_MS / 1_000) * 1_000;
    this.#tokens.set(scope, { header, until: this.#parts.now() + life - TOKEN_MARGIN_MS });
    return header;
  }

  /** A token service that is no part of the registry is an address that somebody else named. */
  async #token(
    url: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<Pick<Answer, 'status' | 'text'>> {
    if (url.origin === new URL(this.account.address).origin)
      return this.#send('GET', url.href, headers['authorization'], signal);
    const { status, body } = await this.#parts
      .guarded({ url: url.href, method: 'GET', headers, timeoutMs: TIMEOUT_MS, ...(signal ? { signal } : {}) })
      .catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        throw this.#failed(502, `sends to ${url.host} for a token: ${why}`);
      });
    return { status, text: body };
  }

  async #send(
    method: string,
    url: string,
    authorization: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const response = await fetch(url, {
        method,
        headers: {
          accept: method === 'HEAD' ? MANIFESTS : 'application/json',
          ...(authorization ? { authorization } : {}),
        },
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      const text = await response.text();
      if (text.length > MOST_BYTES)
        throw this.#failed(502, `answered ${method} ${url} with more than ${MOST_BYTES} bytes`);
      return { status: response.status, headers: response.headers, text };
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw this.#failed(502, `did not answer ${method} ${url} (${why})`);
    }
  }

  #url(path: string): string {
    return `${this.account.address.replace(/\/+$/, '')}${path}`;
  }

  #failed(status: number, did: string): ServiceError {
    return new ServiceError(status, `Registry "${this.account.name}" ${did}`, {
      upstream: this.account.name,
      fix: `check the account under docker.accounts in gennaker.yml, and that ${this.account.address} is reachable`,
    });
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
