/** Names of fields, in words. */
const FIELDS: Readonly<Record<string, string>> = {
  allowed: 'Protocols and ports',
  autoHealingPolicy: 'Autohealing',
  autoscalingPolicy: 'Autoscaling',
  capacity: 'Instances',
  connectionDrainingTimeoutSec: 'Draining, seconds',
  coolDownPeriodSec: 'Start-up time',
  'defaultService.name': 'Default backend service',
  defaultService: 'Default backend service',
  disableTraffic: 'Without traffic',
  distributionPolicy: 'Zones',
  freeFormDetails: 'Detail',
  healthCheck: 'Health check',
  hostRules: 'Hosts and paths',
  instanceType: 'Instance type',
  loadBalancers: 'Load balancers',
  maxNumReplicas: 'At most',
  minNumReplicas: 'At least',
  port: 'Health check port',
  portRange: 'Port',
  requestPath: 'Health check path',
  sessionAffinity: 'Session affinity',
  selectZones: 'Zones chosen by hand',
  serviceAccountEmail: 'Service account',
  sourceRanges: 'From addresses',
  sourceTags: 'From tags',
  tags: 'Network tags',
  targetServiceAccounts: 'To service accounts',
  targetTags: 'To tags',
  useSourceCapacity: 'As many instances as the source',
};

/** A field's name as people read it. `field`: its key, or the keys on the way to it with dots between. */
export function fieldWords(field: string): string {
  const key = field.slice(field.lastIndexOf('.') + 1);
  return FIELDS[field] ?? FIELDS[key] ?? `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`;
}
