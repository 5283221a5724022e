import { badRequest } from '@gennaker/contracts/error';
import { type ArtifactEnvironment, defineArtifact } from '@gennaker/extension-sdk/artifact';
import { contentOf, referenceOf } from '@gennaker/extension-sdk/artifact-content';
import type { OpenedResponse } from '@gennaker/extension-sdk/ports';
import { AwsV4Signer } from 'aws4fetch';
import { keysOf, versionsOf } from './listing.ts';
import { type S3ArtifactAccount, s3ArtifactAccountSchema } from './schema.ts';

const REFERENCE = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/s;

/** The address of an object or, without a key, of the bucket. */
function addressOf(
  account: S3ArtifactAccount,
  bucket: string,
  key: string,
  query: Readonly<Record<string, string>>,
): URL {
  const path = key
    .split('/')
    // The path is signed as it is sent, with what RFC 3986 reserves encoded too.
    .map((part) =>
      encodeURIComponent(part).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/');
  const url = account.endpoint
    ? new URL(`${account.endpoint.replace(/\/$/, '')}/${bucket}/${path}`)
    : new URL(`https://${bucket}.s3.${account.region}.amazonaws.com/${path}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

async function get(url: URL, account: S3ArtifactAccount, environment: ArtifactEnvironment): Promise<OpenedResponse> {
  const { accessKeyId, secretAccessKey, region } = account;
  if (accessKeyId === undefined || !secretAccessKey) return environment.open({ url: url.href, method: 'GET' });
  const signed = await new AwsV4Signer({
    url: url.href,
    method: 'GET',
    service: 's3',
    region,
    accessKeyId,
    secretAccessKey: (await environment.secret(secretAccessKey)).trim(),
    datetime: new Date(environment.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
  }).sign();
  return environment.open({ url: signed.url.href, method: 'GET', headers: Object.fromEntries(signed.headers) });
}

async function listing(account: S3ArtifactAccount, query: Record<string, string>, environment: ArtifactEnvironment) {
  const { bucket } = account;
  if (bucket === undefined) return undefined;
  const response = await get(addressOf(account, bucket, '', query), account, environment);
  return { bucket, text: await new Response(await contentOf(response, `The bucket ${bucket}`)).text() };
}

/** Objects in S3 and in what speaks its language. */
export default defineArtifact({
  type: 's3',
  label: 'S3',
  description: 'An object in S3, or in a store that speaks its language',
  artifactTypes: ['s3/object'],
  schema: s3ArtifactAccountSchema,
  examples: [
    { name: 'public', type: 's3', region: 'eu-central-1' },
    {
      name: 'builds',
      type: 's3',
      endpoint: 'https://minio.example.com',
      accessKeyId: 'gennaker',
      secretAccessKey: { type: 'file', path: 's3-secret' },
      bucket: 'builds',
    },
  ],
  async fetch(artifact, account, environment) {
    const reference = referenceOf(artifact, 's3://BUCKET/KEY');
    const [, bucket, key] = REFERENCE.exec(reference) ?? [];
    if (bucket === undefined || key === undefined)
      throw badRequest(`"${reference}" is no object`, { field: 'reference', fix: 'give s3://BUCKET/KEY' });
    const query = artifact.version ? { versionId: artifact.version } : undefined;
    const response = await get(addressOf(account, bucket, key, query ?? {}), account, environment);
    return contentOf(response, reference);
  },
  async names(account, environment) {
    const found = await listing(account, { 'list-type': '2', 'max-keys': '1000' }, environment);
    return found ? keysOf(found.text).map((key) => `s3://${found.bucket}/${key}`) : [];
  },
  async versions(name, account, environment) {
    const [, bucket, key] = REFERENCE.exec(name) ?? [];
    if (key === undefined || bucket !== account.bucket) return [];
    const found = await listing(account, { versions: '', prefix: key, 'max-keys': '1000' }, environment);
    return found ? versionsOf(found.text, key) : [];
  },
});
