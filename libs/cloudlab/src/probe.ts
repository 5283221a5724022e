import { request } from 'node:http';
import { connect } from 'node:net';
import type { Probe, ProbeResult } from './runtime.ts';

const BODY_LIMIT = 1024;

/** Asks a real instance: TCP connects, HTTP wants a 200 and the expected beginning of the body. */
export function probe(question: Probe): Promise<ProbeResult> {
  return question.type === 'TCP' ? probeTcp(question) : probeHttp(question);
}

function probeTcp({ address, port, timeoutMs }: Probe): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (ok: boolean, reason: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ ok, reason });
    };
    const timer = setTimeout(
      () => end(false, `No connection to ${address}:${port} within ${timeoutMs} ms.`),
      timeoutMs,
    );
    socket.once('connect', () => end(true, `Accepts connections at ${address}:${port}.`));
    socket.once('error', (cause) => end(false, refusal(address, port, cause)));
  });
}

function probeHttp({ address, port, path, host, response, timeoutMs }: Probe): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const headers = { host: host ?? `${address}:${port}`, 'user-agent': 'GoogleHC/1.0', connection: 'close' };
    const question = request({ host: address, port, path, agent: false, headers }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => {
        if (body.length < BODY_LIMIT) body += text;
      });
      answer.on('error', (cause: Error) => end(false, `The answer of GET ${path} broke off: ${cause.message}.`));
      answer.on('end', () => {
        if (answer.statusCode !== 200) end(false, `GET ${path} answered ${answer.statusCode ?? 0}; 200 is healthy.`);
        else if (response !== undefined && !body.startsWith(response))
          end(false, `GET ${path} answered 200 with another body than expected.`);
        else end(true, `GET ${path} answered 200.`);
      });
    });
    const end = (ok: boolean, reason: string): void => {
      clearTimeout(timer);
      question.destroy();
      resolve({ ok, reason });
    };
    const timer = setTimeout(
      () => end(false, `GET ${path} at ${address}:${port} did not answer within ${timeoutMs} ms.`),
      timeoutMs,
    );
    question.on('error', (cause) => end(false, refusal(address, port, cause)));
    question.end();
  });
}

function refusal(address: string, port: number, cause: Error): string {
  const refused = 'code' in cause && cause.code === 'ECONNREFUSED';
  return refused ? `Nothing listens at ${address}:${port}.` : `${address}:${port} cannot be reached: ${cause.message}.`;
}
