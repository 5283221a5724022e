import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Artifact } from '@gennaker/contracts/artifacts';
import { createGuardedOpen } from '@gennaker/service/egress';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArtifactAccounts, openArtifactAccounts } from './accounts.ts';
import { awsSignature, isSignedBy, type Source, source } from './sources.fixture.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const key = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const MAX_BYTES = 50_000;

let main: Source;
let other: Source;
let folder: string;
let accounts: ArtifactAccounts;
const at = (path: string): string => `http://127.0.0.1:${main.port}${path}`;
const textOf = async (artifact: Artifact): Promise<string> => new Response(await accounts.fetch(artifact)).text();
const refusal = (artifact: Artifact) => accounts.fetch(artifact).then((body) => new Response(body).text());
const last = () => main.seen.at(-1);

beforeAll(async () => {
  other = await source((_request, response) => void response.end('elsewhere'));
  main = await source((request, response) => {
    const { target, headers } = request;
    if (target.startsWith('/s3/')) {
      const signed = /Signature=(\w+)/.exec(headers['authorization'] ?? '')?.[1];
      if (signed !== awsSignature(request, SECRET)) return void response.writeHead(403).end('SignatureDoesNotMatch');
      if (target.includes('list-type=2'))
        return void response.end(
          '<ListBucketResult><Contents><Key>a&amp;b.yml</Key></Contents><Contents><Key>c</Key></Contents></ListBucketResult>',
        );
      if (target.includes('versions='))
        return void response.end(
          '<ListVersionsResult><Version><Key>c</Key><VersionId>v2</VersionId></Version><Version><Key>cd</Key><VersionId>x</VersionId></Version><Version><Key>c</Key><VersionId>v1</VersionId></Version></ListVersionsResult>',
        );
      return void response.end(`object ${target}`);
    }
    if (target.startsWith('/storage/v1/')) {
      if (!isSignedBy(key.publicKey, headers['authorization'])) return void response.writeHead(401).end('who?');
      if (target.includes('/o?'))
        return void response.end(
          JSON.stringify({
            items: [
              { name: 'a', generation: '9' },
              { name: 'a', generation: '10' },
            ],
          }),
        );
      return void response.end(`object ${target}`);
    }
    if (target.startsWith('/api/v3/repos/'))
      return void (target.includes('gone')
        ? response.writeHead(404).end('{"message":"Not Found"}')
        : response.end(`file ${target}`));
    if (target === '/private/away')
      return void response.writeHead(302, { location: `http://127.0.0.1:${other.port}/` }).end();
    if (target === '/private/inside')
      return void response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    if (target === '/private/large') return void response.writeHead(200).end('x'.repeat(MAX_BYTES + 1));
    if (target === '/private/told')
      return void response.writeHead(200, { 'content-length': MAX_BYTES + 1 }).end('x'.repeat(MAX_BYTES + 1));
    if (target === '/private/broken') return void response.writeHead(500).end('out of order');
    response.end(`page ${target}`);
  });
  folder = await mkdtemp(join(tmpdir(), 'gennaker-artifacts-'));
  await writeFile(
    join(folder, 'gcs.json'),
    JSON.stringify({ type: 'service_account', client_email: 'reader@p.iam', private_key: key.privateKey }),
  );
  const secrets: Record<string, string> = { S3_SECRET: SECRET, TOKEN: 'a-token\n', PASSWORD: 'pässword' };
  accounts = openArtifactAccounts(
    [
      { name: 'plain', type: 'http' },
      {
        name: 'private',
        type: 'http',
        url: at('/private'),
        username: 'ann',
        password: { type: 'environment', variable: 'PASSWORD' },
      },
      { name: 'lost', type: 'http', url: at('/private'), token: { type: 'environment', variable: 'NONE' } },
      { name: 'hub', type: 'github', url: at('/api/v3'), token: { type: 'environment', variable: 'TOKEN' } },
      {
        name: 'store',
        type: 's3',
        endpoint: at('/s3'),
        region: 'eu-central-1',
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: { type: 'environment', variable: 'S3_SECRET' },
        bucket: 'builds',
      },
      {
        name: 'google',
        type: 'gcs',
        endpoint: at(''),
        credentials: { type: 'file', path: 'gcs.json' },
        bucket: 'builds',
      },
    ],
    {
      secrets: { folder, variable: (name) => secrets[name] },
      open: createGuardedOpen([`127.0.0.1/32:${main.port}`, `127.0.0.1/32:${other.port}`]),
      now: () => Date.UTC(2026, 10, 29),
      maxBytes: MAX_BYTES,
    },
  );
});
afterAll(async () => {
  main.close();
  other.close();
  await rm(folder, { recursive: true, force: true });
});

it('the signatures of S3 are checked as Amazon documents them', () => {
  const headers = {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'x-amz-date': '20130524T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=',
  };
  expect(awsSignature({ method: 'GET', target: '/test.txt', headers }, SECRET)).toBe(
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
});

describe('an artifact is fetched', () => {
  it('from S3, with a signature over keys of any letters', async () => {
    expect(await textOf({ type: 's3/object', reference: "s3://builds/a b/ü+(1)'.yml" })).toBe(
      'object /s3/builds/a%20b/%C3%BC%2B%281%29%27.yml',
    );
    expect(await textOf({ type: 's3/object', reference: 's3://builds/c', version: 'v/1=' })).toContain(
      'versionId=v%2F1%3D',
    );
    expect(await accounts.names('store', undefined)).toEqual(['s3://builds/a&b.yml', 's3://builds/c']);
    expect(await accounts.versions('store', 's3/object', 's3://builds/c')).toEqual(['v2', 'v1']);
  });

  it('from Google Cloud Storage, with a token that the key signed', async () => {
    expect(await textOf({ type: 'gcs/object', reference: 'gs://builds/a/b c.yml#12' })).toBe(
      'object /storage/v1/b/builds/o/a%2Fb%20c.yml?alt=media&generation=12',
    );
    expect(await accounts.names('google', 'gcs/object')).toEqual(['gs://builds/a', 'gs://builds/a']);
    expect(await accounts.versions('google', undefined, 'gs://builds/a')).toEqual(['10', '9']);
  });

  it('from GitHub, at the branch, tag or commit of its version', async () => {
    const reference = at('/api/v3/repos/acme/shop/contents/deploy/app.yml');
    expect(await textOf({ type: 'github/file', reference, version: 'feature/x' })).toBe(
      'file /api/v3/repos/acme/shop/contents/deploy/app.yml?ref=feature%2Fx',
    );
    expect(last()?.headers).toMatchObject({
      authorization: 'Bearer a-token',
      accept: 'application/vnd.github.raw+json',
    });
    expect(await textOf({ type: 'github/file', reference })).not.toContain('ref=');
  });

  it('from an address, with the credentials of its account below the address of that alone', async () => {
    expect(await textOf({ type: 'http/file', reference: at('/x'), artifactAccount: 'plain' })).toBe('page /x');
    expect(last()?.headers).not.toHaveProperty('authorization');
    expect(await textOf({ type: 'http/file', reference: at('/private/x'), artifactAccount: 'private' })).toBe(
      'page /private/x',
    );
    expect(last()?.headers['authorization']).toBe(`Basic ${Buffer.from('ann:pässword').toString('base64')}`);
  });

  it('without its credentials where a redirect leads elsewhere', async () => {
    expect(await textOf({ type: 'http/file', reference: at('/private/away'), artifactAccount: 'private' })).toBe(
      'elsewhere',
    );
    expect(other.seen.at(-1)?.headers).not.toHaveProperty('authorization');
  });

  it('from itself where it is embedded', async () => {
    expect(await textOf({ type: 'embedded/base64', reference: Buffer.from('grün').toString('base64url') })).toBe(
      'grün',
    );
  });
});

describe('nothing is fetched', () => {
  it.each<[string, () => Artifact, object]>([
    ['of an unknown type', () => ({ type: 'foo/bar' }), { status: 400, details: { field: 'type' } }],
    [
      'of what is a reference alone',
      () => ({ type: 'docker/image', reference: 'a:1' }),
      { status: 400, details: { field: 'type' } },
    ],
    [
      'with an account of another kind',
      () => ({ type: 's3/object', reference: 's3://builds/c', artifactAccount: 'hub' }),
      { status: 400, details: { field: 'artifactAccount', fix: 'use one of store' } },
    ],
    [
      'with an unknown account',
      () => ({ type: 's3/object', reference: 's3://builds/c', artifactAccount: 'x' }),
      { status: 404 },
    ],
    [
      'where several accounts could',
      () => ({ type: 'http/file', reference: at('/x') }),
      { status: 400, message: expect.stringContaining('Which account') },
    ],
    [
      'with credentials that are not there',
      () => ({ type: 'http/file', reference: at('/private/x'), artifactAccount: 'lost' }),
      { status: 502, message: expect.stringContaining('NONE') },
    ],
    [
      'with credentials elsewhere than they belong',
      () => ({ type: 'http/file', reference: at('/privates'), artifactAccount: 'private' }),
      { status: 400, details: { field: 'reference' } },
    ],
    [
      'from within, by way of a redirect',
      () => ({ type: 'http/file', reference: at('/private/inside'), artifactAccount: 'private' }),
      { status: 403, message: expect.stringContaining('link') },
    ],
    [
      'that is not at GitHub',
      () => ({ type: 'github/file', reference: 'https://example.com/repos/a/b/contents/c' }),
      { status: 400, details: { field: 'reference' } },
    ],
    [
      'that GitHub does not have',
      () => ({ type: 'github/file', reference: at('/api/v3/repos/a/b/contents/gone') }),
      { status: 404 },
    ],
    [
      'that is no object',
      () => ({ type: 'gcs/object', reference: 'builds/a' }),
      { status: 400, details: { field: 'reference' } },
    ],
    [
      'that its source fails to give',
      () => ({ type: 'http/file', reference: at('/private/broken'), artifactAccount: 'private' }),
      { status: 502, message: expect.stringContaining('500: out of order') },
    ],
    [
      'that says it is too large',
      () => ({ type: 'http/file', reference: at('/private/told'), artifactAccount: 'private' }),
      { status: 413 },
    ],
    [
      'that is too large',
      () => ({ type: 'http/file', reference: at('/private/large'), artifactAccount: 'private' }),
      { status: 413 },
    ],
    ['that is no base64', () => ({ type: 'embedded/base64', reference: '%' }), { status: 400 }],
    ['without a reference', () => ({ type: 'gcs/object' }), { status: 400, details: { field: 'reference' } }],
  ])('%s', async (_what, artifact, wanted) => {
    await expect(refusal(artifact())).rejects.toMatchObject(wanted);
  });
});

describe('an account', () => {
  const open = (account: { name: string; type: string }) => () =>
    openArtifactAccounts([account], {
      secrets: { folder, variable: () => undefined },
      open: createGuardedOpen([]),
      now: () => 0,
      maxBytes: 1,
    });

  it('is shown by its name and what is fetched with it, never its credentials', () => {
    expect(accounts.all).toContainEqual({ name: 'store', types: ['s3/object'], kind: 's3' });
    expect(accounts.all).toContainEqual({
      name: 'embedded-artifact',
      types: ['embedded/base64', 'embedded/map/base64'],
      kind: 'embedded',
    });
    expect(JSON.stringify(accounts.all)).not.toMatch(/SECRET|AKID|ann/);
  });

  it.each<[{ name: string; type: string; [key: string]: unknown }, string]>([
    [{ name: 'a', type: 'ftp' }, 'none of gcs, github, http, s3'],
    [{ name: 'a', type: 'docker' }, 'none of'],
    [{ name: 'a', type: 'http', token: { type: 'environment', variable: 'X' } }, 'where the credentials may be sent'],
    [{ name: 'a', type: 's3', accessKeyId: 'x' }, 'go together'],
    [{ name: 'a', type: 'github', token: 'ghp_secret' }, 'is not valid'],
  ])('that is wrong is refused when it is opened: %j', (account, words) => {
    expect(open(account)).toThrow(words);
    expect(open(account)).not.toThrow('ghp_secret');
  });
});
