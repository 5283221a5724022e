import { describe, expect, it } from 'vitest';
import { returnPath } from './return-path.ts';

const back = (wanted: string | undefined) => returnPath(wanted, 'http://127.0.0.1:9000');

describe('after logging in', () => {
  it('one is taken back to where one was', () => {
    expect(back('/applications/hello/executions?status=failed')).toBe('/applications/hello/executions?status=failed');
  });
  it.each([undefined, '', 'https://elsewhere.test/', '//elsewhere.test/x', '/\\elsewhere.test', '/login?next=/login'])(
    'one is not taken to %s',
    (wanted) => {
      expect(back(wanted)).toBe('/applications');
    },
  );
});
