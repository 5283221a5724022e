import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { request as requestTls } from 'node:https';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { proxyLine } from './proxy-line.ts';
import type { Probe, ProbeResult } from './runtime.ts';

const BODY_LIMIT = 1024;

/**
 * Asks a real instance: TCP and SSL connect and, if told to, talk; HTTP, HTTPS and HTTP2 want a 200 and the expected
 * beginning of the body. Certificates are not checked, as the real cloud does not.
 */
export function probe(question: Probe): Promise<ProbeResult> {
  if (question.type === 'TCP' || question.type === 'SSL') return probeStream(question);
  return question.type === 'HTTP2' ? probeHttp2(question) : probeHttp(question);
}

function probeStream({ type, address, port, request: text, response, proxyHeader, timeoutMs }: Probe) {
  return new Promise<ProbeResult>((resolve) => {
    const raw = connect({ host: address, port });
    let socket: Socket = raw;
    let answer = '';
    const end = (ok: boolean, reason: string): void => {
      clearTimeout(timer);
      // One over TLS takes the one below it along.
      socket.destroy();
      resolve({ ok, reason });
    };
    const what = response === undefined ? 'No connection to' : 'Not the expected answer from';
    const timer = setTimeout(() => end(false, `${what} ${address}:${port} within ${timeoutMs} ms.`), timeoutMs);
    const talk = (): void => {
      if (text !== undefined) socket.write(text);
      if (response === undefined) return end(true, `Accepts ${type} connections at ${address}:${port}.`);
      socket.setEncoding('utf8').on('data', (piece: string) => {
        answer += piece;
        if (answer.startsWith(response)) end(true, `${address}:${port} answered as expected.`);
        else if (answer.length >= response.length)
          end(false, `${address}:${port} answered, but not with the expected text.`);
      });
      socket.on('end', () => end(false, `${address}:${port} closed before it gave the expected answer.`));
    };
    const broken = (cause: Error): void => end(false, refusal(address, port, cause));
    raw.once('error', broken);
    raw.once('connect', () => {
      if (proxyHeader === true) raw.write(proxyLine(raw.localAddress ?? address, raw.localPort ?? 0, address, port));
      if (type === 'TCP') return talk();
      socket = connectTls({ socket: raw, rejectUnauthorized: false }, talk);
      socket.once('error', broken);
    });
  });
}

function probeHttp({ type, address, port, path, host, response, proxyHeader, timeoutMs }: Probe): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const headers = { host: host ?? `${address}:${port}`, 'user-agent': 'GoogleHC/1.0', connection: 'close' };
    const judge = (answer: IncomingMessage): void => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => {
        if (body.length < BODY_LIMIT) body += text;
      });
      answer.on('error', (cause: Error) => end(false, `The answer of GET ${path} broke off: ${cause.message}.`));
      answer.on('end', () => {
        const { ok, reason } = verdict(path, answer.statusCode ?? 0, body, response);
        end(ok, reason);
      });
    };
    const options = { host: address, port, path, headers };
    const question =
      type === 'HTTPS'
        ? requestTls({ ...options, agent: false, rejectUnauthorized: false }, judge)
        : request(
            proxyHeader === true
              ? { ...options, createConnection: () => greeted(address, port) }
              : { ...options, agent: false },
            judge,
          );
    const end = (ok: boolean, reason: string): void => {
      clearTimeout(timer);
      question.destroy();
      resolve({ ok, reason });
    };
    const timer = setTimeout(() => end(false, silence(path, address, port, timeoutMs)), timeoutMs);
    question.on('error', (cause) => end(false, refusal(address, port, cause)));
    question.end();
  });
}

function probeHttp2({ address, port, path, host, response, timeoutMs }: Probe): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const session = connectHttp2(`https://${address}:${port}`, { rejectUnauthorized: false });
    const end = (ok: boolean, reason: string): void => {
      clearTimeout(timer);
      session.destroy();
      resolve({ ok, reason });
    };
    const timer = setTimeout(() => end(false, silence(path, address, port, timeoutMs)), timeoutMs);
    session.once('error', (cause) => end(false, refusal(address, port, cause)));
    const question = session.request({
      ':path': path,
      ':authority': host ?? `${address}:${port}`,
      'user-agent': 'GoogleHC/1.0',
    });
    let status = 0;
    let body = '';
    question.on('response', (headers) => (status = headers[':status'] ?? 0));
    question.setEncoding('utf8').on('data', (text: string) => {
      if (body.length < BODY_LIMIT) body += text;
    });
    question.on('error', (cause: Error) => end(false, refusal(address, port, cause)));
    question.on('end', () => {
      const { ok, reason } = verdict(path, status, body, response);
      end(ok, reason);
    });
    question.end();
  });
}

function greeted(address: string, port: number): Socket {
  const socket = connect({ host: address, port });
  // Written before the request is, so that it comes first; where the connection begins is not known yet.
  socket.write('PROXY UNKNOWN\r\n');
  return socket;
}

function verdict(path: string, status: number, body: string, response: string | undefined): ProbeResult {
  if (status !== 200) return { ok: false, reason: `GET ${path} answered ${status}; 200 is healthy.` };
  if (response !== undefined && !body.startsWith(response))
    return { ok: false, reason: `GET ${path} answered 200 with another body than expected.` };
  return { ok: true, reason: `GET ${path} answered 200.` };
}

function silence(path: string, address: string, port: number, timeoutMs: number): string {
  return `GET ${path} at ${address}:${port} did not answer within ${timeoutMs} ms.`;
}

function refusal(address: string, port: number, cause: Error): string {
  const code = 'code' in cause ? cause.code : undefined;
  if (code === 'ECONNREFUSED') return `Nothing listens at ${address}:${port}.`;
  // OpenSSL's own words name places in its source.
  if (code === 'EPROTO') return `No TLS connection with ${address}:${port} comes about; it may not speak TLS.`;
  return `${address}:${port} cannot be reached: ${cause.message}.`;
}
