import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jobName, jobOfUrl, jobPath } from './jenkins-job.ts';

const parts = fc.array(
  fc.string({ minLength: 1 }).filter((part) => !part.includes('/') && part !== 'job'),
  { minLength: 1, maxLength: 10 },
);

it('a job has one name, however its folders are written', () => {
  for (const written of ['team/hello', 'team/job/hello', '/team/hello/', 'job/team/job/hello/'])
    expect(jobName(written)).toBe('team/job/hello');
  expect(jobName('hello')).toBe('hello');
});

it('the name of a name is itself, and the address that it makes gives it back', () => {
  fc.assert(
    fc.property(parts, (names) => {
      const name = jobName(names.join('/'));
      expect(name).toBe(names.join('/job/'));
      expect(jobName(name)).toBe(name);
      expect(jobOfUrl(`https://ci.example/${jobPath(name)}/7/`)).toBe(name);
    }),
  );
});

it('an address without a job names none', () => {
  expect(jobOfUrl('https://ci.example/queue/item/3/')).toBeUndefined();
});
