import { expect, test } from 'vitest';
import { type Firewall, firewallsOf, securityGroupView } from './firewalls.ts';

const firewall = (more: Partial<Firewall>): Firewall => ({
  name: 'hello-web',
  network: 'https://x/projects/p/global/networks/default',
  ...more,
});

test('each range of each protocol is a rule, in the words of Spinnaker', () => {
  const view = securityGroupView(
    firewall({
      sourceRanges: ['10.0.0.0/8', '192.0.2.1/32'],
      allowed: [{ IPProtocol: 'tcp', ports: ['80', '8000-8100'] }, { IPProtocol: 'icmp' }],
      targetTags: ['web'],
    }),
    'acct',
    5,
  );
  expect(view).toMatchObject({
    name: 'hello-web',
    application: 'hello',
    region: 'global',
    network: 'default',
    seenAt: 5,
  });
  expect(view.inboundRules).toHaveLength(4);
  expect(view.inboundRules[0]).toEqual({
    protocol: 'tcp',
    range: { ip: '10.0.0.0', cidr: '/8' },
    portRanges: [
      { startPort: 80, endPort: 80 },
      { startPort: 8000, endPort: 8100 },
    ],
  });
  expect(view.inboundRules[3]).toMatchObject({ protocol: 'icmp', portRanges: [{ startPort: 1, endPort: 65_535 }] });
});

test('what is denied says so, and what concerns outgoing traffic stands apart', () => {
  const denied = securityGroupView(firewall({ denied: [{ IPProtocol: 'tcp' }], sourceTags: ['edge'] }), 'a', 0);
  expect(denied.inboundRules).toMatchObject([{ protocol: 'tcp', denied: true }]);
  const out = firewall({ direction: 'EGRESS', destinationRanges: ['0.0.0.0/0'], allowed: [{ IPProtocol: 'all' }] });
  expect(securityGroupView(out, 'a', 0)).toMatchObject({
    inboundRules: [],
    outboundRules: [{ protocol: 'all', range: { ip: '0.0.0.0', cidr: '/0' } }],
  });
});

test('a firewall concerns instances of its network: all, or those with its tags or its service account', () => {
  const template = {
    name: 't',
    properties: {
      networkInterfaces: [{ network: 'https://x/projects/p/global/networks/default' }],
      tags: { items: ['web'] },
      serviceAccounts: [{ email: 'robot@p' }],
    },
  };
  const all = [
    firewall({ name: 'for-all' }),
    firewall({ name: 'for-web', targetTags: ['web', 'other'] }),
    firewall({ name: 'for-robot', targetServiceAccounts: ['robot@p'] }),
    firewall({ name: 'for-others', targetTags: ['other'] }),
    firewall({ name: 'elsewhere', network: 'https://x/projects/p/global/networks/second' }),
    firewall({ name: 'off', disabled: true }),
  ];
  expect(firewallsOf(all, template)).toEqual(['for-all', 'for-web', 'for-robot']);
  expect(firewallsOf(all, null)).toEqual([]);
});
