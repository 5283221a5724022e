import { expect, test } from 'vitest';
import { failingLine } from './failing-line.ts';

const block = (stderr: string, stdout = '') => `    image: TASK [Install] ****
    image: failed: [localhost] (item=hello_1_all.deb) =>
    image:     msg: non-zero return code
    image:     rc: 100
    image:     stderr: |-
${stderr.replace(/^/gm, '    image:         ')}
    image:     stderr_lines: <omitted>
    image:     stdout: |-
${stdout.replace(/^/gm, '    image:         ')}
Build 'image' errored after 1 second: Script exited with non-zero exit status: 2.Allowed exit codes are: [0]
`;

test('a maintainer script is shown with what it said last', () => {
  const log = block(`debconf: delaying package configuration, since apt-utils is not installed
hello: cannot find the moon
dpkg: error processing package hello (--configure):
 installed hello package post-installation script subprocess returned error exit status 4
E: Sub-process /usr/bin/dpkg returned an error code (1)`);
  expect(failingLine(log)).toBe(
    'installed hello package post-installation script subprocess returned error exit status 4: hello: cannot find the moon',
  );
});

test('a missing dependency is named', () => {
  const log = block(
    'E: Unable to correct problems, you have held broken packages.',
    'The following packages have unmet dependencies:\n hello : Depends: moon (>= 3) but it is not installable',
  );
  expect(failingLine(log)).toBe('hello : Depends: moon (>= 3) but it is not installable');
});

test('a message of Ansible, of bubblewrap, or the last line', () => {
  expect(failingLine('    image: fatal: [localhost]: FAILED! =>\n    image:     msg: Could not find or access x')).toBe(
    'Could not find or access x',
  );
  expect(failingLine('==> image: bwrap: Creating new namespace failed: No space left')).toMatch(/^bwrap: /);
  expect(failingLine('one\ntwo\n')).toBe('two');
  expect(failingLine('')).toBeUndefined();
});
