import type { EchoEvent } from '@gennaker/contracts/echo';
import { describe, expect, it } from 'vitest';
import { helmTriggerSchema } from './schema.ts';
import helm from './trigger.ts';

const published = (version: string, more: Record<string, unknown> = {}): EchoEvent => ({
  type: 'helm',
  source: 'charts',
  content: { name: 'shop', version, digest: 'sha256:a', ...more },
});
const trigger = (more: Record<string, unknown> = {}) =>
  helmTriggerSchema.parse({ type: 'helm', enabled: true, account: 'charts', chart: 'shop', ...more }) as never;

describe('helm trigger', () => {
  it('has examples that its schema takes', () => {
    for (const example of helm.examples) expect(helm.schema.safeParse(example).success).toBe(true);
  });

  it.each([
    ['', '1.2.3', true],
    ['^1.2.0', '1.9.0', true],
    ['^1.2.0', '2.0.0', false],
    ['~1.2', '1.2.9', true],
    ['>=1.0.0 <1.5.0 || 2.x', '2.4.1', true],
    ['1.2.3', '1.2.4', false],
    ['^1.2.0', '1.3.0-beta.1', false],
    ['^1.2.0', 'newest', false],
  ])('with the range "%s" takes %s: %s', (range, version, wanted) => {
    expect(helm.match(trigger({ version: range }), published(version)).matches).toBe(wanted);
  });

  it('says why a chart starts nothing', () => {
    expect(helm.match(trigger({ version: '^1' }), published('2.0.0')).reason.summary).toBe(
      'the version is 2.0.0, which is not within ^1',
    );
    expect(helm.match(trigger({ version: 'newer' }), published('2.0.0')).reason.summary).toBe(
      '"newer" is no range of versions',
    );
    expect(helm.match(trigger({ chart: 'x' }), published('1.0.0'))).toMatchObject({ matches: false, elsewhere: true });
    expect(helm.match(trigger({ account: 'x' }), published('1.0.0'))).toMatchObject({ elsewhere: true });
    expect(helm.match(trigger({ secret: 's' }), published('1.0.0')).reason.summary).toContain('not signed');
  });

  it('knows a version once, and refuses a body without one', () => {
    const read = (content: Record<string, unknown>) => helm.readWebhook?.({ source: 'charts', headers: {}, content });
    expect(read(published('1.2.3').content)).toEqual({ identity: 'shop 1.2.3 sha256:a' });
    expect(() => read({ name: 'shop' })).toThrow('The body is no new version of a chart: version');
  });

  it('hands the chart to the execution, and no secret', () => {
    const given = helm.toTrigger(trigger({ version: '^1', secret: 's' }), published('1.2.3'));
    expect(given).toMatchObject({
      artifactName: 'shop',
      version: '1.2.3',
      digest: 'sha256:a',
      artifacts: [{ type: 'helm/chart', name: 'shop', version: '1.2.3' }],
    });
    expect(given).not.toHaveProperty('secret');
  });
});
