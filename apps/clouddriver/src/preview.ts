import type { OperationPreview } from '@gennaker/contracts/cloud-views';
import { badRequest, ServiceError } from '@gennaker/contracts/error';
import { operationNamed } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { type GuardParts, refusalOf } from './guards/check-guards.ts';
import { GuardsUnknown } from './guards/read-guards.ts';
import { readTraffic } from './inventory/traffic.ts';
import { accept, type Accepted, applicationOf } from './operations/submit.ts';

/**
 * What operations would do now, from reads alone: in the order in which they were given, each by itself; traffic guards
 * judge them together. What would be refused says so in its `problems`.
 * @throws ServiceError 400 when nothing was given
 */
export async function previewOperations(
  parts: GuardParts,
  provider: string,
  descriptions: readonly Readonly<Record<string, JsonObject>>[],
): Promise<OperationPreview[]> {
  if (descriptions.length === 0)
    throw badRequest('No operation was given', { field: 'body', fix: 'send [{"<operation>": {...}}]' });
  return Promise.all(
    descriptions.map((entry, index) => previewOne(parts, provider, entry, descriptions.slice(index + 1))),
  );
}

async function previewOne(
  parts: GuardParts,
  provider: string,
  entry: Readonly<Record<string, JsonObject>>,
  behind: readonly Readonly<Record<string, JsonObject>>[],
): Promise<OperationPreview> {
  const { db, accounts } = parts;
  const [name = '', raw = {}] = Object.entries(entry)[0] ?? [];
  const account = String(raw['credentials'] ?? raw['account'] ?? '');
  const nothing = { operation: name, account, changes: [], warnings: [] };
  try {
    const [accepted] = accept(accounts, provider, [entry]);
    if (!accepted) return { ...nothing, problems: ['no operation was given'] };
    const named = operationNamed(accounts.get(accepted.account).cloud, accepted.operation);
    if (!named?.definition.preview)
      return { ...nothing, warnings: [`What ${name} would do cannot be told beforehand`], problems: [] };
    const [shown, guards] = await Promise.all([
      named.definition.preview(
        {
          application: applicationOf(accepted.description),
          getTraffic: (region, group) => readTraffic(db.pool, { account: accepted.account, region, name: group }),
        },
        accepted.description as never,
      ),
      guardPreview(parts, [accepted, ...behind.flatMap((other) => acceptable(parts, provider, other))]),
    ]);
    return {
      operation: named.name,
      account: accepted.account,
      changes: [...shown.changes],
      warnings: [...shown.warnings, ...guards.warnings],
      problems: [...shown.problems, ...guards.problems],
    };
  } catch (error) {
    if (error instanceof ServiceError && error.status < 500)
      return { ...nothing, problems: [...(error.details.errors ?? [error.message])].map(withoutIndex) };
    return { ...nothing, problems: [error instanceof Error ? error.message : String(error)] };
  }
}

function acceptable(
  { accounts }: GuardParts,
  provider: string,
  entry: Readonly<Record<string, JsonObject>>,
): Accepted[] {
  try {
    return accept(accounts, provider, [entry]);
  } catch {
    // It says itself what is wrong with it.
    return [];
  }
}

/** What traffic guards would say to the first of these. */
async function guardPreview(
  parts: GuardParts,
  accepted: readonly Accepted[],
): Promise<{ readonly warnings: readonly string[]; readonly problems: readonly string[] }> {
  try {
    const reason = await refusalOf(parts, accepted);
    return { warnings: [], problems: reason ? [`${reason.summary}. ${reason.next ?? ''}`.trim()] : [] };
  } catch (error) {
    if (!(error instanceof GuardsUnknown)) throw error;
    return { warnings: [`It would wait: ${error.message}.`], problems: [] };
  }
}

/** There is one operation, whose place in a list tells nothing. */
const withoutIndex = (problem: string): string => problem.replace(/^\[0\] /, '');
