import type { HealthCheck } from '../resources.ts';

/** Field of a health check that says what is asked, by its type. */
export const CHECK_FIELDS = {
  HTTP: 'httpHealthCheck',
  HTTPS: 'httpsHealthCheck',
  HTTP2: 'http2HealthCheck',
  TCP: 'tcpHealthCheck',
  SSL: 'sslHealthCheck',
} as const;

/** What a health check asks: its port and path, where it has them. */
export function checkTarget(check: HealthCheck): Readonly<Record<string, unknown>> {
  return (
    Object.values(CHECK_FIELDS)
      .map((field): unknown => check[field])
      .find(isRecord) ?? {}
  );
}

/** The port that a health check asks; null when it is the one that is served. */
export function checkedPort(check: HealthCheck): number | null {
  const { port } = checkTarget(check);
  return typeof port === 'number' && port > 0 ? port : null;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
