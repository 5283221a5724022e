import { join } from 'node:path';
import { badRequest } from '@gennaker/contracts/error';
import type { Account, ServiceConfig } from '@gennaker/service/config';
import { createGuardedHttp } from '@gennaker/service/egress';
import { knownAccounts } from '@gennaker/service/known-accounts';
import type { Database } from '@gennaker/store/database';
import type { Outbox } from '@gennaker/store/outbox';
import { type Images, openImages } from './images.ts';
import { createPackageFiles, type FetchArtifact, type FetchBuildFile, type PackageFiles } from './package-files.ts';

/** What the bakery's use cases share. */
export interface Bakery {
  readonly db: Database;
  readonly outbox: Outbox;
  readonly packageFiles: PackageFiles;
  /** Folders with tools that the platform brought, for the PATH. */
  readonly tools: readonly string[];
  /** Name of this process, unique per start. */
  readonly owner: string;
  /** The named account, or the first. @throws ServiceError 400 */
  account(name: string | undefined): Promise<Account>;
  images(account: Account): Images;
  /** Working folder of one attempt. */
  workFolder(bakeId: string, epoch: number): string;
  logFile(bakeId: string): string;
  /** Says that a bake was added or cancelled: workers look at once. */
  poke(): void;
  close(): Promise<void>;
}

/** Puts the bakery together; `poke` is what wakes its workers. */
export function openBakery(
  config: ServiceConfig,
  parts: {
    readonly db: Database;
    readonly outbox: Outbox;
    readonly owner: string;
    readonly fetchArtifact: FetchArtifact;
    readonly fetchBuildFile: FetchBuildFile;
    poke(): void;
  },
): Bakery {
  const folder = join(config.dataDir, 'rosco');
  const stores = new Map<string, Images>();
  const accounts = knownAccounts(config, 'rosco');
  return {
    ...parts,
    packageFiles: createPackageFiles(join(folder, 'packages'), createGuardedHttp(config.file.egress.allow), parts),
    tools: config.tools,
    async account(name) {
      const usable = (await accounts()).filter((account) => account.provider === 'gce');
      const found = name ? usable.find((account) => account.name === name) : usable[0];
      if (!found)
        throw badRequest(name ? `There is no account "${name}" to bake for` : 'No account is configured to bake for', {
          field: 'account_name',
          fix: usable.length > 0 ? `use ${usable.map((a) => a.name).join(', ')}` : 'add an account',
        });
      return found;
    },
    images(account) {
      const key = `${account.project} ${account.endpoint ?? ''}`;
      const known = stores.get(key) ?? openImages(account);
      stores.set(key, known);
      return known;
    },
    workFolder: (bakeId, epoch) => join(folder, 'bakes', `${bakeId}-${epoch}`),
    logFile: (bakeId) => join(folder, 'logs', `${bakeId}.log`),
    async close() {
      await Promise.all([...stores.values()].map((images) => images.close()));
    },
  };
}
