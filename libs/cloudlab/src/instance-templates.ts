import type { z } from 'zod';
import { existing } from './collection.ts';
import type { Call, Lab } from './collection.ts';
import { documents } from './document-collection.ts';
import { bootImageOf } from './image-reference.ts';
import { checkSources } from './instance-disks.ts';
import { MACHINE_TYPES, findMachineType } from './locations.ts';
import { linkOf } from './path.ts';
import { CloudProblem, invalid } from './problem.ts';
import { instanceTemplateBody } from './resource.ts';

type Body = z.infer<typeof instanceTemplateBody>;
type Interface = Readonly<Record<string, unknown>>;

/** Instance templates: immutable. */
export const instanceTemplates = documents<'instanceTemplates', Body>({
  name: 'instanceTemplates',
  kind: 'compute#instanceTemplate',
  scopes: ['global'],
  body: instanceTemplateBody,
  changes: [],
  complete(lab, call, body) {
    const { machineType } = body.properties;
    if (findMachineType(machineType) === undefined) {
      throw invalid(
        'resource.properties.machineType',
        `'${machineType}'. Known are ${MACHINE_TYPES.map(({ name }) => name).join(', ')} and custom-CPUS-MEGABYTES.`,
      );
    }
    if (bootImageOf(lab.store, body, call.scope.project) === undefined) {
      const source = body.properties.disks[0]?.initializeParams?.sourceImage ?? '(none)';
      throw new CloudProblem(404, 'notFound', `The image of the boot disk was not found: '${source}'.`);
    }
    checkSources(lab.store, call.scope.project, body.properties.disks, 'resource.properties.disks');
    const given = body.properties['networkInterfaces'];
    if (!Array.isArray(given)) return body;
    const networkInterfaces = given.map((each: Interface) => interfaceOf(lab, call, each));
    return { ...body, properties: { ...body.properties, networkInterfaces } };
  },
});

/** A network interface with what it names checked and written out in full. */
function interfaceOf(lab: Lab, call: Call, given: Interface): Interface {
  const { network, subnetwork } = given;
  const field = 'properties.networkInterfaces';
  return {
    ...given,
    ...(typeof network === 'string'
      ? { network: linkOf(existing(lab, call, `${field}.network`, network, ['networks'])) }
      : {}),
    ...(typeof subnetwork === 'string'
      ? { subnetwork: linkOf(existing(lab, call, `${field}.subnetwork`, subnetwork, ['subnetworks'], 'anywhere')) }
      : {}),
  };
}
