import { z } from 'zod';
import { named, reference, resourceName, whole } from './resource.ts';
import type { Resource } from './resource.ts';
import { without } from './unsupported-fields.ts';

const routeAction = z
  .looseObject({
    weightedBackendServices: z
      .array(z.looseObject({ backendService: reference, weight: whole.min(0).max(1000) }))
      .min(1, 'name at least one backend service')
      .refine((all) => all.some(({ weight }) => weight > 0), 'at least one weight must be above 0'),
  })
  .superRefine(
    without(
      'corsPolicy',
      'faultInjectionPolicy',
      'maxStreamDuration',
      'requestMirrorPolicy',
      'retryPolicy',
      'timeout',
      'urlRewrite',
    ),
  );
/** Where a share of the requests goes. */
export type RouteAction = z.infer<typeof routeAction>;

/** Status code of each kind of redirect. */
export const REDIRECT_CODES = {
  MOVED_PERMANENTLY_DEFAULT: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
} as const;
const redirect = z
  .looseObject({
    hostRedirect: z.string().max(255).optional(),
    httpsRedirect: z.boolean().optional(),
    pathRedirect: z.string().startsWith('/', 'must begin with /').max(1024).optional(),
    prefixRedirect: z.string().startsWith('/', 'must begin with /').max(1024).optional(),
    redirectResponseCode: z
      .enum(['MOVED_PERMANENTLY_DEFAULT', 'FOUND', 'SEE_OTHER', 'TEMPORARY_REDIRECT', 'PERMANENT_REDIRECT'])
      .default('MOVED_PERMANENTLY_DEFAULT'),
    stripQuery: z.boolean().optional(),
  })
  .refine(
    ({ pathRedirect, prefixRedirect }) => pathRedirect === undefined || prefixRedirect === undefined,
    'give pathRedirect or prefixRedirect, not both',
  );
/** An answer that sends the client elsewhere. */
export type Redirect = z.infer<typeof redirect>;

const defaults = {
  defaultService: reference.optional(),
  defaultRouteAction: routeAction.optional(),
  defaultUrlRedirect: redirect.optional(),
};

const pathRule = z
  .looseObject({
    paths: z.array(z.string()).min(1, 'name at least one path'),
    service: reference.optional(),
    routeAction: routeAction.optional(),
    urlRedirect: redirect.optional(),
  })
  .superRefine(without('customErrorResponsePolicy'));
/** Paths that go to one place. */
export type PathRule = z.infer<typeof pathRule>;

const pathMatcher = z
  .looseObject({
    name: resourceName,
    description: z.string().optional(),
    ...defaults,
    pathRules: z.array(pathRule).default([]),
  })
  .superRefine(without('defaultCustomErrorResponsePolicy', 'headerAction', 'routeRules'));
/** What is done with the paths of some hosts. */
export type PathMatcher = z.infer<typeof pathMatcher>;

/** Body of urlMaps.insert and update. */
export const urlMapBody = named
  .extend({
    ...defaults,
    hostRules: z
      .array(
        z.looseObject({
          description: z.string().optional(),
          hosts: z.array(z.string()).min(1, 'name at least one host'),
          pathMatcher: z.string(),
        }),
      )
      .default([]),
    pathMatchers: z.array(pathMatcher).default([]),
    fingerprint: z.string().optional(),
  })
  .superRefine(without('defaultCustomErrorResponsePolicy', 'headerAction', 'tests'));
/** A URL map. */
export type UrlMap = Resource & z.infer<typeof urlMapBody>;
