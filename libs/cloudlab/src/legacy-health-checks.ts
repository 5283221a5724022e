import type { z } from 'zod';
import { documents } from './document-collection.ts';
import { legacyHealthCheckBody } from './health-check-schema.ts';
import { checkTiming } from './health-checks.ts';

type Body = z.infer<ReturnType<typeof legacyHealthCheckBody>>;

/** Legacy HTTP health checks, as target pools use them. */
export const httpHealthChecks = legacy('httpHealthChecks', 'compute#httpHealthCheck', 80);
/** Legacy HTTPS health checks. */
export const httpsHealthChecks = legacy('httpsHealthChecks', 'compute#httpsHealthCheck', 443);

function legacy(name: 'httpHealthChecks' | 'httpsHealthChecks', kind: string, port: number) {
  return documents<typeof name, Body>({
    name,
    kind,
    scopes: ['global'],
    aggregated: false,
    body: legacyHealthCheckBody(port),
    changes: ['patch', 'update'],
    complete(_lab, _call, body) {
      checkTiming(body);
      return body;
    },
  });
}
