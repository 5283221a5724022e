import { linearRegex } from './linear-regex.ts';

type Json = Readonly<Record<string, unknown>>;

/** The fields of an artifact that are compared, in this order; its account is not one of them. */
const COMPARED = ['type', 'name', 'version', 'location', 'reference'] as const;
/** Types whose content is kept apart when it is large, and what they are called then: the same artifacts. */
const SAME_TYPE: Readonly<Record<string, string>> = {
  'remote/base64': 'embedded/base64',
  'remote/map/base64': 'embedded/map/base64',
};
const EXCERPT = 120;

/**
 * Why an artifact is not what a `matchArtifact` describes; undefined when it is. Each field that is set there must be equal,
 * or match it whole as a regular expression (RE2). Pure; time linear in the artifact.
 */
export function artifactMismatch(wanted: Json, offered: Json): string | undefined {
  for (const field of COMPARED) {
    const expected = textOf(field, wanted[field]);
    if (expected === undefined || expected === '') continue;
    const found = textOf(field, offered[field]);
    if (found === expected) continue;
    if (found === undefined || found === '') return `it has no ${field}, which must be ${quoted(expected)}`;
    try {
      if (linearRegex(expected).matches(found)) continue;
    } catch {
      return `its ${field} is ${quoted(found)}, not ${quoted(expected)} (which is no regular expression either)`;
    }
    return `its ${field} is ${quoted(found)}, not ${quoted(expected)}`;
  }
  return undefined;
}

/** What an artifact is called in sentences: its name and version, else its reference, else its type. */
export function artifactTitle(artifact: Json): string {
  const { name, version, reference, type } = artifact;
  const said = (value: unknown): value is string => typeof value === 'string' && value !== '';
  const title = said(name) ? (said(version) ? `${name} ${version}` : name) : said(reference) ? excerpt(reference) : '';
  if (!said(type)) return title === '' ? 'an artifact without a name' : title;
  return title === '' ? type : `${title} (${type})`;
}

function textOf(field: string, value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return undefined;
  return field === 'type' && Object.hasOwn(SAME_TYPE, value) ? SAME_TYPE[value] : value;
}

function excerpt(text: string): string {
  return text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text;
}

function quoted(text: string): string {
  return JSON.stringify(excerpt(text));
}
