import type { z } from 'zod';
import { documents } from './document-collection.ts';
import type { CheckType } from './health-check-schema.ts';
import { CHECK_FIELDS, healthCheckBody } from './health-check-schema.ts';
import { invalid } from './problem.ts';

type Body = z.infer<typeof healthCheckBody>;

/** Health checks, global and regional. */
export const healthChecks = documents<'healthChecks', Body>({
  name: 'healthChecks',
  kind: 'compute#healthCheck',
  scopes: ['global', 'region'],
  body: healthCheckBody,
  changes: ['patch', 'update'],
  complete(_lab, _call, body) {
    checkTiming(body);
    const field = CHECK_FIELDS[body.type];
    const others = Object.values(CHECK_FIELDS).filter((each) => each !== field);
    const foreign = others.find((each) => body[each] !== undefined);
    if (foreign !== undefined)
      throw invalid(`resource.${foreign}`, `a check of type ${body.type} has its settings in '${field}'.`);
    return { ...body, [field]: { ...usual(body.type, body[field]), ...body[field] } };
  },
});

/** @throws CloudProblem 400 when an answer may take longer than the pause between two questions */
export function checkTiming({ timeoutSec, checkIntervalSec }: { timeoutSec: number; checkIntervalSec: number }): void {
  if (timeoutSec > checkIntervalSec) {
    throw invalid(
      'resource.timeoutSec',
      `${timeoutSec}. It must not be greater than checkIntervalSec (${checkIntervalSec}).`,
    );
  }
}

/** Settings that a check has unless told otherwise. */
function usual(
  type: CheckType,
  given: { readonly portName?: string | undefined; readonly portSpecification?: string | undefined } | undefined,
) {
  const elsewhere =
    given?.portName !== undefined || (given?.portSpecification ?? 'USE_FIXED_PORT') !== 'USE_FIXED_PORT';
  const port = type === 'HTTP' || type === 'TCP' ? 80 : 443;
  return {
    ...(elsewhere ? {} : { port }),
    ...(type.startsWith('HTTP') ? { requestPath: '/' } : {}),
    proxyHeader: 'NONE',
  };
}
