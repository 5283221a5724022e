import { describe, expect, test } from 'vitest';
import { answerHeaders, requestHeaders } from './forwarded-headers.ts';

const origin = { clientAddress: '127.0.0.5', address: '127.64.255.1', scheme: 'https' } as const;

describe('headers on their way through the load balancer', () => {
  test('a request names client and load balancer behind what it said itself', () => {
    const raw = ['Host', 'a', 'x-forwarded-for', '1.2.3.4', 'X-Forwarded-Proto', 'ftp', 'Via', '1.1 own'];
    expect(requestHeaders(raw, origin, false)).toEqual([
      ...['Host', 'a'],
      ...['X-Forwarded-For', '1.2.3.4,127.0.0.5,127.64.255.1'],
      ...['X-Forwarded-Proto', 'https'],
      ...['Via', '1.1 own, 1.1 google'],
    ]);
    expect(requestHeaders([], origin, false)[1]).toBe('127.0.0.5,127.64.255.1');
  });

  test('what concerns one hop only stays behind, and what Connection names with it', () => {
    const raw = [
      'Connection',
      'close, X-Own',
      'Keep-Alive',
      'timeout=5',
      'x-own',
      '1',
      'Upgrade',
      'h2c',
      'Cookie',
      'c',
    ];
    expect(requestHeaders(raw, origin, false).slice(0, 2)).toEqual(['Cookie', 'c']);
    expect(requestHeaders(raw, origin, false).slice(2, 3)).toEqual(['X-Forwarded-For']);
  });

  test('a request for another protocol asks the instance for it', () => {
    const raw = ['Connection', 'Upgrade', 'Upgrade', 'websocket', 'Sec-WebSocket-Key', 'k'];
    expect(requestHeaders(raw, origin, true).slice(-4)).toEqual(['Connection', 'Upgrade', 'Upgrade', 'websocket']);
  });

  test('an answer keeps repeated headers, and carries Via and the cookie', () => {
    const raw = ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Transfer-Encoding', 'chunked', 'Connection', 'keep-alive'];
    expect(answerHeaders(raw, 'GCLB="x"', false)).toEqual([
      ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'],
      ...['Via', '1.1 google'],
      ...['Set-Cookie', 'GCLB="x"'],
    ]);
  });
});
