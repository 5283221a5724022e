import { describe, expect, it } from 'vitest';
import { runProgram } from './run-program.ts';

describe('a delivery whose services are killed', () => {
  it('completes, and nothing exists twice', async () => {
    const { report, output, code } = await runProgram('apps/trials/src/chaos.ts', [
      'kills',
      '--only',
      'bake,deploy',
      '--offset',
      '4000',
    ]);
    expect(report.ok, output.slice(-4000)).toBe(true);
    expect(code).toBe(0);
  });

  it('is seen to fail when a server group exists twice', async () => {
    const { report, code } = await runProgram('apps/trials/src/chaos.ts', [
      'kills',
      '--only',
      'deploy',
      '--plant',
      'second-server-group',
      '--offset',
      '4000',
    ]);
    expect(report.ok).toBe(false);
    expect(code).toBe(1);
  });
});
