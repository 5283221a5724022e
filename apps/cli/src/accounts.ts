import { parseArgs } from 'node:util';
import {
  type AccountAudit,
  type AccountVerification,
  type AccountView,
  type AccountDefinition,
  cloudAccountRoutes,
} from '@gennaker/contracts/cloud-accounts';
import type { Client } from '@gennaker/contracts/route';
import { z } from 'zod';
import { DEFINITION_OPTIONS, definitionFrom } from './account-definition.ts';
import { gateNamed, saying } from './gate-client.ts';
import { Sentence } from './up/sentence.ts';

const USAGE = 'See "gennaker accounts --help" for what it can do.';

/** A cloud that does not answer is waited for by the server. */
const PATIENT = { deadlineMs: 60_000 };

const OPTIONS = {
  ...DEFINITION_OPTIONS,
  data: { type: 'string' },
  offset: { type: 'string' },
  'dry-run': { type: 'boolean' },
  force: { type: 'boolean' },
} as const;

type Command = ReturnType<typeof readCommand>;
type Gate = Client<typeof cloudAccountRoutes>;

/** What a command says, and whether all is well. */
interface Told {
  readonly text: string;
  readonly ok?: boolean;
}

/**
 * `gennaker accounts`: shows, adds, changes, verifies and removes accounts through gate, as whoever owns the data folder.
 * Answers the exit code, 1 where a verification found something missing. @throws Sentence for a wrong command line, a
 * system that does not run, what gate refuses
 */
export async function accounts(root: string, args: string[]): Promise<number> {
  const command = readCommand(args);
  const gate = await gateNamed(root, command.values, cloudAccountRoutes);
  const told = await saying(() => runAccounts(gate, command));
  process.stdout.write(`${told.text}\n`);
  return told.ok === false ? 1 : 0;
}

/** Carries a command out. @throws Sentence for a wrong command line, ServiceError for what gate refuses */
export async function runAccounts(gate: Gate, { values, positionals }: Command): Promise<Told> {
  const [deed, name] = positionals;
  switch (deed) {
    case 'list': {
      const all = await gate.listAccounts({ query: { expand: 'true' } });
      return { text: all.length === 0 ? 'There are no accounts.' : all.map(line).join('\n') };
    }
    case 'show':
      return { text: JSON.stringify(await gate.getAccount({ params: { account: named(name) } }), null, 2) };
    case 'add':
      return kept(gate, definitionFrom({ name: named(name) }, values), values, {
        keep: (body) => gate.addAccount({ body }),
        done: 'Added',
      });
    case 'set':
      return kept(gate, definitionFrom(await addedOf(gate, named(name)), values), values, {
        keep: (body) => gate.updateAccount({ body }),
        done: 'Changed',
      });
    case 'verify': {
      const found = await gate.verifyAccount({ params: { account: named(name) } }, PATIENT);
      return { text: report(found), ok: found.ok };
    }
    case 'remove':
      await gate.removeAccount({ params: { account: named(name) } });
      return { text: `Removed ${name}. Nothing was changed in the cloud.` };
    case 'history': {
      const lines = await gate.accountHistory({ query: name === undefined ? {} : { account: name } });
      return { text: lines.length === 0 ? 'Nothing was changed yet.' : lines.map(auditLine).join('\n') };
    }
    default:
      throw new Sentence(USAGE);
  }
}

/** Tries a definition, and keeps it when it works or when that is forced. */
async function kept(
  gate: Gate,
  definition: AccountDefinition,
  { 'dry-run': dryRun, force }: Command['values'],
  { keep, done }: { readonly keep: (definition: AccountDefinition) => Promise<unknown>; readonly done: string },
): Promise<Told> {
  const found = await gate.verifyDefinition({ body: definition }, PATIENT);
  const keeps = !dryRun && (found.ok || force === true);
  if (keeps) await keep(definition);
  const what = keeps
    ? `${done} ${definition.name}.`
    : dryRun
      ? 'Nothing was changed.'
      : 'Nothing was changed: mend what fails, or use --force to keep it as it is.';
  return { text: `${report(found)}\n${what}`, ok: found.ok };
}

function report({ account, ok, checks, missingPermissions }: AccountVerification): string {
  const width = Math.max(...checks.map(({ outcome }) => outcome.length));
  return [
    ...checks.map(({ outcome, name, reason }) => {
      const next = outcome === 'ok' || reason.next === undefined ? '' : ` ${reason.next}.`;
      return `  ${outcome.padEnd(width)}  ${name}: ${reason.summary}.${next}`;
    }),
    ...(missingPermissions.length > 0 ? [`Missing permissions: ${missingPermissions.join(', ')}`] : []),
    ok ? `${account} works.` : `${account} does not work as it is.`,
  ].join('\n');
}

/** The definition of an account that was added. */
async function addedOf(gate: Gate, name: string) {
  const { type } = await gate.getAccount({ params: { account: name } });
  const from = await gate.listAccountDefinitions({ params: { type }, query: { startingAccountName: name, limit: 2 } });
  const found = from.find((one) => one.name === name && one.source === 'added');
  if (!found) throw new Sentence(`No account ${name} was added: only those that were added can be changed here.`);
  const { source: _source, readOnly: _readOnly, updatedAt: _updatedAt, updatedBy: _updatedBy, ...definition } = found;
  return definition;
}

/** A command line as its words and options. @throws Sentence */
export function readCommand(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Sentence(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, { cause: error });
  }
}

function named(name: string | undefined): string {
  if (name === undefined) throw new Sentence(USAGE);
  return name;
}

function line(account: AccountView): string {
  const { inventory } = account;
  const state =
    account.problem ??
    (inventory?.error === undefined
      ? `${inventory?.serverGroups ?? 0} server groups, ${inventory?.instances ?? 0} instances`
      : `does not answer: ${inventory.error}`);
  const where = account.regions.map(({ name }) => name).join(', ');
  const source = account.source === 'added' ? 'added' : 'gennaker.yml';
  return `${account.name}  ${account.type} ${account.project ?? ''} (${where}), ${source}; ${state}`;
}

const text = z.string().or(z.unknown().transform((value) => JSON.stringify(value)));

function auditLine(entry: AccountAudit): string {
  const fields = entry.changes.map(({ field, before, after }) =>
    before === undefined
      ? `${field} ${text.parse(after ?? 'none')}`
      : `${field} ${text.parse(before)} -> ${text.parse(after ?? 'none')}`,
  );
  const what = fields.length > 0 && entry.action === 'changed' ? `: ${fields.join('; ')}` : '';
  return `${new Date(entry.at).toISOString()}  ${entry.user} ${entry.action} ${entry.account}${what}`;
}
