import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import protobuf from 'protobufjs';

const require = createRequire(import.meta.url);
const folder = join(dirname(require.resolve('google-gax')), '../protos');
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => join(folder, target);
root.loadSync('google/monitoring/v3/metric_service.proto');

/** What of a JSON document is not as the message says that Google publishes: unknown fields, wrong types and words. */
export function messageProblems(message: string, value: unknown, at = message): string[] {
  const type = root.lookupType(message);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at}: must be an object`];
  return Object.entries(value).flatMap(([key, each]) => {
    const field = type.fields[key];
    if (field === undefined) return [`${at}.${key}: ${message} has no such field`];
    field.resolve();
    const one = (item: unknown, where: string): string[] => valueProblems(field, item, where);
    if (field instanceof protobuf.MapField)
      return Object.entries(each as object).flatMap(([name, item]) => one(item, `${at}.${key}[${name}]`));
    if (!field.repeated) return one(each, `${at}.${key}`);
    return Array.isArray(each)
      ? each.flatMap((item, index) => one(item, `${at}.${key}[${index}]`))
      : [`${at}.${key}: must be a list`];
  });
}

/** Names of a request's parameters that the message does not have. */
export function parameterProblems(message: string, query: Readonly<Record<string, string>>): string[] {
  return Object.keys(query).filter((path) => {
    let type: protobuf.Type | undefined = root.lookupType(message);
    for (const part of path.split('.')) {
      const field: protobuf.Field | undefined = type?.fields[part];
      if (field === undefined) return true;
      field.resolve();
      type = field.resolvedType instanceof protobuf.Type ? field.resolvedType : undefined;
    }
    return false;
  });
}

function valueProblems(field: protobuf.Field, value: unknown, at: string): string[] {
  const wrong = (what: string): string[] => [`${at}: must be ${what}, and is ${JSON.stringify(value)}`];
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Enum)
    return typeof value === 'string' && value in resolvedType.values
      ? []
      : wrong(`one of ${Object.keys(resolvedType.values).join(', ')}`);
  if (resolvedType instanceof protobuf.Type) {
    if (resolvedType.fullName === '.google.protobuf.Timestamp')
      return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)
        ? []
        : wrong('a time');
    if (resolvedType.fullName === '.google.protobuf.Duration')
      return typeof value === 'string' && /^\d+(\.\d+)?s$/.test(value) ? [] : wrong('a duration');
    return messageProblems(resolvedType.fullName.slice(1), value, at);
  }
  switch (field.type) {
    case 'string':
      return typeof value === 'string' ? [] : wrong('a text');
    case 'int64':
      return typeof value === 'string' && /^-?\d+$/.test(value) ? [] : wrong('a whole number as text');
    case 'int32':
      return Number.isInteger(value) ? [] : wrong('a whole number');
    default:
      return typeof value === 'number' ? [] : wrong('a number');
  }
}
