import { describe, expect, test } from 'vitest';
import { PROXY_SOURCES, admits, rulesFor } from './firewall-rules.ts';
import { firewallBody } from './network-schema.ts';
import type { FirewallRule } from './firewall-rules.ts';

const network = 'projects/p/global/networks/n';
const web = { address: '127.99.0.1', network, tags: ['web'] };
const jump = { address: '127.99.0.9', network, tags: ['jump'] };

function rules(...given: readonly object[]): readonly FirewallRule[] | undefined {
  const firewalls = given.map((each, i) => ({
    project: 'p',
    firewall: {
      kind: '',
      id: '1',
      creationTimestamp: '',
      selfLink: '',
      ...firewallBody.parse({ name: `r${i}`, network, ...each }),
    },
  }));
  return rulesFor(web, firewalls, [web, jump]);
}

const tcp = (...ports: string[]) => [{ IPProtocol: 'tcp', ...(ports.length > 0 ? { ports } : {}) }];

describe('firewall rules', () => {
  test('a network without rules lets everything in', () => {
    expect(rules()).toBeUndefined();
    expect(admits(rules(), ['127.0.0.1'], 'tcp', 80)).toBe(true);
  });

  test('what no rule names stays out', () => {
    const some = rules({ allowed: tcp('80', '8000-8100'), sourceRanges: ['0.0.0.0/0'] });
    expect(admits(some, ['127.0.0.1'], 'tcp', 80)).toBe(true);
    expect(admits(some, ['127.0.0.1'], 'tcp', 8050)).toBe(true);
    expect(admits(some, ['127.0.0.1'], 'tcp', 81)).toBe(false);
    expect(admits(some, ['127.0.0.1'], 'udp', 80)).toBe(false);
  });

  test('the lowest priority number decides; of two with the same the one that denies', () => {
    const allow = { allowed: [{ IPProtocol: 'all' }], priority: 1000 };
    expect(admits(rules(allow, { denied: tcp('80'), priority: 900 }), ['127.0.0.1'], 'tcp', 80)).toBe(false);
    expect(admits(rules(allow, { denied: tcp('80'), priority: 1100 }), ['127.0.0.1'], 'tcp', 80)).toBe(true);
    expect(admits(rules(allow, { denied: tcp('80') }), ['127.0.0.1'], 'tcp', 80)).toBe(false);
  });

  test('rules for other tags, other networks, egress and disabled ones do not count', () => {
    const some = rules(
      { denied: tcp(), priority: 1, targetTags: ['db'] },
      { denied: tcp(), priority: 1, network: 'global/networks/other' },
      { denied: tcp(), priority: 1, direction: 'EGRESS' },
      { denied: tcp(), priority: 1, disabled: true },
      { allowed: tcp(), targetTags: ['web'] },
    );
    expect(admits(some, ['127.0.0.1'], 'tcp', 80)).toBe(true);
  });

  test('a source is named by range or by the tag of an instance', () => {
    const some = rules({ allowed: tcp(), sourceRanges: ['127.0.0.4/30'], sourceTags: ['jump'] });
    expect(admits(some, ['127.0.0.5'], 'tcp', 80)).toBe(true);
    expect(admits(some, ['127.0.0.8'], 'tcp', 80)).toBe(false);
    expect(admits(some, [jump.address], 'tcp', 80)).toBe(true);
  });

  test('clients of this machine count as inside of automatic networks; proxies come from where they do in the real cloud', () => {
    expect(admits(rules({ allowed: tcp(), sourceRanges: ['10.128.0.0/9'] }), ['127.0.0.7'], 'tcp', 80)).toBe(true);
    const health = rules({ allowed: tcp(), sourceRanges: ['130.211.0.0/22', '35.191.0.0/16'] });
    expect(admits(health, PROXY_SOURCES, 'tcp', 80)).toBe(true);
    expect(admits(health, ['127.0.0.7'], 'tcp', 80)).toBe(false);
  });
});
