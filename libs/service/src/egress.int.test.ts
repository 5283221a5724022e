import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuardedHttp } from './egress.ts';

let server: Server;
let port = 0;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/away') response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
    else if (request.url === '/near') response.writeHead(302, { location: '/here' }).end();
    else response.end(`${request.method} ${request.url}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = address && typeof address === 'object' ? address.port : 0;
});
afterAll(() => void server.close());

describe('the egress guard', () => {
  it.each([
    'http://127.0.0.1/',
    'http://localhost:1/',
    'http://10.1.2.3/',
    'http://169.254.169.254/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://0.0.0.0/',
    'http://0x7f000001/',
  ])('refuses %s', async (url) => {
    await expect(createGuardedHttp([])({ url, method: 'GET' })).rejects.toMatchObject({ status: 403 });
  });

  it('names the line that would allow it', async () => {
    await expect(createGuardedHttp([])({ url: `http://127.0.0.1:${port}/`, method: 'GET' })).rejects.toMatchObject({
      details: { fix: expect.stringContaining(`127.0.0.1/32:${port}`) },
    });
  });

  it('calls what is allowed, on exactly that port', async () => {
    const http = createGuardedHttp([`127.0.0.1/32:${port}`]);
    expect(await http({ url: `http://127.0.0.1:${port}/x`, method: 'GET' })).toMatchObject({
      status: 200,
      body: 'GET /x',
    });
    await expect(http({ url: `http://127.0.0.1:${port + 1}/x`, method: 'GET' })).rejects.toMatchObject({ status: 403 });
  });

  it('checks every redirect', async () => {
    const http = createGuardedHttp([`127.0.0.1/32:${port}`]);
    expect(await http({ url: `http://127.0.0.1:${port}/near`, method: 'GET' })).toMatchObject({ body: 'GET /here' });
    await expect(http({ url: `http://127.0.0.1:${port}/away`, method: 'GET' })).rejects.toMatchObject({ status: 403 });
  });

  it.each(['file:///etc/passwd', 'gopher://x/', 'nonsense'])('refuses %s', async (url) => {
    await expect(createGuardedHttp([])({ url, method: 'GET' })).rejects.toMatchObject({ status: 400 });
  });
});
