import { z } from 'zod';

/** Name parts of a server group (frigga's grammar, spinnaker/frigga). */
export const monikerSchema = z.object({
  app: z.string(),
  stack: z.string().optional(),
  detail: z.string().optional(),
  cluster: z.string(),
  sequence: z.number().int().optional(),
});
export type Moniker = z.infer<typeof monikerSchema>;

const APP = /^[A-Za-z0-9._]+$/;
const DETAIL = /^[-A-Za-z0-9._~^]*$/;
const PUSH = /-v(\d{3,6})$/;
const GCE_CLUSTER = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
/** Longest cluster name whose server groups, templates and instances all fit GCE's 63 characters (facts: template suffix of 14, `-vNNN`). */
export const GCE_CLUSTER_MAX = 44;

/** Cluster name of the parts: `app`, `app-stack` or `app-stack-detail` (an empty stack leaves two hyphens). */
export function clusterName(app: string, stack?: string, detail?: string): string {
  if (detail) return `${app}-${stack ?? ''}-${detail}`;
  return stack ? `${app}-${stack}` : app;
}

/** Server group name `cluster-vNNN`. */
export function serverGroupName(cluster: string, sequence: number): string {
  return `${cluster}-v${String(sequence).padStart(3, '0')}`;
}

/** Splits a server group or cluster name into its parts; null when it is no such name. */
export function parseName(name: string): Moniker | null {
  const push = PUSH.exec(name);
  const cluster = push ? name.slice(0, push.index) : name;
  const [app = '', stack = '', ...rest] = cluster.split('-');
  if (!APP.test(app)) return null;
  const detail = rest.join('-');
  return {
    app,
    cluster,
    ...(stack ? { stack } : {}),
    ...(detail ? { detail } : {}),
    ...(push ? { sequence: Number(push[1]) } : {}),
  };
}

/** Problems of the parts of a cluster name: one sentence each, empty when it is good. `gce` adds Google Compute's rules. */
export function nameProblems(
  app: string,
  stack: string | undefined,
  detail: string | undefined,
  gce: boolean,
): string[] {
  const problems: string[] = [];
  if (!APP.test(app)) problems.push(`application "${app}" may hold letters, digits, "." and "_" only (no hyphen)`);
  if (stack && !APP.test(stack))
    problems.push(`stack "${stack}" may hold letters, digits, "." and "_" only (no hyphen)`);
  if (detail && !DETAIL.test(detail)) problems.push(`detail "${detail}" may hold letters, digits and - . _ ~ ^ only`);
  for (const [field, value] of [
    ['stack', stack],
    ['detail', detail],
  ] as const)
    if (value && /(^|-)v\d{3,6}(-|$)/.test(value))
      problems.push(`${field} "${value}" looks like a server group's version (vNNN)`);
  if (gce && problems.length === 0) {
    const cluster = clusterName(app, stack, detail);
    if (!GCE_CLUSTER.test(cluster))
      problems.push(
        `"${cluster}" is no Google Compute name: lower-case letters, digits and hyphens, starting with a letter`,
      );
    if (cluster.length > GCE_CLUSTER_MAX)
      problems.push(
        `"${cluster}" has ${cluster.length} characters; Google Compute leaves ${GCE_CLUSTER_MAX} for a cluster's name`,
      );
  }
  return problems;
}
