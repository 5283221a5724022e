import type { Instance, ServerGroup } from '@gennaker/contracts/clouddriver';
import { type CheckTarget, checkTargetSchema, type HealthFinding } from '@gennaker/contracts/health-findings';
import type { Ports } from '@gennaker/extension-sdk/ports';
import { z } from 'zod';
import { ask, type Answer } from './ask-instance.ts';

/** Instances that are asked; the others are most likely ill of the same. */
const MOST_ASKED = 3;
const CONSOLE_LINES = 3;
/** Surely holds that many lines. */
const CONSOLE_BYTES = 16_384;
const LINE_LENGTH = 200;
/** Where applications answer most often, beside the ports that the group names. */
const USUAL_PORTS = [8080, 80];

/** What looking uses: `http` keeps to the egress rules, so that addresses which are not allowed are not asked. */
export interface LookParts {
  readonly http: Ports['http'];
  /** An instance's console from a place on; undefined where the cloud has none. */
  readonly console: ((instanceId: string, start: number) => Promise<string>) | undefined;
}

/** Finds out why instances of a server group are not healthy: asks them as the health check does, and where else they may answer. */
export async function explainHealth(parts: LookParts, group: ServerGroup): Promise<HealthFinding[]> {
  const ill = group.instances.filter(({ healthState }) => healthState !== 'Up').slice(0, MOST_ASKED);
  return Promise.all(ill.map((instance) => explainInstance(parts, group, instance)));
}

async function explainInstance(parts: LookParts, group: ServerGroup, instance: Instance): Promise<HealthFinding> {
  const asks = checkOf(instance);
  const [address] = instance.ips ?? [];
  const runs = !instance.health.some(
    ({ healthClass, state }) => healthClass === 'platform' && (state === 'Starting' || state === 'Down'),
  );
  const answers = runs && asks && address ? await askAll(parts.http, address, asks, declaredPorts(group)) : [];
  const told = asks ? say(asks, answers, declaredPorts(group)) : {};
  const answered = answers.flatMap(({ port, path, status }) => (status === undefined ? [] : [{ port, path, status }]));
  // Whoever answers is not told more about by the console.
  const lines = answered.length > 0 ? [] : await lastLines(parts, instance.id);
  return {
    instance: instance.name,
    ...told,
    ...(asks ? { asks } : {}),
    ...(answered.length > 0 ? { answers: answered } : {}),
    ...(lines.length > 0 ? { console: lines } : {}),
  };
}

const lineSchema = z.looseObject({
  state: z.string(),
  healthCheck: checkTargetSchema.optional(),
});

/** The health check that finds an instance ill. */
function checkOf(instance: Instance): CheckTarget | undefined {
  const lines = instance.health.flatMap((health) =>
    z
      .array(lineSchema)
      .catch([])
      .parse(health['loadBalancers'] ?? []),
  );
  return lines.find(({ state, healthCheck }) => state !== 'InService' && healthCheck)?.healthCheck;
}

/** Ports that a group says its instances serve. */
function declaredPorts(group: ServerGroup): number[] {
  const named = z
    .record(z.string(), z.number().nullish())
    .catch({})
    .parse(group['namedPorts'] ?? {});
  const own = Number(group['load-balancer-port']);
  const ports = [
    ...(Number.isInteger(own) && own > 0 ? [own] : []),
    ...Object.values(named).flatMap((port) => port ?? []),
  ];
  return [...new Set(ports)];
}

function askAll(
  http: Ports['http'],
  address: string,
  asks: CheckTarget,
  declared: readonly number[],
): Promise<Answer[]> {
  const ports = new Set([...(asks.port ? [asks.port] : []), ...declared, ...USUAL_PORTS]);
  const paths = new Set([asks.path ?? '/', '/']);
  return Promise.all([...ports].flatMap((port) => [...paths].map((path) => ask(http, address, port, path))));
}

/** What the answers say of an instance that a health check finds ill. */
export function say(
  asks: CheckTarget,
  answers: readonly Answer[],
  declared: readonly number[],
): Pick<HealthFinding, 'says' | 'misplaced'> {
  const port = asks.port ?? declared[0];
  const path = asks.path ?? undefined;
  const asked = `${port ?? ''}${path ? ` ${path}` : ''}`.trim();
  const own = answers.find((answer) => answer.port === port && answer.path === (path ?? '/'));
  const good = answers.filter(({ status }) => status !== undefined && status < 400);
  const elsewhere = good.find((answer) => answer.port !== port) ?? good.find((answer) => answer.path !== path);
  if (own?.status !== undefined && path !== undefined) {
    if (own.status === 200)
      return {
        says: `answers ${path} on port ${port} with 200 when clouddriver asks; the health check has not seen enough good answers yet, or a firewall keeps it away`,
      };
    const instead = elsewhere ? `; it answers on ${elsewhere.port} ${elsewhere.path}` : '';
    return {
      says: `answers ${path} on port ${port} with ${own.status}${instead}`,
      ...(elsewhere ? { misplaced: true } : {}),
    };
  }
  if (elsewhere && elsewhere.port !== port)
    return {
      says: `answers on ${elsewhere.port} ${elsewhere.path}, the health check asks ${asked}`,
      misplaced: true,
    };
  const [told] = declared;
  const mismatch = told !== undefined && port !== undefined && !declared.includes(port);
  if (mismatch) return { says: `was told to serve on port ${told}, the health check asks ${asked}`, misplaced: true };
  if (own?.silent) return { says: `does not answer on port ${port} (${own.silent})` };
  return {};
}

async function lastLines({ console }: LookParts, id: string): Promise<string[]> {
  // What is only an addition must not fail the rest.
  const text = await Promise.resolve(console?.(id, -CONSOLE_BYTES)).catch(() => undefined);
  return (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-CONSOLE_LINES)
    .map((line) => line.slice(0, LINE_LENGTH));
}
