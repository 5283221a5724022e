import type { AccountView } from '@gennaker/contracts/cloud-accounts';
import type { Database } from '@gennaker/store/database';
import type { Accounts, OpenAccount } from '../accounts.ts';
import { countItems } from '../inventory/read.ts';
import { readWatches } from '../inventory/watches.ts';
import { regionsWithZones } from '../region-zones.ts';
import { readAdded } from './stored.ts';

const text = (value: unknown, otherwise: string): string => (typeof value === 'string' && value ? value : otherwise);

function shortView({ account }: OpenAccount): AccountView {
  return {
    name: account.name,
    type: account.provider,
    cloudProvider: account.provider,
    accountType: text(account['accountType'], account.name),
    environment: text(account['environment'], account.name),
    primaryAccount: account['primaryAccount'] === true,
    challengeDestructiveActions: account['challengeDestructiveActions'] === true,
    regions: account.regions.map((name) => ({ name })),
    project: account.project,
    ...(account.endpoint ? { endpoint: account.endpoint } : {}),
  };
}

/** Accounts in Spinnaker's short form; those that cannot be used are left out. */
export function shortViews(accounts: Accounts): AccountView[] {
  return accounts.all.map(shortView);
}

/** Accounts with all that is known of them, also those that cannot be used, and why. */
export async function fullViews(db: Database, accounts: Accounts): Promise<AccountView[]> {
  const [watches, counts, added] = await Promise.all([
    readWatches(db.pool),
    countItems(db.pool),
    accounts.broken.size > 0 ? readAdded(db.pool) : [],
  ]);
  const usable = accounts.all.map(async (open): Promise<AccountView> => {
    const { account, definition, cloud, source } = open;
    const watch = watches.get(account.name);
    return {
      ...shortView(open),
      platformHealth: definition.platformHealth,
      capabilities: Object.keys(cloud.capabilities),
      source,
      readOnly: source === 'configuration',
      regions: (await regionsWithZones(account, cloud)).map(({ name, zones }) => ({
        name,
        ...(zones ? { zones: [...zones] } : {}),
      })),
      inventory: {
        ...(watch?.lastSeen ? { lastSeen: watch.lastSeen } : {}),
        ...(watch?.failingSince ? { failingSince: watch.failingSince } : {}),
        ...(watch?.error ? { error: watch.error } : {}),
        ...(watch?.nextLook ? { nextLook: watch.nextLook } : {}),
        ...(watch?.owner ? { watchedBy: watch.owner } : {}),
        ...(counts.get(account.name) ?? { serverGroups: 0, instances: 0 }),
      },
    };
  });
  const unusable = added
    .filter(({ definition }) => accounts.broken.has(definition.name))
    .map(({ definition }): AccountView => ({
      name: definition.name,
      type: definition.type,
      cloudProvider: definition.type,
      accountType: text(definition.accountType, definition.name),
      environment: text(definition.environment, definition.name),
      primaryAccount: definition.primaryAccount ?? false,
      challengeDestructiveActions: definition.challengeDestructiveActions ?? false,
      regions: definition.regions.map((name) => ({ name })),
      project: definition.project,
      source: 'added',
      readOnly: false,
      problem: accounts.broken.get(definition.name) ?? '',
    }));
  return [...(await Promise.all(usable)), ...unusable];
}
