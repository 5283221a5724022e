import { badRequest, ServiceError } from '@gennaker/contracts/error';
import { type ArtifactEnvironment, defineArtifact } from '@gennaker/extension-sdk/artifact';
import { contentOf, referenceOf } from '@gennaker/extension-sdk/artifact-content';
import { z } from 'zod';
import { type GcsArtifactAccount, gcsArtifactAccountSchema } from './schema.ts';

const REFERENCE = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])\/([^#]+)(?:#(\d+))?$/s;
const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_only';

const keySchema = z.object({ client_email: z.string(), private_key: z.string() });
const listSchema = z.object({
  items: z.array(z.object({ name: z.string(), generation: z.string().optional() })).default([]),
});

/** What proves to the store who calls; nothing without credentials. A key signs by itself, without asking Google for a token. */
async function headersOf(
  account: GcsArtifactAccount,
  url: string,
  { secret }: ArtifactEnvironment,
): Promise<Record<string, string>> {
  const { credentials } = account;
  if (!credentials) return {};
  try {
    // It is large, and most systems have no such account.
    const { GoogleAuth, JWT } = await import('google-auth-library');
    if (credentials.type === 'applicationDefault')
      return Object.fromEntries(await new GoogleAuth({ scopes: [SCOPE] }).getRequestHeaders(url));
    const { client_email: email, private_key: key } = keyOf(await secret(credentials));
    const auth = new JWT({ email, key, scopes: [SCOPE] });
    auth.useJWTAccessWithScope = true;
    return Object.fromEntries(await auth.getRequestHeaders(url));
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new ServiceError(502, `The account ${account.name} cannot prove who it is: ${why}`, {
      field: 'artifactAccount',
      fix: 'check the key that it refers to',
    });
  }
}

/** @throws Error that quotes nothing of the key */
function keyOf(text: string): z.output<typeof keySchema> {
  try {
    return keySchema.parse(JSON.parse(text));
  } catch {
    throw new Error('what it refers to holds no key of a service account');
  }
}

async function get(path: string, account: GcsArtifactAccount, environment: ArtifactEnvironment) {
  const url = `${account.endpoint.replace(/\/$/, '')}/storage/v1/b/${path}`;
  return environment.open({ url, method: 'GET', headers: await headersOf(account, url, environment) });
}

async function listed(query: Record<string, string>, account: GcsArtifactAccount, environment: ArtifactEnvironment) {
  const { bucket } = account;
  if (bucket === undefined) return { bucket: '', items: [] };
  const response = await get(`${bucket}/o?${new URLSearchParams(query).toString()}`, account, environment);
  const body: unknown = await new Response(await contentOf(response, `The bucket ${bucket}`)).json();
  return { bucket, items: listSchema.parse(body).items };
}

/** Objects in Google Cloud Storage. */
export default defineArtifact({
  type: 'gcs',
  label: 'Google Cloud Storage',
  description: 'An object in a bucket of Google Cloud Storage',
  artifactTypes: ['gcs/object'],
  schema: gcsArtifactAccountSchema,
  examples: [
    { name: 'public', type: 'gcs' },
    { name: 'builds', type: 'gcs', credentials: { type: 'file', path: 'builds.json' }, bucket: 'our-builds' },
  ],
  async fetch(artifact, account, environment) {
    const reference = referenceOf(artifact, 'gs://BUCKET/OBJECT');
    const [, bucket, name, ofReference] = REFERENCE.exec(reference) ?? [];
    if (bucket === undefined || name === undefined)
      throw badRequest(`"${reference}" is no object`, {
        field: 'reference',
        fix: 'give gs://BUCKET/OBJECT, or gs://BUCKET/OBJECT#GENERATION',
      });
    const generation = artifact.version || ofReference;
    const query = generation ? `&generation=${encodeURIComponent(generation)}` : '';
    const response = await get(`${bucket}/o/${encodeURIComponent(name)}?alt=media${query}`, account, environment);
    return contentOf(response, reference);
  },
  async names(account, environment) {
    const { bucket, items } = await listed({ fields: 'items(name)', maxResults: '1000' }, account, environment);
    return items.map(({ name }) => `gs://${bucket}/${name}`);
  },
  async versions(reference, account, environment) {
    const [, bucket, name] = REFERENCE.exec(reference) ?? [];
    if (name === undefined || bucket !== account.bucket) return [];
    const query = { prefix: name, versions: 'true', fields: 'items(name,generation)', maxResults: '1000' };
    const { items } = await listed(query, account, environment);
    const generations = items.flatMap((item) => (item.name === name ? (item.generation ?? []) : []));
    return generations.toSorted((a, b) => b.length - a.length || (a < b ? 1 : -1));
  },
});
