import { describe, expect, it } from 'vitest';
import { callerAddress } from './caller-address.ts';

describe('the address that a request comes from', () => {
  it.each([
    ['the peer itself', '10.0.0.9', undefined, '10.0.0.9'],
    ['the peer, whatever it says', '10.0.0.9', '1.2.3.4', '10.0.0.9'],
    ['what deck says', '127.0.0.1', '10.0.0.9', '10.0.0.9'],
    ['the last that deck says, since its caller wrote the first', '127.0.0.1', '1.2.3.4, 10.0.0.9', '10.0.0.9'],
    ['what a proxy in front of deck says', '127.0.0.1', '10.0.0.9, ::ffff:127.0.0.1', '10.0.0.9'],
    ['this machine', '::1', '127.0.0.1', '::1'],
  ])('is %s', (_which, peer, forwarded, address) => {
    expect(callerAddress(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }, peer)).toBe(address);
  });
});
