import { expect, test } from 'vitest';
import { problemsOf } from './problems.ts';
import { upsertLoadBalancerSchema } from './schema.ts';

const problems = (fields: object): string =>
  problemsOf(upsertLoadBalancerSchema.parse({ credentials: 'a', loadBalancerName: 'web', ...fields })).join('; ');

test.each([
  [{ loadBalancerType: 'HTTP', region: 'us-central1' }, 'region must be "global" for a load balancer of type HTTP'],
  [{ loadBalancerType: 'INTERNAL' }, 'region must name the region of a load balancer of type INTERNAL'],
  [{ loadBalancerType: 'HTTP', loadBalancerName: 'w'.repeat(45) }, 'loadBalancerName must have at most 44 letters'],
  [{ region: 'r', portRange: '70000' }, 'portRange "70000" must be one port between 1 and 65535'],
  [{ region: 'r', portRange: '90-80' }, 'portRange "90-80" must be one port'],
  [{ portRange: '80-90' }, 'portRange "80-90" must be one port for a load balancer of type TCP'],
  [{ loadBalancerType: 'INTERNAL', region: 'r', portRange: '80-90' }, 'must hold at most five ports'],
  [{ loadBalancerType: 'INTERNAL', region: 'r', ports: ['80-90'] }, 'ports must be numbers between 1 and 65535'],
  [{ ports: [80] }, 'ports is for load balancers of type INTERNAL; use portRange'],
  [{ loadBalancerType: 'HTTP', ipProtocol: 'UDP' }, 'ipProtocol must be TCP for a load balancer of type HTTP'],
  [{ sessionAffinity: 'GENERATED_COOKIE' }, 'sessionAffinity must be one of NONE, CLIENT_IP for'],
  [{ healthCheck: { timeoutSec: 9, checkIntervalSec: 5 } }, 'healthCheck.timeoutSec must not be longer'],
  [{ healthCheck: { timeoutSec: 9 } }, 'healthCheck.timeoutSec must not be longer'],
  [
    { loadBalancerType: 'NETWORK', region: 'r', healthCheck: { healthCheckType: 'TCP' } },
    'healthCheck.healthCheckType must be HTTP',
  ],
  [{ loadBalancerType: 'NETWORK', region: 'r', backendService: {} }, 'backendService is not for type NETWORK'],
  [{ hostRules: [] }, 'hostRules are for load balancers of type HTTP and INTERNAL_MANAGED'],
  [{ loadBalancerType: 'HTTP', healthCheck: {} }, 'put them into defaultService'],
  [{ certificate: 'c' }, 'certificate is not for a load balancer of type TCP'],
  [{ loadBalancerType: 'HTTP', certificateMap: 'm' }, 'certificateMap is not supported'],
  [
    {
      loadBalancerType: 'HTTP',
      hostRules: ['a', 'b'].map((name) => ({ hostPatterns: ['x.org'], pathMatcher: { defaultService: { name } } })),
    },
    'hostRules names the host x.org twice',
  ],
])('%j: %s', (fields, sentence) => {
  expect(problems(fields)).toContain(sentence);
});

test.each([
  {
    loadBalancerType: 'HTTP',
    portRange: 443,
    certificate: 'c',
    defaultService: { sessionAffinity: 'GENERATED_COOKIE' },
  },
  {
    loadBalancerType: 'INTERNAL',
    region: 'r',
    portRange: '80-84',
    sessionAffinity: 'CLIENT_IP_PROTO',
    ipProtocol: 'UDP',
  },
  { loadBalancerType: 'NETWORK', region: 'r', portRange: '1-65535', healthCheck: {} },
  { loadBalancerType: 'TCP', region: 'r', portRange: '80-90', sessionAffinity: 'CLIENT_IP_PORT_PROTO' },
  { loadBalancerType: 'SSL', certificate: 'c' },
])('%j has no problem', (fields) => {
  expect(problems(fields)).toBe('');
});
