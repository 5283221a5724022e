import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { LabRequest, LabResponse } from '@gennaker/cloudlab/message';

const BODY_LIMIT = 8 << 20;

/** Serves a model's `handle` over HTTP/1.1; bodies are passed on as they come. */
export function serve(handle: (request: LabRequest) => Promise<LabResponse>): Server {
  const server = createServer((incoming, outgoing) => {
    void read(incoming)
      .then(handle)
      .catch((cause: unknown) => ({
        status: 400,
        body: { error: { code: 400, message: cause instanceof Error ? cause.message : String(cause), errors: [] } },
      }))
      .then((answer: LabResponse) => {
        const text = typeof answer.body === 'string' ? answer.body : `${JSON.stringify(answer.body)}\n`;
        const type = typeof answer.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
        outgoing.writeHead(answer.status, {
          'content-type': type,
          'content-length': Buffer.byteLength(text),
          ...answer.headers,
        });
        outgoing.end(text);
      });
  });
  // A client that keeps its connection longer than we do would now and then send into a closed one.
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  return server;
}

async function read(incoming: IncomingMessage): Promise<LabRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new Error(`The body is larger than ${BODY_LIMIT} bytes.`);
    chunks.push(chunk);
  }
  const url = new URL(incoming.url ?? '/', 'http://cloudlab');
  const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
