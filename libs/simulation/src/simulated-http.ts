import { ServiceError } from '@gennaker/contracts/error';
import type { GuardedRequest, GuardedResponse, Ports } from '@gennaker/extension-sdk/ports';

/** What an address answers: a status with a JSON or text body. */
export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that a stage made, with the body parsed where it is JSON. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Epoch milliseconds of virtual time. */
  readonly at: number;
}

/** One answer, several in turn (the last is repeated), or a function of the request. */
export type Answers = Answer | readonly Answer[] | ((request: SentRequest, count: number) => Answer);

/** The outside world of a simulation: each address that stages call must have been given an answer. */
export class SimulatedHttp {
  readonly requests: SentRequest[] = [];
  readonly #answers: { readonly match: string | RegExp; readonly answers: Answers; count: number }[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Answers addresses that begin with a text, or match; the first given wins. */
  answer(match: string | RegExp, answers: Answers): void {
    this.#answers.push({ match, answers, count: 0 });
  }

  /** The port that stages call. */
  readonly port: Ports['http'] = async (request: GuardedRequest): Promise<GuardedResponse> => {
    const sent: SentRequest = {
      method: request.method,
      url: request.url,
      headers: { ...request.headers },
      body: parsed(request.body),
      at: this.#now(),
    };
    this.requests.push(sent);
    const rule = this.#answers.find(({ match }) =>
      typeof match === 'string' ? request.url.startsWith(match) : match.test(request.url),
    );
    if (!rule)
      throw new ServiceError(400, `The test has no answer for ${request.method} ${request.url}`, {
        fix: `add .answering('${request.url}', { status: 200, body: {} })`,
      });
    const count = rule.count++;
    const answer = choose(rule.answers, sent, count);
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    return {
      status: answer.status ?? 200,
      headers: { 'content-type': 'application/json', ...answer.headers },
      body,
      bytes: new TextEncoder().encode(body),
    };
  };
}

function choose(answers: Answers, request: SentRequest, count: number): Answer {
  if (typeof answers === 'function') return answers(request, count);
  if (!Array.isArray(answers)) return answers as Answer;
  return (answers as readonly Answer[])[Math.min(count, answers.length - 1)] ?? {};
}

function parsed(body: string | undefined): unknown {
  if (body === undefined) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
