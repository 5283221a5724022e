import { ServiceError } from '@gennaker/contracts/error';
import type { Ports } from '@gennaker/extension-sdk/ports';
import type { JenkinsMaster } from '@gennaker/service/config';
import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleWhen, type IPolicy } from 'cockatiel';
import { z } from 'zod';

const TIMEOUT_MS = 10_000;
/** Bytes of an answer that is no console log. */
const MOST_BYTES = 64 * 1024 * 1024;
const BREAK_AFTER = 5;
const HALF_OPEN_AFTER_MS = 10_000;

const crumbSchema = z.looseObject({ crumb: z.string().min(1), crumbRequestField: z.string().min(1) });

/** A crumb and the session that it is good in. */
interface Crumb {
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The calls to one master: a deadline on each, redirects never followed (the address is an operator's; where it sends on to
 * is not), and no call at all for a while after several had no answer. Errors carry `upstream`: the master, not igor, failed.
 */
export class JenkinsConnection {
  readonly settings: JenkinsMaster;
  readonly #guarded: Ports['http'];
  readonly #timeoutMs: number;
  readonly #breaker: IPolicy;
  #crumb: Crumb | undefined;

  constructor(settings: JenkinsMaster, guarded: Ports['http'], timeoutMs: number = TIMEOUT_MS) {
    this.settings = settings;
    this.#guarded = guarded;
    this.#timeoutMs = timeoutMs;
    this.#breaker = circuitBreaker(
      handleWhen((error) => error instanceof ServiceError && error.status >= 502),
      {
        halfOpenAfter: HALF_OPEN_AFTER_MS,
        breaker: new ConsecutiveBreaker(BREAK_AFTER),
      },
    );
  }

  /** An address below the master's: `path` has no slash in front. */
  url(path: string): string {
    return `${this.settings.address.replace(/\/+$/, '')}/${path}`;
  }

  /** The error that says what this master did. */
  failed(status: number, did: string, fix: string, more: Readonly<Record<string, unknown>> = {}): ServiceError {
    const { name } = this.settings;
    return new ServiceError(status, `Master "${name}" ${did}`, { upstream: name, fix, ...more });
  }

  /** What an address of the master answers, parsed. @throws ServiceError 404, 502 for another answer, 503, 504 */
  async getJson<T>(url: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
    return (await this.getJsonAt(url, schema, signal)).value;
  }

  /** The same, with the master's own time of the answer, epoch ms. */
  async getJsonAt<T>(url: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<{ value: T; at: number }> {
    const what = `GET ${url}`;
    const response = await this.#settled(what, await this.#send('GET', url, { accept: 'application/json' }, signal));
    const text = new TextDecoder().decode(await this.#bytes(what, response.body, MOST_BYTES));
    const parsed = schema.safeParse(safeJson(text));
    const at = Date.parse(response.headers.get('date') ?? '');
    if (parsed.success) return { value: parsed.data, at: Number.isNaN(at) ? 0 : at };
    throw this.failed(
      502,
      `answered ${what} with something else than Jenkins does`,
      `check that ${this.settings.address} is a Jenkins`,
      { errors: parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`) },
    );
  }

  /** The bytes of an archived file. @throws ServiceError 413 when it has more than `mostBytes`, or as `openFile` */
  async getFile(url: string, mostBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#bytes(`GET ${url}`, await this.openFile(url, signal), mostBytes);
  }

  /**
   * An archived file as it comes; the deadline is for its beginning. Jenkins may keep it elsewhere and send there: that address
   * is called through the egress guard, without the master's credentials.
   * @throws ServiceError 404, 502, 503, 504
   */
  async openFile(url: string, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const what = `GET ${url}`;
    const response = await this.#send('GET', url, { accept: '*/*' }, signal, { untilBody: true });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) {
      const { body } = await this.#settled(what, response);
      return body ?? new Blob([]).stream();
    }
    await response.body?.cancel();
    const target = new URL(location, url).href;
    const found = await this.#guarded({ url: target, method: 'GET', ...(signal ? { signal } : {}) }).catch(
      (error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        const fix = error instanceof ServiceError ? error.details.fix : undefined;
        throw this.failed(502, `sends ${what} on to an address that was not read: ${why}`, fix ?? 'ask for it again');
      },
    );
    if (found.status !== 200)
      throw this.failed(
        502,
        `sends ${what} on to ${new URL(target).host}, which answered ${found.status}`,
        'ask again',
      );
    return new Blob([new Uint8Array(found.bytes)]).stream();
  }

  /** An answer whose body the caller reads or cancels. @throws ServiceError 404, 502, 503, 504 */
  async open(url: string, signal?: AbortSignal): Promise<Response> {
    return this.#settled(`GET ${url}`, await this.#send('GET', url, { accept: 'text/plain' }, signal));
  }

  /**
   * Posts a form, with a crumb where the master demands one. A redirect is a success: Jenkins sends browsers on to a page.
   * @throws ServiceError 404, 400 and 409 as the master says, 502, 503, 504
   */
  async post(url: string, form: Readonly<Record<string, string>> = {}, signal?: AbortSignal): Promise<Response> {
    const what = `POST ${url}`;
    const send = (): Promise<Response> =>
      this.#send(
        'POST',
        url,
        { 'content-type': 'application/x-www-form-urlencoded', ...this.#crumb?.headers },
        signal,
        { body: new URLSearchParams(form).toString() },
      );
    let response = await send();
    if (response.status === 403 && (await this.#renewCrumb(signal))) {
      await response.body?.cancel();
      response = await send();
    }
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      return response;
    }
    const settled = await this.#settled(what, response);
    await settled.body?.cancel();
    return settled;
  }

  /** Asks for a crumb and its session; false: the master has none to give. */
  async #renewCrumb(signal?: AbortSignal): Promise<boolean> {
    this.#crumb = undefined;
    const response = await this.#send('GET', this.url('crumbIssuer/api/json'), { accept: 'application/json' }, signal);
    const parsed = crumbSchema.safeParse(safeJson(await response.text()));
    if (!response.ok || !parsed.success) return false;
    const cookie = response.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
    const { crumb, crumbRequestField } = parsed.data;
    this.#crumb = { headers: { [crumbRequestField]: crumb, ...(cookie ? { cookie } : {}) } };
    return true;
  }

  async #send(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
    { body, untilBody = false }: { readonly body?: string; readonly untilBody?: boolean } = {},
  ): Promise<Response> {
    const { username, token, name, address } = this.settings;
    const authorization = Buffer.from(`${username ?? ''}:${token ?? ''}`).toString('base64');
    const once = async (): Promise<Response> => {
      const late = new AbortController();
      const limit = untilBody ? late.signal : AbortSignal.timeout(this.#timeoutMs);
      const timer = setTimeout(() => late.abort(), this.#timeoutMs);
      try {
        const response = await fetch(url, {
          method,
          headers: { ...headers, ...(username === undefined ? {} : { authorization: `Basic ${authorization}` }) },
          redirect: 'manual',
          signal: signal ? AbortSignal.any([signal, limit]) : limit,
          ...(body === undefined ? {} : { body }),
        });
        if (response.status < 502 || response.status > 504) return response;
        await response.body?.cancel();
        throw this.failed(
          502,
          `answered ${response.status} to ${method} ${url}`,
          `see whether the Jenkins at ${address} is starting`,
        );
      } catch (error) {
        if (error instanceof ServiceError || signal?.aborted) throw error;
        if (limit.aborted)
          throw this.failed(
            504,
            `did not answer ${method} ${url} within ${this.#timeoutMs} ms`,
            `see what keeps the Jenkins at ${address} busy`,
          );
        const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
        throw this.failed(
          502,
          `did not answer ${method} ${url} (${why})`,
          `check that ${address} is up and reachable from here`,
        );
      } finally {
        clearTimeout(timer);
      }
    };
    try {
      return await this.#breaker.execute(once);
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw this.failed(
        503,
        `did not answer the last ${BREAK_AFTER} calls; it is asked again within ${HALF_OPEN_AFTER_MS / 1_000} s`,
        `check that ${address} is up and reachable from here; other masters than "${name}" are not concerned`,
      );
    }
  }

  /** The answer, if it is a success. */
  async #settled(what: string, response: Response): Promise<Response> {
    if (response.ok) return response;
    const { status } = response;
    const location = response.headers.get('location');
    const said = plain(await response.text().catch(() => ''));
    const answered = `answered ${status} to ${what}${said === '' ? '' : `: ${said}`}`;
    if (status >= 300 && status < 400)
      throw this.failed(
        502,
        `sends ${what} on to ${location ?? 'nowhere'}, which is not followed`,
        'give the master the address in gennaker.yml that Jenkins itself has under "Jenkins URL"',
      );
    if (status === 404) throw this.failed(404, answered, 'check the name of the job and the number of the build');
    if (status === 400 || status === 409) throw this.failed(status, answered, 'see what the job takes');
    if (status === 401 || status === 403)
      throw this.failed(500, answered, 'give the master a username and token in gennaker.yml that may do this');
    throw this.failed(500, answered, "see the master's log");
  }

  async #bytes(what: string, body: ReadableStream<Uint8Array> | null, most: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of body ?? []) {
        size += chunk.byteLength;
        if (size > most) break;
        chunks.push(chunk);
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw this.failed(502, `broke off its answer to ${what} (${why})`, 'ask for it again');
    }
    if (size > most) throw this.#tooLarge(what, most);
    return Buffer.concat(chunks);
  }

  #tooLarge(what: string, most: number): ServiceError {
    return this.failed(413, `answered ${what} with more than ${most} bytes`, 'ask for something smaller');
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The words of an error page, in short. */
function plain(text: string): string {
  return text
    .replace(/<(style|script|head)\b.*?<\/\1>/gis, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}
