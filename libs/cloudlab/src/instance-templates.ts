import type { z } from 'zod';
import { documents } from './document-collection.ts';
import { bootImageOf } from './image-reference.ts';
import { checkSources } from './instance-disks.ts';
import { MACHINE_TYPES, findMachineType } from './locations.ts';
import { interfacesFrom } from './network-interfaces.ts';
import { CloudProblem, invalid } from './problem.ts';
import { instanceTemplateBody } from './resource.ts';

type Body = z.infer<typeof instanceTemplateBody>;

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
    const networkInterfaces = interfacesFrom(lab, call, 'properties.networkInterfaces', given);
    return { ...body, properties: { ...body.properties, networkInterfaces } };
  },
});
