import { collection, insertResource, parse, removeResource } from './collection.ts';
import { bootImageOf } from './image-reference.ts';
import { pathOf } from './path.ts';
import { CloudProblem, inUse, invalid } from './problem.ts';
import { MACHINE_TYPES } from './locations.ts';
import { instanceTemplateBody } from './resource.ts';

const templates = { name: 'instanceTemplates', kind: 'compute#instanceTemplate' } as const;

/** Instance templates: immutable. */
export const instanceTemplates = collection<'instanceTemplates'>({
  ...templates,
  scopes: ['global'],
  insert(lab, call) {
    const body = parse(instanceTemplateBody, call.body);
    const { machineType } = body.properties;
    if (!machineType.startsWith('custom-') && !MACHINE_TYPES.some(({ name }) => name === machineType)) {
      throw invalid(
        'resource.properties.machineType',
        `'${machineType}'. Known are ${MACHINE_TYPES.map(({ name }) => name).join(', ')} and custom-*.`,
      );
    }
    const resource = { kind: '', id: '', creationTimestamp: '', selfLink: '', ...body };
    if (bootImageOf(lab.store, resource, call.scope.project) === undefined) {
      const source = body.properties.disks[0]?.initializeParams?.sourceImage ?? '(none)';
      throw new CloudProblem(404, 'notFound', `The image of the boot disk was not found: '${source}'.`);
    }
    return insertResource(lab, call, templates, body);
  },
  remove(lab, call) {
    const user = lab.store
      .list('instanceGroupManagers', 'projects/')
      .find(([, each]) => pathOf(each.instanceTemplate, call.scope.project, 'instanceTemplate') === call.path);
    if (user !== undefined) throw inUse(call.path, user[0]);
    return removeResource(lab, call);
  },
});
