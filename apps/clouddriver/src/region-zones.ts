import type { Cloud, CloudAccount } from '@gennaker/extension-sdk/cloud';

/** Accounts are listed without zones rather than late, ms. */
const PATIENCE_MS = 1_500;

const known = new WeakMap<Cloud, Promise<readonly { name: string; zones?: readonly string[] }[]>>();

/** An account's regions with their zones; without them where the cloud has none, is away or is slow. Asked once per account. */
export async function regionsWithZones(account: CloudAccount, cloud: Cloud) {
  const names: readonly { name: string; zones?: readonly string[] }[] = account.regions.map((name) => ({ name }));
  const { zones } = cloud.capabilities;
  if (!zones) return [...names];
  const asked = known.get(cloud) ?? zones.list();
  known.set(cloud, asked);
  const late = Promise.withResolvers<typeof names>();
  const timer = setTimeout(late.resolve, PATIENCE_MS, names);
  const failed = (): typeof names => {
    known.delete(cloud);
    return names;
  };
  const found = await Promise.race([asked.catch(failed), late.promise]);
  clearTimeout(timer);
  return names.map(({ name }) => found.find((region) => region.name === name) ?? { name });
}
