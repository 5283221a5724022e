import type { EchoEvent } from '@gennaker/contracts/echo';
import { executionTriggerSchema, type Reason } from '@gennaker/contracts/execution';
import { linearRegex } from '@gennaker/extension-sdk/linear-regex';
import { receivedArtifacts } from '@gennaker/extension-sdk/received-artifacts';
import { judgeSecret } from '@gennaker/extension-sdk/sender-secret';
import { defineTrigger } from '@gennaker/extension-sdk/trigger';
import { type GitEvent, type GitReading, readGitEvent, repositoryOf } from './git-event.ts';
import { type GitTrigger, gitTriggerSchema } from './schema.ts';

function readingOf(event: EchoEvent): GitReading {
  return readGitEvent({ source: event.source ?? '', headers: event.headers ?? {}, content: event.content });
}

const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

/** Why a trigger is for another repository than the event. */
function elsewhere(trigger: GitTrigger, source: string, event: GitEvent): string | undefined {
  if (!same(trigger.source, source)) return `its source is "${trigger.source}", the event came from "${source}"`;
  if (same(trigger.project, event.project) && same(trigger.slug, event.slug)) return undefined;
  const [wanted, got] = [repositoryOf(trigger), repositoryOf(event)];
  // The owner may differ while the name is the same: Bitbucket Cloud's has both.
  return wanted === got
    ? `its project is "${trigger.project}", the event is of "${event.project}"`
    : `its repository is "${wanted}", the event is of "${got}"`;
}

/** Why a trigger does not want an event of its repository. */
function unwanted(trigger: GitTrigger, event: GitEvent): Reason | undefined {
  const { branch, events = [] } = trigger;
  if (branch) {
    try {
      if (!linearRegex(branch).matches(event.branch))
        return { summary: `its branch is /${branch}/, the event is about "${event.branch}"` };
    } catch (error) {
      return {
        summary: `its branch is no RE2 pattern: ${error instanceof Error ? error.message : String(error)}`,
        next: 'correct the pattern (RE2 syntax: no look-around, no back-references)',
      };
    }
  }
  if (events.length === 0 || events.includes(event.action)) return undefined;
  return { summary: `it wants ${events.join(' or ')}, this is ${event.action || 'an event without a name'}` };
}

/** The event that a trigger matches, of those that a webhook tells of. */
function wanted(trigger: GitTrigger, source: string, events: readonly GitEvent[]): GitEvent | undefined {
  return events.find((event) => elsewhere(trigger, source, event) === undefined && !unwanted(trigger, event));
}

const short = (hash: string): string => (hash === '' ? '' : ` at ${hash.slice(0, 8)}`);

/** A repository's event: source, project and name equal, the whole branch described, and the sender knows the secret. */
export default defineTrigger({
  type: 'git',
  label: 'Git',
  description: 'Something is pushed to a repository of GitHub, GitLab, Bitbucket or Stash',
  eventTypes: ['git'],
  schema: gitTriggerSchema,
  examples: [
    { type: 'git', enabled: true, source: 'github', project: 'spinnaker', slug: 'orca', branch: 'main' },
    {
      type: 'git',
      enabled: true,
      source: 'gitlab',
      project: 'team',
      slug: 'shop',
      branch: 'release-.*',
      secretName: 'gitlab',
    },
    { type: 'git', enabled: true, source: 'github', project: 'o', slug: 'r', events: ['pull_request:opened'] },
  ],
  readWebhook(webhook) {
    const reading = readGitEvent(webhook);
    if ('ignored' in reading) return { ignored: { summary: reading.ignored } };
    const facts = reading.map(({ project, slug, branch, hash, action }) => [project, slug, branch, hash, action]);
    return { identity: facts.map((fact) => fact.join(' ')).join(', ') };
  },
  match(trigger, event, proof) {
    const reading = readingOf(event);
    if ('ignored' in reading) return { matches: false, reason: { summary: reading.ignored } };
    const source = event.source ?? '';
    const [first] = reading;
    const here = reading.find((one) => elsewhere(trigger, source, one) === undefined);
    if (!first || !here)
      return {
        matches: false,
        elsewhere: true,
        reason: { summary: first ? (elsewhere(trigger, source, first) ?? '') : 'the push changes nothing' },
      };
    const hit = wanted(trigger, source, reading);
    if (!hit) return { matches: false, reason: unwanted(trigger, here) ?? { summary: 'the event is not wanted' } };
    const distrusted = judgeSecret(trigger, 'git', proof);
    if (distrusted) return { matches: false, reason: distrusted };
    const { action, branch, hash } = hit;
    return {
      matches: true,
      reason: { summary: `${action || 'a push'} of ${repositoryOf(hit)}, ${branch}${short(hash)}` },
    };
  },
  toTrigger(trigger, event) {
    const { secret: _secret, secretName: _secretName, ...shown } = trigger;
    const reading = readingOf(event);
    const hit = 'ignored' in reading ? undefined : wanted(trigger, event.source ?? '', reading);
    const artifacts = receivedArtifacts(event.content);
    return executionTriggerSchema.parse({
      ...shown,
      ...(hit ? { hash: hit.hash, branch: hit.branch, action: hit.action } : {}),
      ...(hit?.properties ? { properties: hit.properties } : {}),
      ...(artifacts.length > 0 ? { artifacts } : {}),
    });
  },
});
