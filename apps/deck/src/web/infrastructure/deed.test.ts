import { describe, expect, it } from 'vitest';
import type { Deed } from './deed.ts';
import { emptied, firstStage, saidBy } from './deed.ts';

const deed = (sends: Deed['sends']): Deed => ({
  type: 'upsertLoadBalancer',
  verb: 'Change',
  title: 'Change hello-lb',
  about: '',
  targets: [{ loadBalancerName: 'hello-lb' }],
  values: { certificate: 'hello-cert', portRange: '443', hostRules: [] },
  sends,
});
const edited = (sends: Deed['sends'], patch: object) => saidBy(deed(sends), { ...firstStage(deed(sends)), ...patch });

describe('what a form says', () => {
  it('of a change is what differs; what is emptied is said to be none', () => {
    expect(edited('changes', { portRange: '8443', hostRules: undefined })).toEqual({ portRange: '8443' });
    expect(edited('changes', { certificate: undefined })).toEqual({ certificate: null });
    expect(edited('changes', {})).toEqual({});
  });

  it('of an override is what differs; what is emptied stays what it is', () => {
    expect(edited('overrides', { portRange: '8443', certificate: undefined })).toEqual({ portRange: '8443' });
  });

  it('of something new is everything', () => {
    expect(edited('all', { certificate: undefined })).toEqual({ portRange: '443', hostRules: [] });
  });
});

describe('fields that cannot be emptied', () => {
  const values = { portRange: '80', healthCheck: { port: 8080 }, draining: undefined };
  it('say so by their names, those within others too', () => {
    expect(emptied(values, { portRange: '', healthCheck: {} }, ['portRange', 'healthCheck.port', 'draining'])).toEqual([
      'say what “Port” shall be, as it cannot be emptied',
      'say what “Health check port” shall be, as it cannot be emptied',
    ]);
  });
  it('say nothing where something is written, or nothing was', () => {
    expect(emptied(values, { ...values, portRange: '81' }, ['portRange', 'healthCheck.port', 'draining'])).toEqual([]);
  });
});
