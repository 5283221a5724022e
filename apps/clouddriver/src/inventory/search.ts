import {
  type Image,
  imageSchema,
  type SearchHit,
  type SearchResultSet,
  type SearchType,
} from '@gennaker/contracts/cloud-views';
import { instanceSchema } from '@gennaker/contracts/clouddriver';
import { parseName } from '@gennaker/contracts/moniker';
import type { Queryable } from '@gennaker/store/database';
import { z } from 'zod';
import type { Kind } from './item.ts';

/** What is looked for, and where. */
export interface SearchQuery {
  readonly q: string;
  readonly types: readonly SearchType[];
  readonly platform?: string | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly application?: string | undefined;
  readonly pageSize: number;
  readonly page: number;
}

const KIND_OF: Readonly<Record<SearchType, Kind>> = {
  clusters: 'serverGroup',
  serverGroups: 'serverGroup',
  instances: 'serverGroup',
  loadBalancers: 'loadBalancer',
  securityGroups: 'securityGroup',
  images: 'image',
  backendServices: 'backendService',
  healthChecks: 'healthCheck',
  addresses: 'address',
  certificates: 'certificate',
};
/** More than this is no answer to a search, and is not read. */
const MOST_ROWS = 5_000;

interface Row {
  account: string;
  region: string;
  name: string;
  application: string | null;
  cluster: string | null;
  terms: string;
  body: Record<string, unknown>;
}

/**
 * Finds things of which every word is part of a name, an address, an image or a label; one result set per type, hits
 * that begin with what was typed first. `readable` says which applications the caller may look at.
 */
export async function searchInventory(
  client: Queryable,
  query: SearchQuery,
  readable: (application: string) => Promise<boolean>,
): Promise<SearchResultSet[]> {
  const words = query.q.toLowerCase().split(/\s+/).filter(Boolean);
  const sets: SearchResultSet[] = [];
  for (const type of query.types) {
    const rows = await matching(client, KIND_OF[type], words, query);
    const allowed: Row[] = [];
    const known = new Map<string, boolean>();
    for (const row of rows) {
      if (row.application === null) {
        allowed.push(row);
        continue;
      }
      const may = known.get(row.application) ?? (await readable(row.application));
      known.set(row.application, may);
      if (may) allowed.push(row);
    }
    const hits = allowed.flatMap((row) => hitsOf(type, row, words));
    const found = type === 'clusters' ? withoutRepeats(hits) : hits;
    const sorted = found.toSorted(byNearness(words[0] ?? ''));
    const from = (query.page - 1) * query.pageSize;
    sets.push({
      type,
      pageNumber: query.page,
      pageSize: query.pageSize,
      platform: query.platform ?? '',
      query: query.q,
      totalMatches: sorted.length,
      results: sorted.slice(from, from + query.pageSize),
    });
  }
  return sets;
}

async function matching(
  client: Queryable,
  kind: Kind,
  words: readonly string[],
  query: SearchQuery,
): Promise<readonly Row[]> {
  const patterns = words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`);
  const { rows } = await client.query<Row>(
    `select account, region, name, application, cluster, terms, body from clouddriver.inventory
     where kind = $1 and terms like all ($2::text[]) and ($3::text is null or account = $3)
       and ($4::text is null or region = $4) and ($5::text is null or application = $5)
       and ($6::text is null or body ->> 'cloudProvider' = $6)
     order by name, account, region limit ${MOST_ROWS}`,
    [
      kind,
      patterns,
      query.account ?? null,
      query.region ?? null,
      query.application ?? null,
      kind === 'image' ? null : (query.platform ?? null),
    ],
  );
  return rows;
}

function hitsOf(type: SearchType, row: Row, words: readonly string[]): SearchHit[] {
  const lines = row.terms.split('\n');
  const matched = lines.find((line) => words.some((word) => valueOf(line).includes(word)));
  const hit: SearchHit = {
    type,
    provider: typeof row.body['cloudProvider'] === 'string' ? row.body['cloudProvider'] : 'gce',
    name: row.name,
    account: row.account,
    region: row.region,
    ...(row.application === null ? {} : { application: row.application }),
    ...(matched === undefined ? {} : { matched }),
  };
  switch (type) {
    case 'serverGroups':
      return [{ ...hit, ...groupPart(row), ...monikerPart(row.name) }];
    case 'clusters':
      return [{ ...hit, name: row.cluster ?? row.name, cluster: row.cluster ?? row.name, region: undefined }];
    case 'instances':
      return instanceHits(hit, row, words);
    case 'loadBalancers':
      return [{ ...hit, loadBalancer: row.name, loadBalancerType: row.body['loadBalancerType'] }];
    case 'images':
      return [{ ...hit, ...imagePart(imageSchema.parse(row.body)) }];
    default:
      return [{ ...row.body, ...hit }];
  }
}

const valueOf = (line: string): string => line.slice(line.indexOf(' ') + 1);
const groupPart = (row: Row) => ({ serverGroup: row.name, ...(row.cluster === null ? {} : { cluster: row.cluster }) });
const imagePart = ({ attributes, tags, buildInfo }: Image) => ({
  ...(attributes ? { attributes } : {}),
  ...(tags ? { tags } : {}),
  ...(buildInfo ? { buildInfo } : {}),
});

function monikerPart(name: string) {
  const moniker = parseName(name);
  return {
    ...(moniker?.stack === undefined ? {} : { stack: moniker.stack }),
    ...(moniker?.detail === undefined ? {} : { detail: moniker.detail }),
    ...(moniker?.sequence === undefined ? {} : { sequence: moniker.sequence }),
  };
}

/** Instances fit by their own name and addresses: that their group fits does not make them an answer. */
function instanceHits(group: SearchHit, row: Row, words: readonly string[]): SearchHit[] {
  const instances = z.array(instanceSchema).safeParse(row.body['instances']).data ?? [];
  return instances.flatMap((instance) => {
    const terms = [`instance ${instance.name}`, ...(instance.ips ?? []).map((address) => `address ${address}`)];
    const fits = words.every((word) => terms.some((term) => valueOf(term).toLowerCase().includes(word)));
    if (!fits) return [];
    const matched = terms.find((term) => words.some((word) => valueOf(term).toLowerCase().includes(word)));
    return [
      {
        ...group,
        name: instance.name,
        instanceId: instance.id,
        ...groupPart(row),
        ...(instance.zone === undefined ? {} : { zone: instance.zone }),
        ...(instance.ips === undefined ? {} : { ips: instance.ips }),
        healthState: instance.healthState,
        ...(matched === undefined ? {} : { matched }),
      },
    ];
  });
}

function withoutRepeats(hits: readonly SearchHit[]): SearchHit[] {
  const seen = new Map(hits.map((hit) => [`${hit.account}/${hit.name}`, hit]));
  return [...seen.values()];
}

const byNearness =
  (word: string) =>
  (a: SearchHit, b: SearchHit): number =>
    Number(b.name.startsWith(word)) - Number(a.name.startsWith(word)) || a.name.localeCompare(b.name);
