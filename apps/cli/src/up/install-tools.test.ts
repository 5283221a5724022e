import { describe, expect, it } from 'vitest';
import { withCandidate } from './install-tools.ts';

const POLICY = `redis-tools:
  Installed: (none)
  Candidate: 5:8.0.2-3
  Version table:
     5:8.0.2-3 500
        500 http://mirror.example/debian trixie/main amd64 Packages
packer:
  Installed: (none)
  Candidate: (none)
  Version table:
ansible:
  Installed: 12.0.0
  Candidate: 12.0.0
  Version table:
 *** 12.0.0 100
        100 /var/lib/dpkg/status
`;

describe('the packages of a release', () => {
  it('are those that apt has a candidate for: others are known by name only, or not at all', () => {
    expect([...withCandidate(POLICY)]).toEqual(['redis-tools', 'ansible']);
  });
});
