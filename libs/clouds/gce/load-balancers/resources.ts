import { z } from 'zod';
import { backendServiceSchema, forwardingRuleSchema, healthCheckSchema } from '../resources.ts';

/** The fields that we read of the resources between a forwarding rule and its backends; unknown fields stay. */
const text = z.string().nullish();
const int = z.number().nullish();
const named = {
  name: z.string(),
  selfLink: text,
  region: text,
  description: text,
  creationTimestamp: text,
  fingerprint: text,
};

export const urlMapSchema = z.looseObject({
  ...named,
  defaultService: text,
  hostRules: z.array(z.looseObject({ hosts: z.array(z.string()).nullish(), pathMatcher: text })).nullish(),
  pathMatchers: z
    .array(
      z.looseObject({
        name: text,
        defaultService: text,
        pathRules: z.array(z.looseObject({ paths: z.array(z.string()).nullish(), service: text })).nullish(),
      }),
    )
    .nullish(),
});
export type UrlMap = z.infer<typeof urlMapSchema>;

/** Every kind of target proxy: HTTP and HTTPS lead to a URL map, SSL and TCP to a backend service. */
export const targetProxySchema = z.looseObject({
  ...named,
  urlMap: text,
  service: text,
  sslCertificates: z.array(z.string()).nullish(),
  certificateMap: text,
});
export type TargetProxy = z.infer<typeof targetProxySchema>;

export const targetPoolSchema = z.looseObject({
  ...named,
  instances: z.array(z.string()).nullish(),
  healthChecks: z.array(z.string()).nullish(),
  sessionAffinity: text,
});
export type TargetPool = z.infer<typeof targetPoolSchema>;

/** Health check of target pools, from before there were others. */
export const legacyHealthCheckSchema = z.looseObject({
  ...named,
  port: int,
  requestPath: text,
  host: text,
  checkIntervalSec: int,
  timeoutSec: int,
  healthyThreshold: int,
  unhealthyThreshold: int,
});
export type LegacyHealthCheck = z.infer<typeof legacyHealthCheckSchema>;

export { backendServiceSchema, forwardingRuleSchema, healthCheckSchema };
