import { randomUUID } from 'node:crypto';
import { request as requestPlain } from 'node:http';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Socket } from 'node:net';
import { requestPreference, tokenOf } from './affinity.ts';
import type { Preference } from './affinity.ts';
import type { Balancer, Choice } from './balancer.ts';
import type { TrafficTarget } from './data-plane.ts';
import { admits } from './firewall-rules.ts';
import { answerHeaders, requestHeaders } from './forwarded-headers.ts';
import { CONNECT_TIMEOUT_MS, FROM_PROXY } from './listener.ts';
import type { ListenerContext } from './listener.ts';
import type { UpstreamAgents } from './upstream-agents.ts';

/** Why the load balancer answers a request itself. */
export type Refusal =
  | 'no-backend-service'
  | 'no-instance'
  | 'firewall-denied'
  | 'unreachable'
  | 'broken-off'
  | 'not-http'
  | 'timed-out';

/** One request of a client and the means to answer it. */
export interface Exchange {
  readonly rule: string;
  /** Address and port of the load balancer. */
  readonly address: string;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The client's socket when it asks for another protocol, and what it sent already. */
  readonly upgrade: { readonly socket: Socket; readonly head: Buffer } | undefined;
  /** Milliseconds since the epoch at which the request came. */
  readonly started: number;
  /** Answers in the load balancer's own name: 502 when nothing answers, 504 when too late. @returns the status given */
  refuse(status: 502 | 504, why: Refusal): number;
}

/** Methods that may be sent again when the first connection broke before an answer came. */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** Carries one request to an instance and its answer back; tries others while nothing of it can have been done. */
export class HttpExchange {
  readonly #context: ListenerContext;
  readonly #agents: UpstreamAgents;
  readonly #balancer: Balancer;
  readonly #exchange: Exchange;
  readonly #preference: Preference;
  readonly #tried = new Set<string>();
  readonly #hasBody: boolean;
  readonly #repeatable: boolean;
  /** A connection that was kept may have been closed just now: then a new one is made. */
  #fresh: boolean;

  constructor(context: ListenerContext, agents: UpstreamAgents, balancer: Balancer, exchange: Exchange) {
    this.#context = context;
    this.#agents = agents;
    this.#balancer = balancer;
    this.#exchange = exchange;
    const { request } = exchange;
    const { headers } = request;
    this.#hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    this.#repeatable = !this.#hasBody && REPEATABLE.has(request.method ?? '');
    // What cannot be repeated does not begin on a kept connection, which the instance may be closing.
    this.#fresh = !this.#repeatable || exchange.upgrade !== undefined;
    const flow = {
      clientAddress: request.socket.remoteAddress ?? '',
      clientPort: request.socket.remotePort ?? 0,
      address: exchange.address,
      port: exchange.port,
      protocol: 'TCP',
    } as const;
    this.#preference = requestPreference(balancer.service.affinity, flow, headers, randomUUID);
  }

  /** Sends the request to the next instance. */
  attempt(): void {
    const { rule, response } = this.#exchange;
    if (response.destroyed || response.socket?.destroyed === true) return;
    const { clock, ledger } = this.#context;
    const choice = this.#balancer.choose({
      now: clock.now(),
      preference: this.#preference,
      tried: this.#tried,
      admits: admitted,
    });
    if (choice === undefined) {
      const denied = this.#balancer.accepts(this.#tried);
      const why = denied ? 'firewall-denied' : this.#tried.size > 0 ? 'unreachable' : 'no-instance';
      ledger.count({ rule }, (each) => {
        each.refused++;
        if (denied) each.failures.denied++;
      });
      this.#refuse(502, why);
      return;
    }
    this.#send(choice);
  }

  #send(choice: Choice): void {
    const { request, response, upgrade, rule, started } = this.#exchange;
    const { clock, ledger } = this.#context;
    const { target } = choice;
    const { tls, timeoutMs } = this.#balancer.service;
    const upstream = (tls ? requestTls : requestPlain)({
      host: target.address,
      port: target.port,
      method: request.method,
      path: request.url,
      headers: requestHeaders(
        request.rawHeaders,
        { ...this.#exchange, clientAddress: request.socket.remoteAddress ?? '' },
        upgrade !== undefined,
      ),
      ...(tls ? { rejectUnauthorized: false } : {}),
      ...(this.#fresh ? { agent: false } : { agent: this.#agents.of(target, tls) }),
    });
    let socket: Socket | undefined;
    let before: readonly [number, number] = [0, 0];
    let began = false;
    let over = false;
    const end = ledger.begin({
      rule,
      listener: this.#context.key,
      service: this.#balancer.service.service,
      group: choice.group.group,
      instance: target.instance,
      bytes: () => (socket === undefined ? [0, 0] : [socket.bytesWritten - before[0], socket.bytesRead - before[1]]),
      cut: () => {
        finish();
        upstream.destroy();
        response.socket?.destroy();
      },
    });
    const finish = (): boolean => {
      if (over) return false;
      over = true;
      timer.cancel();
      response.off('close', gone);
      end();
      return true;
    };
    const gone = (): void => {
      if (!response.writableFinished && finish()) upstream.destroy();
    };
    const again = (): void => {
      if (!finish()) return;
      upstream.destroy();
      this.attempt();
    };
    response.once('close', gone);
    const timer = clock.after(timeoutMs, () => {
      if (!finish()) return;
      upstream.destroy();
      if (response.headersSent) {
        ledger.brokeOff({ rule, choice }, 'timedOut', clock.now() - started);
        response.socket?.destroy();
        return;
      }
      ledger.count({ rule, choice }, (each) => each.failures.timedOut++);
      this.#refuse(504, 'timed-out', choice);
    });
    upstream.once('socket', (made) => {
      socket = made;
      before = [made.bytesWritten, made.bytesRead];
      if (!upstream.reusedSocket) ledger.count({ choice }, (each) => each.connections++);
      if (!made.connecting) {
        began = true;
        if (this.#hasBody) request.pipe(upstream);
        return;
      }
      const patience = clock.after(CONNECT_TIMEOUT_MS, () => made.destroy(new Error('connect timed out')));
      made.once('close', () => patience.cancel());
      made.once('connect', () => {
        patience.cancel();
        // It left the rotation during the connect: no byte was forwarded, so another one takes over.
        if (!this.#balancer.stands(choice)) {
          this.#tried.add(target.instance);
          again();
          return;
        }
        began = true;
        if (this.#hasBody) request.pipe(upstream);
      });
    });
    upstream.on('error', () => {
      if (over) return;
      if (response.headersSent) {
        // Half an answer must not look like a whole one.
        if (finish()) response.socket?.destroy();
        ledger.brokeOff({ rule, choice }, 'brokenOff', clock.now() - started);
      } else if (upstream.reusedSocket && this.#repeatable) {
        this.#fresh = true;
        again();
      } else if (!began || this.#repeatable) {
        ledger.count({ rule, choice }, (each) => (began ? each.failures.brokenOff++ : each.failedConnects++));
        this.#tried.add(target.instance);
        again();
      } else if (finish()) {
        ledger.count({ rule, choice }, (each) => each.failures.brokenOff++);
        this.#refuse(502, 'broken-off', choice);
      }
    });
    upstream.once('response', (answer) => this.#answer(choice, upstream, answer, finish));
    if (upgrade !== undefined) {
      upstream.once('upgrade', (answer, instance, head) => {
        timer.cancel();
        this.#switch(choice, upgrade, answer, instance, head, finish);
      });
    }
    if (!this.#hasBody) upstream.end();
  }

  #answer(choice: Choice, upstream: ClientRequest, answer: IncomingMessage, finish: () => boolean): void {
    const { response, rule, started } = this.#exchange;
    const { clock, ledger } = this.#context;
    const status = answer.statusCode ?? 502;
    response.sendDate = false;
    try {
      response.writeHead(
        status,
        answer.statusMessage ?? '',
        answerHeaders(answer.rawHeaders, this.#cookie(choice.target), false),
      );
    } catch {
      // What reads answers takes more than what writes them: a status of 42, control characters beside it.
      response.statusMessage = '';
      if (finish()) {
        upstream.destroy();
        ledger.count({ rule, choice }, (each) => each.failures.brokenOff++);
        this.#refuse(502, 'not-http', choice);
      }
      return;
    }
    answer.pipe(response);
    answer.once('error', () => upstream.destroy());
    answer.once('end', () => {
      if (finish()) ledger.answered({ rule, choice }, status, clock.now() - started);
    });
    answer.once('close', () => {
      if (answer.complete || !finish()) return;
      ledger.brokeOff({ rule, choice }, 'brokenOff', clock.now() - started);
      response.socket?.destroy();
    });
  }

  #switch(
    choice: Choice,
    { socket, head: sent }: { readonly socket: Socket; readonly head: Buffer },
    answer: IncomingMessage,
    instance: Socket,
    head: Buffer,
    finish: () => boolean,
  ): void {
    const { response, rule, started } = this.#exchange;
    const { clock, ledger } = this.#context;
    response.detachSocket(socket);
    const headers = answerHeaders(answer.rawHeaders, this.#cookie(choice.target), true);
    const lines = [`HTTP/1.1 ${answer.statusCode ?? 101} ${answer.statusMessage ?? ''}`];
    for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    ledger.answered({ rule, choice }, 101, clock.now() - started);
    socket.write(head);
    instance.write(sent);
    for (const each of [socket, instance]) each.on('error', () => each.destroy());
    socket.once('close', () => {
      instance.destroy();
      finish();
    });
    instance.once('close', () => {
      socket.destroy();
      finish();
    });
    socket.pipe(instance);
    instance.pipe(socket);
  }

  #cookie({ instance }: TrafficTarget): string | undefined {
    const { cookie, token } = this.#preference;
    const chosen = tokenOf(instance);
    return token === chosen ? undefined : cookie?.(chosen);
  }

  #refuse(status: 502 | 504, why: Refusal, choice?: Choice): void {
    const { rule, started, request } = this.#exchange;
    request.resume();
    const given = this.#exchange.refuse(status, why);
    this.#context.ledger.answered({ rule, choice }, given, this.#context.clock.now() - started);
  }
}

const admitted = ({ firewall, port }: TrafficTarget): boolean => admits(firewall, FROM_PROXY, 'tcp', port);
