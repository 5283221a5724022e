import { describe, expect, it } from 'vitest';
import { reportOf } from './report.ts';

const good = { metric: 'executions lost', value: 0, unit: '', ok: true };

describe('a trial’s report', () => {
  it('is good when every row is', () => {
    const { ok, text } = reportOf('kills', [good]);
    expect(ok).toBe(true);
    expect(JSON.parse(text.trim().split('\n').at(-1) ?? '')).toEqual({
      name: 'kills',
      ok: true,
      rows: [{ metric: 'executions lost', value: 0, unit: '' }],
    });
  });

  it('fails with one bad row, and when nothing was measured', () => {
    expect(reportOf('kills', [good, { ...good, ok: false }]).ok).toBe(false);
    expect(reportOf('kills', []).ok).toBe(false);
  });
});
