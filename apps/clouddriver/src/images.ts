import type { Image } from '@gennaker/contracts/cloud-views';
import { imageSchema } from '@gennaker/contracts/cloud-views';
import { tagsOfImageQuery } from '@gennaker/contracts/clouddriver';
import type { Accounts } from './accounts.ts';
import { fromEach } from './from-each.ts';

/** Images that are answered of each account where the caller names no number. */
const MOST_IMAGES = 500;

/** What images are found by; `tag:key` demands that value of that label. */
interface ImageQuery {
  readonly q?: string | undefined;
  readonly account?: string | undefined;
  readonly count?: number | undefined;
  readonly [key: string]: string | number | undefined;
}

/** Images of a cloud's accounts by name and tags, as they are now; newest first within each account. */
export async function findImages(accounts: Accounts, provider: string, query: ImageQuery): Promise<Image[]> {
  const asked = accounts.all.filter(
    ({ account }) => account.provider === provider && (!query.account || query.account === account.name),
  );
  const most = query.count ?? MOST_IMAGES;
  const found = await fromEach(asked, async ({ cloud }) =>
    ((await cloud.capabilities.images?.find(query.q ?? '', tagsOfImageQuery(query))) ?? []).slice(0, most),
  );
  return found.map((image) => imageSchema.parse(image)).slice(0, query.count);
}
