import {
  type Image,
  imageSchema,
  type SearchHit,
  type SearchResultSet,
  type SearchType,
} from '@gennaker/contracts/cloud-views';
import { type Instance, instanceSchema } from '@gennaker/contracts/clouddriver';
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

const KINDS_OF: Readonly<Record<SearchType, readonly Kind[]>> = {
  clusters: ['serverGroup'],
  serverGroups: ['serverGroup'],
  instances: ['serverGroup', 'instance'],
  loadBalancers: ['loadBalancer'],
  securityGroups: ['securityGroup'],
  images: ['image'],
  backendServices: ['backendService'],
  healthChecks: ['healthCheck'],
  addresses: ['address'],
  certificates: ['certificate'],
};
/** More than this is no answer to a search, and is not read. */
const MOST_ROWS = 5_000;

interface Row {
  kind: Kind;
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
  const answers = new Map<string, Promise<boolean>>();
  const may = (application: string): Promise<boolean> => {
    const answer = answers.get(application) ?? readable(application);
    answers.set(application, answer);
    return answer;
  };
  const sets: SearchResultSet[] = [];
  for (const type of query.types) {
    const rows = await matching(client, KINDS_OF[type], words, query, may);
    const hits = rows.flatMap((row) => hitsOf(type, row, words));
    const found = type === 'clusters' ? withoutRepeats(hits) : hits;
    const sorted = found.toSorted(byNearness(words[0] ?? ''));
    const from = (query.page - 1) * query.pageSize;
    const page = sorted.slice(from, from + query.pageSize);
    sets.push({
      type,
      pageNumber: query.page,
      pageSize: query.pageSize,
      platform: query.platform ?? '',
      query: query.q,
      totalMatches: sorted.length,
      results: type === 'images' ? await withApplications(client, page, may) : page,
    });
  }
  return sets;
}

async function matching(
  client: Queryable,
  kinds: readonly Kind[],
  words: readonly string[],
  query: SearchQuery,
  may: (application: string) => Promise<boolean>,
): Promise<readonly Row[]> {
  const matches = `from clouddriver.inventory
     where kind = any ($1::text[]) and terms like all ($2::text[]) and ($3::text is null or account = $3)
       and ($4::text is null or region = $4) and ($5::text is null or application = $5)
       and ($6::text is null or body ->> 'cloudProvider' = $6)`;
  const values = [
    kinds,
    words.map(patternOf),
    query.account ?? null,
    query.region ?? null,
    query.application ?? null,
    kinds.includes('image') ? null : (query.platform ?? null),
  ];
  // What the caller may not look at takes no place of what he may.
  const owners = await client.query<{ application: string }>(
    `select distinct application ${matches} and application is not null`,
    values,
  );
  const allowed = await those(
    owners.rows.map(({ application }) => application),
    may,
  );
  const { rows } = await client.query<Row>(
    `select kind, account, region, name, application, cluster, terms, body ${matches}
       and (application is null or application = any ($7::text[]))
     order by name, account, region limit ${MOST_ROWS}`,
    [...values, allowed],
  );
  return rows;
}

const patternOf = (word: string): string => `%${word.replace(/[\\%_]/g, '\\$&')}%`;

/** The applications that pass. */
async function those(
  applications: readonly string[],
  may: (application: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const answers = await Promise.all(applications.map(may));
  return applications.filter((_, index) => answers[index]);
}

/** Images are of no application; each names one that runs it and that the caller may look at, if there is any. */
async function withApplications(
  client: Queryable,
  images: readonly SearchHit[],
  may: (application: string) => Promise<boolean>,
): Promise<SearchHit[]> {
  const { rows } = await client.query<{ account: string; image: string; application: string }>(
    `select distinct account, body ->> 'image' as image, application from clouddriver.inventory
     where kind = 'serverGroup' and application is not null and terms like any ($1::text[]) order by application`,
    [images.map(({ name }) => patternOf(`image ${name}`))],
  );
  const allowed = new Set(await those([...new Set(rows.map(({ application }) => application))], may));
  return images.map((hit) => {
    const user = rows.find(
      ({ account, image, application }) => account === hit.account && image === hit.name && allowed.has(application),
    );
    return user ? { ...hit, application: user.application } : hit;
  });
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
function instanceHits(hit: SearchHit, row: Row, words: readonly string[]): SearchHit[] {
  if (row.kind === 'instance') return [{ ...hit, ...instancePart(instanceSchema.parse(row.body)) }];
  const instances = z.array(instanceSchema).safeParse(row.body['instances']).data ?? [];
  return instances.flatMap((instance) => {
    const terms = [`instance ${instance.name}`, ...(instance.ips ?? []).map((address) => `address ${address}`)];
    const fits = words.every((word) => terms.some((term) => valueOf(term).toLowerCase().includes(word)));
    if (!fits) return [];
    const matched = terms.find((term) => words.some((word) => valueOf(term).toLowerCase().includes(word)));
    return [
      {
        ...hit,
        ...groupPart(row),
        ...instancePart(instance),
        ...(matched === undefined ? {} : { matched }),
      },
    ];
  });
}

const instancePart = ({ id, name, zone, ips, healthState }: Instance) => ({
  name,
  instanceId: id,
  ...(zone === undefined ? {} : { zone }),
  ...(ips === undefined ? {} : { ips }),
  healthState,
});

function withoutRepeats(hits: readonly SearchHit[]): SearchHit[] {
  const seen = new Map(hits.map((hit) => [`${hit.account}/${hit.name}`, hit]));
  return [...seen.values()];
}

const byNearness =
  (word: string) =>
  (a: SearchHit, b: SearchHit): number =>
    Number(b.name.startsWith(word)) - Number(a.name.startsWith(word)) || a.name.localeCompare(b.name);
