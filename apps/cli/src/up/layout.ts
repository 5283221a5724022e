import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CLOUDLAB_PORT, SERVICE_NAMES, SERVICE_PORTS, type ServiceName } from '@gennaker/service/config';
import { Sentence } from './sentence.ts';

/** Base ports of the embedded databases; --offset is added. */
const databasePorts = { postgres: 5532, redis: 6479 } as const;

/** Ports above ours that browsers and fetch never call (WHATWG Fetch, bad port). */
const uncallable: readonly number[] = [10080];

/** Where one system lives and listens. */
export interface Layout {
  /** The repository. */
  root: string;
  /** `.gennaker`: what all systems of this repository share (Node, tools, base images). */
  home: string;
  data: string;
  offset: number;
  /** Services that run as processes of their own, with the number of processes. */
  split: ReadonlyMap<ServiceName, number>;
  /** Path of gennaker.yml, when there is one. */
  config: string | undefined;
  ports: Readonly<Record<ServiceName | 'cloudlab' | 'postgres' | 'redis', number>>;
  /** A PostgreSQL or Redis of the user's own, instead of the embedded one. */
  external: { database: string | undefined; redis: string | undefined };
}

/** What the command line and the environment say. Throws a sentence for anything wrong. */
export function layoutOf(root: string, args: string[], env: NodeJS.ProcessEnv): Layout {
  const values = parse(args);
  const offset = Number(values.offset ?? env['GENNAKER_OFFSET'] ?? 0);
  if (!Number.isInteger(offset) || offset < 0 || offset > 50_000) {
    throw new Sentence(`--offset must be a whole number from 0 to 50000, not "${values.offset}".`);
  }
  const home = join(root, '.gennaker');
  const ports = { ...SERVICE_PORTS, cloudlab: CLOUDLAB_PORT, ...databasePorts };
  const shifted = Object.entries(ports).map(([name, port]) => [name, port + offset] as const);
  const refused = shifted.find(([, port]) => uncallable.includes(port));
  if (refused) {
    throw new Sentence(
      `--offset ${offset} puts ${refused[0]} on port ${refused[1]}, which browsers refuse to call: take ${offset + 100}.`,
    );
  }
  return {
    root,
    home,
    data: resolve(values.data ?? env['GENNAKER_DATA'] ?? join(home, 'data')),
    offset,
    split: splitOf(values.split ?? ''),
    config: configOf(root, env),
    ports: Object.fromEntries(shifted) as unknown as Layout['ports'],
    external: { database: env['DATABASE_URL'] || undefined, redis: env['REDIS_URL'] || undefined },
  };
}

function parse(args: string[]): { offset?: string; data?: string; split?: string } {
  try {
    const options = { offset: { type: 'string' }, data: { type: 'string' }, split: { type: 'string' } } as const;
    return parseArgs({ args, options, strict: true }).values;
  } catch (error) {
    throw new Sentence(`${error instanceof Error ? error.message : String(error)} (see --help).`, { cause: error });
  }
}

function configOf(root: string, env: NodeJS.ProcessEnv): string | undefined {
  const named = env['GENNAKER_CONFIG'];
  if (named && !existsSync(named)) {
    throw new Sentence(`GENNAKER_CONFIG names ${named}, which does not exist: correct it or unset it.`);
  }
  const usual = join(root, 'gennaker.yml');
  return named ? resolve(named) : existsSync(usual) ? usual : undefined;
}

function splitOf(text: string): Map<ServiceName, number> {
  const split = new Map<ServiceName, number>();
  for (const part of text.split(',').filter(Boolean)) {
    const [name = '', count = '1'] = part.split('=');
    const known = SERVICE_NAMES.find((service) => service === name);
    const number = Number(count);
    if (!known) throw new Sentence(`--split names "${name}"; the services are ${SERVICE_NAMES.join(', ')}.`);
    if (!Number.isInteger(number) || number < 1 || number > 9) {
      throw new Sentence(`--split ${part}: the count must be 1 to 9.`);
    }
    split.set(known, number);
  }
  return split;
}
