import { describe, expect, it } from 'vitest';
import { isRefusedByData } from './writer.ts';

const refused = (code: string): boolean => isRefusedByData(Object.assign(new Error('no'), { code }));

describe('an error of a flush', () => {
  it('is the data’s own fault when PostgreSQL says so, or when it could not even be written down', () => {
    for (const code of ['22P02', '22021', '23505', '54000']) expect(refused(code), code).toBe(true);
    expect(isRefusedByData(new TypeError('Do not know how to serialize a BigInt'))).toBe(true);
    expect(isRefusedByData(new RangeError('Invalid string length'))).toBe(true);
  });
  it('is nobody’s fault while the database is away, starts up or is busy: the flush is tried again', () => {
    for (const code of ['57P01', '57P03', '08006', '53300', '40P01', '40001', 'ECONNREFUSED', 'ECONNRESET'])
      expect(refused(code), code).toBe(false);
    expect(isRefusedByData(new Error('Connection terminated unexpectedly'))).toBe(false);
    expect(isRefusedByData(undefined)).toBe(false);
  });
});
