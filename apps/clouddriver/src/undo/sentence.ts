import { z } from 'zod';

const capacitySchema = z.object({ min: z.number(), max: z.number(), desired: z.number().optional() });
const namedSchema = z.looseObject({
  serverGroupName: z.string().optional(),
  loadBalancerName: z.string().optional(),
  securityGroupName: z.string().optional(),
  imageName: z.string().optional(),
  region: z.string().optional(),
  desiredPercentage: z.number().optional(),
  capacity: capacitySchema.optional(),
  autoscalingPolicy: z.looseObject({ mode: z.string().optional() }).optional(),
});

/** An operation as people read it: `resizes hello-v001 in us-central1 to 4`. */
export function sentenceOf(operation: Readonly<Record<string, Record<string, unknown>>>): string {
  const [name = '', description = {}] = Object.entries(operation)[0] ?? [];
  const d = namedSchema.catch({}).parse(description);
  const what = d.serverGroupName ?? d.loadBalancerName ?? d.securityGroupName ?? d.imageName ?? 'it';
  const where = d.region && d.region !== 'global' ? ` in ${d.region}` : '';
  switch (name) {
    case 'destroyServerGroup':
      return `destroys ${what}${where}`;
    case 'enableServerGroup':
      return d.desiredPercentage === undefined
        ? `enables ${what}${where}`
        : `has ${d.desiredPercentage} % of ${what} serve${where}`;
    case 'disableServerGroup':
      return `disables ${what}${where}`;
    case 'resizeServerGroup':
      return `resizes ${what}${where} to ${sizeOf(d.capacity)}`;
    case 'upsertScalingPolicy':
      return Object.keys(d.autoscalingPolicy ?? {}).join() === 'mode'
        ? `sets the autoscaler of ${what}${where} to ${d.autoscalingPolicy?.mode ?? 'ON'}`
        : `gives ${what}${where} its scaling policy again`;
    case 'deleteScalingPolicy':
      return `removes the scaling policy of ${what}${where}`;
    case 'upsertLoadBalancer':
      return `brings load balancer ${what}${where} back to how it was`;
    case 'deleteLoadBalancer':
      return `deletes load balancer ${what}${where}`;
    case 'upsertSecurityGroup':
      return `brings firewall ${what} back to how it was`;
    case 'deleteSecurityGroup':
      return `deletes firewall ${what}`;
    case 'upsertImageTags':
      return `brings the labels of image ${what} back`;
    case 'updateLaunchConfig':
    case 'statefullyUpdateBootImage':
      return `has ${what}${where} use what its instances were made of before`;
    case 'upsertServerGroupTags':
      return `brings the network tags of ${what}${where} back`;
    default:
      return `does ${name} to ${what}${where}`;
  }
}

function sizeOf(capacity: z.infer<typeof capacitySchema> | undefined): string {
  if (!capacity) return 'its size before';
  const { min, max, desired = min } = capacity;
  return min === max ? String(desired) : `${desired} (between ${min} and ${max})`;
}
