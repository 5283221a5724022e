import type { OperationPreview } from '@gennaker/contracts/cloud-views';
import { badRequest, ServiceError } from '@gennaker/contracts/error';
import { operationNamed } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import type { Database } from '@gennaker/store/database';
import type { Accounts } from './accounts.ts';
import { readTraffic } from './inventory/traffic.ts';
import { accept, applicationOf } from './operations/submit.ts';

/**
 * What operations would do now, from reads alone: in the order in which they were given, each by itself. What would be
 * refused says so in its `problems`.
 * @throws ServiceError 400 when nothing was given
 */
export async function previewOperations(
  db: Database,
  accounts: Accounts,
  provider: string,
  descriptions: readonly Readonly<Record<string, JsonObject>>[],
): Promise<OperationPreview[]> {
  if (descriptions.length === 0)
    throw badRequest('No operation was given', { field: 'body', fix: 'send [{"<operation>": {...}}]' });
  return Promise.all(descriptions.map((entry) => previewOne(db, accounts, provider, entry)));
}

async function previewOne(
  db: Database,
  accounts: Accounts,
  provider: string,
  entry: Readonly<Record<string, JsonObject>>,
): Promise<OperationPreview> {
  const [name = '', raw = {}] = Object.entries(entry)[0] ?? [];
  const account = String(raw['credentials'] ?? raw['account'] ?? '');
  const nothing = { operation: name, account, changes: [], warnings: [] };
  try {
    const [accepted] = accept(accounts, provider, [entry]);
    if (!accepted) return { ...nothing, problems: ['no operation was given'] };
    const named = operationNamed(accounts.get(accepted.account).cloud, accepted.operation);
    if (!named?.definition.preview)
      return { ...nothing, warnings: [`What ${name} would do cannot be told beforehand`], problems: [] };
    const shown = await named.definition.preview(
      {
        application: applicationOf(accepted.description),
        getTraffic: (region, group) => readTraffic(db.pool, { account: accepted.account, region, name: group }),
      },
      accepted.description as never,
    );
    return {
      operation: named.name,
      account: accepted.account,
      changes: [...shown.changes],
      warnings: [...shown.warnings],
      problems: [...shown.problems],
    };
  } catch (error) {
    if (error instanceof ServiceError && error.status < 500)
      return { ...nothing, problems: [...(error.details.errors ?? [error.message])].map(withoutIndex) };
    return { ...nothing, problems: [error instanceof Error ? error.message : String(error)] };
  }
}

/** There is one operation, whose place in a list tells nothing. */
const withoutIndex = (problem: string): string => problem.replace(/^\[0\] /, '');
