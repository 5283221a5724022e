import { artifacts as kinds } from '@gennaker/artifacts/server';
import type { Artifact, ArtifactAccount } from '@gennaker/contracts/artifacts';
import { badRequest, notFound, ServiceError } from '@gennaker/contracts/error';
import type { AnyArtifactDefinition, ArtifactEnvironment } from '@gennaker/extension-sdk/artifact';
import type { GuardedRequest, OpenedResponse } from '@gennaker/extension-sdk/ports';
import type { ArtifactAccountSettings } from '@gennaker/service/config';
import { readSecret, type SecretSources } from '@gennaker/service/secret';
import { z } from 'zod';
import { limited } from './limited.ts';

/** An account with its kind; the settings are as the kind's schema parsed them. */
interface OpenAccount {
  readonly name: string;
  readonly kind: AnyArtifactDefinition;
  readonly settings: unknown;
}

/** The accounts of artifacts, and what is behind them. */
export interface ArtifactAccounts {
  readonly all: readonly ArtifactAccount[];
  /** @throws ServiceError that says what is wrong with the artifact, its account, or its source */
  fetch(artifact: Artifact, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  names(account: string, type: string | undefined, signal?: AbortSignal): Promise<string[]>;
  versions(account: string, type: string | undefined, name: string, signal?: AbortSignal): Promise<string[]>;
}

/** What accounts are opened with. */
export interface ArtifactParts {
  readonly secrets: SecretSources;
  readonly open: (request: GuardedRequest) => Promise<OpenedResponse>;
  readonly now: () => number;
  /** Bytes that an artifact may have. */
  readonly maxBytes: number;
}

/**
 * Opens the accounts of gennaker.yml; touches no network.
 * @throws Error that names the account and what is wrong with it
 */
export function openArtifactAccounts(
  configured: readonly ArtifactAccountSettings[],
  parts: ArtifactParts,
): ArtifactAccounts {
  const byName = new Map<string, OpenAccount>();
  for (const account of configured) {
    if (byName.has(account.name))
      throw new Error(`Two artifact accounts are named ${account.name}; give each its own name in gennaker.yml.`);
    byName.set(account.name, opened(account));
  }

  const environment = ({ name }: Pick<OpenAccount, 'name'>, signal: AbortSignal | undefined): ArtifactEnvironment => ({
    now: parts.now,
    open: async (request) => {
      const response = await parts.open(signal ? { ...request, signal } : request);
      return { ...response, body: await limited(response, parts.maxBytes) };
    },
    secret: async (reference) => {
      try {
        return await readSecret(parts.secrets, reference, `Artifact account ${name}`, 'clouddriver');
      } catch (error) {
        throw new ServiceError(502, error instanceof Error ? error.message : String(error), {
          field: 'artifactAccount',
        });
      }
    },
  });
  const named = (name: string): OpenAccount => {
    const found = byName.get(name);
    if (found) return found;
    throw notFound(`There is no artifact account ${name}`, {
      field: 'artifactAccount',
      fix: `use one of ${[...byName.keys()].join(', ') || '(there is none: add one under artifacts.accounts of gennaker.yml)'}`,
    });
  };

  return {
    all: [
      ...[...byName.values()].map(({ name, kind }) => ({ name, types: [...kind.artifactTypes], kind: kind.type })),
      // What needs no account can be fetched under the name of its kind, as in Spinnaker.
      ...Object.values(kinds)
        .filter(({ schema, fetch, type }) => !schema && fetch && !byName.has(`${type}-artifact`))
        .map(({ type, artifactTypes }) => ({ name: `${type}-artifact`, types: [...artifactTypes], kind: type })),
    ],
    async fetch(artifact, signal) {
      const kind = kindOf(artifact);
      if (!kind.fetch)
        throw badRequest(`Nothing is fetched of a ${artifact.type}: its reference is all`, {
          field: 'type',
          fix: 'use the reference',
        });
      const account = kind.schema ? accountFor(kind, artifact, [...byName.values()], named) : { name: kind.type };
      return kind.fetch(
        artifact,
        ('settings' in account ? account.settings : undefined) as never,
        environment(account, signal),
      );
    },
    async names(account, type, signal) {
      const { kind, settings, name } = named(account);
      if (type !== undefined && !kind.artifactTypes.includes(type)) return [];
      return [...((await kind.names?.(settings as never, environment({ name }, signal))) ?? [])];
    },
    async versions(account, type, artifact, signal) {
      const { kind, settings, name } = named(account);
      if (type !== undefined && !kind.artifactTypes.includes(type)) return [];
      return [...((await kind.versions?.(artifact, settings as never, environment({ name }, signal))) ?? [])];
    },
  };
}

function opened(account: ArtifactAccountSettings): OpenAccount {
  const kind = Object.values(kinds).find(({ type, schema }) => schema && type === account.type);
  if (!kind?.schema) {
    const types = Object.values(kinds).filter(({ schema }) => schema);
    throw new Error(
      `Artifact account ${account.name} has the type ${account.type}, which is none of ${types.map(({ type }) => type).join(', ')}; correct gennaker.yml.`,
    );
  }
  const parsed = kind.schema.safeParse(account);
  if (!parsed.success)
    throw new Error(`Artifact account ${account.name} of gennaker.yml is not valid:\n${z.prettifyError(parsed.error)}`);
  return { name: account.name, kind, settings: parsed.data };
}

/** @throws ServiceError 400 */
function kindOf({ type }: Artifact): AnyArtifactDefinition {
  const kind = Object.values(kinds).find(
    ({ artifactTypes }) => typeof type === 'string' && artifactTypes.includes(type),
  );
  if (kind) return kind;
  const types = Object.values(kinds).flatMap(({ artifactTypes, fetch }) => (fetch ? artifactTypes : []));
  throw badRequest(type ? `Artifacts of the type ${type} are not fetched here` : 'The artifact has no type', {
    field: 'type',
    fix: `use one of ${types.join(', ')}`,
  });
}

/** The account that an artifact names, or the only one of its kind. @throws ServiceError 400, 404 */
function accountFor(
  kind: AnyArtifactDefinition,
  artifact: Artifact,
  all: readonly OpenAccount[],
  named: (name: string) => OpenAccount,
): OpenAccount {
  const ofKind = all.filter((one) => one.kind === kind);
  if (artifact.artifactAccount) {
    const account = named(artifact.artifactAccount);
    if (account.kind === kind) return account;
    throw badRequest(`The account ${account.name} is of ${account.kind.type}, and fetches no ${artifact.type}`, {
      field: 'artifactAccount',
      fix: `use one of ${ofKind.map(({ name }) => name).join(', ') || `type ${kind.type} (there is none)`}`,
    });
  }
  const [only, another] = ofKind;
  if (only && !another) return only;
  throw badRequest(only ? `Which account fetches this ${artifact.type}?` : `No account fetches a ${artifact.type}`, {
    field: 'artifactAccount',
    fix: only
      ? `name one of ${ofKind.map(({ name }) => name).join(', ')}`
      : `add an account of the type ${kind.type} under artifacts.accounts of gennaker.yml`,
  });
}
