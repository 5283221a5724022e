import { stageUis } from '@gennaker/stages/ui';
import type { StageConfig } from '@gennaker/ui/stage-ui';
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { violations } from '../testing/axe.ts';
import { renderDeck } from '../testing/render-deck.tsx';
import { merge } from './pipeline-operations.ts';

afterEach(cleanup);

const ui = stageUis.find(({ type }) => type === 'upsertLoadBalancer');
if (!ui) throw new Error('There is no form of load balancers.');

/** Shows the form and keeps what it writes. */
function show(keys: Record<string, unknown> = {}): { stage: StageConfig; problems(): readonly string[] } {
  const { Form, defaults, problems } = ui as NonNullable<typeof ui>;
  const stage = {
    ...defaults('hello'),
    type: 'upsertLoadBalancer',
    loadBalancerName: 'hello-web',
    credentials: 'local-gce',
    ...keys,
  };
  const held = { stage, problems: () => problems?.(held.stage, 'hello') ?? [] };
  function Host() {
    const [value, setValue] = useState<StageConfig>(stage);
    held.stage = value as typeof stage;
    return (
      <Form
        stage={value}
        application="hello"
        upstream={[]}
        onChange={(patch) => setValue((was) => merge(was, patch))}
      />
    );
  }
  renderDeck(<Host />);
  return held;
}
const type = (label: RegExp | string, value: string): void =>
  void fireEvent.change(screen.getByLabelText(label, { selector: 'input' }), { target: { value } });
/** Types a word as a person does: in the field that has the focus. */
const word = (label: RegExp, value: string): void => {
  screen.getByLabelText(label, { selector: 'input' }).focus();
  type(label, value);
  fireEvent.keyDown(screen.getByLabelText(label, { selector: 'input' }), { key: 'Enter' });
};
const choose = (label: string, option: string): void => {
  fireEvent.click(screen.getByRole('combobox', { name: label }));
  fireEvent.click(screen.getByRole('option', { name: option, hidden: true }));
};

describe('the form of a load balancer', () => {
  it('moves what belongs to a backend service into the default one when it shall read requests, and back', () => {
    const held = show({ healthCheck: { requestPath: '/healthz' }, region: 'us-central1' });
    choose('Type', 'HTTP(S)');
    expect(held.stage).toMatchObject({
      loadBalancerType: 'HTTP',
      region: 'global',
      defaultService: { healthCheck: { requestPath: '/healthz' }, sessionAffinity: 'NONE' },
    });
    expect(held.stage).not.toHaveProperty('healthCheck');
    expect(held.problems()).toEqual([]);
    choose('Type', 'Network: a target pool, TCP or UDP');
    expect(held.stage).toMatchObject({ loadBalancerType: 'NETWORK', healthCheck: { requestPath: '/healthz' } });
    expect(held.stage).not.toHaveProperty('defaultService');
    expect(held.problems()).toEqual(['choose a region']);
  });

  it('of HTTP says which backend service answers for which hosts and paths', async () => {
    const held = show({ loadBalancerType: 'HTTP', region: 'global' });
    fireEvent.click(screen.getByRole('button', { name: 'Add host rule' }));
    expect(held.problems()).toEqual(['name the hosts of rule 1', 'choose the backend service of hosts 1']);
    word(/^Hosts 1/, 'shop.example');
    type(/^Backend service of hosts 1/, 'hello-main');
    fireEvent.click(screen.getByRole('button', { name: 'Add path rule to hosts 1' }));
    word(/^Paths 1\.1/, '/api/*');
    type(/^Backend service of paths 1\.1/, 'hello-api');
    expect(held.problems()).toEqual([]);
    expect(held.stage['hostRules']).toEqual([
      {
        hostPatterns: ['shop.example'],
        pathMatcher: {
          defaultService: { name: 'hello-main' },
          pathRules: [{ paths: ['/api/*'], backendService: { name: 'hello-api' } }],
        },
      },
    ]);
    type('Certificate', 'hello-cert');
    expect(held.stage['certificate']).toBe('hello-cert');
    expect(await violations()).toEqual([]);
  });

  it('leaves a backend service that exists as it is, when that becomes the default one', () => {
    const main = {
      name: 'hello-main',
      sessionAffinity: 'CLIENT_IP',
      connectionDrainingTimeoutSec: 8,
      healthCheck: { name: 'hello-main-hc', requestPath: '/healthz' },
    };
    const held = show({ loadBalancerType: 'HTTP', region: 'global', defaultService: main });
    type(/^Default backend service/, 'hello-api');
    expect(held.stage['defaultService']).toEqual({ name: 'hello-api' });
    expect(screen.queryByLabelText('Health check path')).toBeNull();
    type(/^Default backend service/, 'hello-main');
    expect(held.stage['defaultService']).toEqual(main);
    type(/^Default backend service/, 'hello-new');
    const { name: _check, ...healthCheck } = main.healthCheck;
    expect(held.stage['defaultService']).toEqual({ ...main, name: 'hello-new', healthCheck });
  });

  it('of a TLS proxy wants a certificate, and offers no cookie', () => {
    const held = show({ loadBalancerType: 'SSL', region: 'global' });
    expect(held.problems()).toEqual(['choose a certificate']);
    fireEvent.click(screen.getByRole('combobox', { name: 'Session affinity' }));
    expect(screen.getAllByRole('option', { hidden: true }).map(({ textContent }) => textContent)).not.toContain(
      'By a cookie',
    );
  });
});
