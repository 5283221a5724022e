import { badRequest } from '@gennaker/contracts/error';
import { executionTriggerSchema, type Reason } from '@gennaker/contracts/execution';
import { judgeSecret } from '@gennaker/extension-sdk/sender-secret';
import { defineTrigger } from '@gennaker/extension-sdk/trigger';
import { satisfies, validRange } from 'semver';
import { z } from 'zod';
import { type HelmTrigger, helmTriggerSchema } from './schema.ts';

/** What whoever publishes a chart posts. */
const contentSchema = z.looseObject({
  name: z.string().min(1),
  version: z.string().min(1),
  digest: z.string().optional(),
});

function readChart(content: Readonly<Record<string, unknown>>): z.infer<typeof contentSchema> {
  const read = contentSchema.safeParse(content);
  if (read.success) return read.data;
  const field = read.error.issues[0]?.path.join('.') ?? 'body';
  throw badRequest(`The body is no new version of a chart: ${field} ${read.error.issues[0]?.message ?? ''}`, {
    field,
    fix: 'post {"name": "shop", "version": "1.2.3"} after the chart was published',
  });
}

function unwanted({ version: range }: HelmTrigger, version: string): Reason | undefined {
  if (!range?.trim()) return undefined;
  if (validRange(range) === null)
    return { summary: `"${range}" is no range of versions`, next: 'write a range such as ^1.2.0 or >=1.0.0 <2.0.0' };
  return satisfies(version, range) ? undefined : { summary: `the version is ${version}, which is not within ${range}` };
}

/** A chart: account and name equal, the version within the range. */
export default defineTrigger({
  type: 'helm',
  label: 'Helm chart',
  description: 'A new version of a chart is posted to /webhooks/helm/{account}',
  eventTypes: ['helm'],
  schema: helmTriggerSchema,
  examples: [{ type: 'helm', enabled: true, account: 'charts', chart: 'shop', version: '^1.2.0' }],
  readWebhook({ content }) {
    const { name, version, digest } = readChart(content);
    return { identity: [name, version, digest].filter(Boolean).join(' ') };
  },
  match(trigger, event, proof) {
    const { name, version } = readChart(event.content);
    const elsewhere = (summary: string) => ({ matches: false, elsewhere: true as const, reason: { summary } });
    if (trigger.account !== event.source)
      return elsewhere(`its account is "${trigger.account}", the event came to "${event.source ?? ''}"`);
    if (trigger.chart !== name) return elsewhere(`its chart is "${trigger.chart}", the event is of "${name}"`);
    const refused = judgeSecret(trigger, 'helm', proof) ?? unwanted(trigger, version);
    return refused
      ? { matches: false, reason: refused }
      : { matches: true, reason: { summary: `${name} ${version} was published` } };
  },
  toTrigger(trigger, event) {
    const { secret: _secret, secretName: _secretName, ...kept } = trigger;
    const { name, version, digest } = readChart(event.content);
    return executionTriggerSchema.parse({
      ...kept,
      artifactName: name,
      version,
      ...(digest === undefined ? {} : { digest }),
      artifacts: [{ type: 'helm/chart', name, version, reference: trigger.account, artifactAccount: trigger.account }],
    });
  },
});
