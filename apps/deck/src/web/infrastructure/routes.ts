import { list, object, strings, text } from '@gennaker/ui/stage-ui';

/** Which backend service answers where, by the host rules of a load balancer: `shop.example /api/*` and its name. */
export function routesOf(hostRules: unknown): (readonly [where: string, service: string])[] {
  return list(hostRules)
    .map(object)
    .flatMap((rule) => {
      const hosts = strings(rule['hostPatterns']).join(', ');
      const matcher = object(rule['pathMatcher']);
      const paths = list(matcher['pathRules']).map(object);
      return [
        ...paths.map(
          (path) =>
            [`${hosts} ${strings(path['paths']).join(', ')}`, text(object(path['backendService'])['name'])] as const,
        ),
        [`${hosts} otherwise`, text(object(matcher['defaultService'])['name'])] as const,
      ];
    });
}

/** A port or a range of ports, one written once. */
export function portsOf(range: unknown): string {
  const [from = '', to] = text(range).split('-');
  return to === undefined || to === from ? from : `${from}-${to}`;
}
