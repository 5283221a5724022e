import type { Pipeline, SaveWarning } from '@gennaker/contracts/front50';
import type { AnyNotificationDefinition } from '@gennaker/extension-sdk/notification';

/** Types of notifications, by their type. */
export type NotificationTypes = Readonly<Record<string, Pick<AnyNotificationDefinition, 'schema'>>>;

/** Warns of notifications of a pipeline and of its stages that would tell nobody: of an unknown type, or not as it takes them. */
export function notificationWarnings(pipeline: Pipeline, types: NotificationTypes): SaveWarning[] {
  const lists: [unknown, string][] = [
    [pipeline['notifications'], 'notifications'],
    ...(pipeline.stages ?? []).map((stage, index): [unknown, string] => [
      stage['notifications'],
      `stages.${index}.notifications`,
    ]),
  ];
  return lists.flatMap(([list, path]) =>
    Array.isArray(list) ? list.flatMap((one: unknown, index) => warningsOf(one, `${path}.${index}`, types)) : [],
  );
}

function warningsOf(notification: unknown, path: string, types: NotificationTypes): SaveWarning[] {
  const type =
    notification !== null && typeof notification === 'object' ? Reflect.get(notification, 'type') : undefined;
  const definition = typeof type === 'string' && Object.hasOwn(types, type) ? types[type] : undefined;
  if (definition === undefined)
    return [
      {
        message: `A notification has the type "${String(type)}", which this system does not have: it tells nobody`,
        field: `${path}.type`,
        fix: `use one of ${Object.keys(types).toSorted().join(', ')}`,
      },
    ];
  const [issue] = definition.schema.safeParse(notification).error?.issues ?? [];
  if (issue === undefined) return [];
  const field = issue.path.join('.');
  return [
    {
      message: `The ${String(type)} notification tells nobody as it is: ${field} ${issue.message}`,
      field: `${path}.${field}`,
      fix: 'correct this field',
    },
  ];
}
