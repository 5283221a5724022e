'use strict';

const { createServer } = require('node:http');
const { version } = require('./package.json');

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 8080);
/**
 * A load balancer that passes bytes cannot move a client that keeps its connection: the application must end old ones.
 * Younger than any sensible draining time, so that all clients have left before a drained connection would be cut.
 */
const connectionAgeMs = Number(process.env.CONNECTION_AGE_MS ?? 3000);

let stopping = false;
const openedAt = new WeakMap();

/** Longest time that a caller may ask an answer to take, ms. */
const longestDelayMs = 2000;

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://hello');
  const delayMs = Math.min(Number(searchParams.get('delay')) || 0, longestDelayMs);
  if (delayMs > 0) setTimeout(answer, delayMs, request, response);
  else answer(request, response);
});

function answer(request, response) {
  const age = Date.now() - (openedAt.get(request.socket) ?? 0);
  if (stopping || age > connectionAgeMs) response.setHeader('Connection', 'close');
  response.setHeader('X-Version', version);
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`Hello from version ${version} on ${process.env.INSTANCE_NAME ?? host}\n`);
}

server.on('connection', (socket) => openedAt.set(socket, Date.now()));
server.keepAliveTimeout = 75_000;

server.listen(port, host, () => {
  console.log(`hello ${version} listens on ${host}:${port}`);
});

process.on('SIGTERM', () => {
  if (stopping) return;
  stopping = true;
  console.log(`hello ${version} stops: it answers what still comes and closes each connection`);
  // Ends when the last connection does; whoever stops an instance kills it when its time is up.
  server.close(() => process.exit(0));
});
