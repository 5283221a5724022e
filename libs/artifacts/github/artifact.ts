import { badRequest } from '@gennaker/contracts/error';
import { defineArtifact } from '@gennaker/extension-sdk/artifact';
import { contentOf, referenceOf } from '@gennaker/extension-sdk/artifact-content';
import { githubArtifactAccountSchema } from './schema.ts';

const RAW = 'https://raw.githubusercontent.com';
const CONTENTS = /^\/repos\/([^/]+)\/([^/]+)\/contents\/(.+)$/;
const RAW_PATH = /^\/([^/]+)\/([^/]+)\/(?:refs\/(?:heads|tags)\/)?([^/]+)\/(.+)$/;

/** The address of a file's content at the API, and what it is called. @throws ServiceError 400 */
function fileOf(reference: string, version: string | undefined, base: URL): { url: string; what: string } {
  const form = `${base.href.replace(/\/$/, '')}/repos/OWNER/REPOSITORY/contents/PATH`;
  if (!URL.canParse(reference))
    throw badRequest(`"${reference}" is no address of a file at GitHub`, { field: 'reference', fix: `give ${form}` });
  const address = new URL(reference);
  const root = base.pathname.replace(/\/$/, '');
  const below = address.origin === base.origin && address.pathname.startsWith(root);
  const contents = below ? CONTENTS.exec(address.pathname.slice(root.length)) : null;
  const raw = address.origin === RAW && base.hostname === 'api.github.com' ? RAW_PATH.exec(address.pathname) : null;
  const [owner, repository, path] = contents ? contents.slice(1) : raw ? [raw[1], raw[2], raw[4]] : [];
  if (owner === undefined || repository === undefined || path === undefined)
    throw badRequest(`"${reference}" is no file at ${base.host}`, {
      field: 'reference',
      fix: `give ${form}, and the branch, tag or commit as version`,
    });
  const ref = version ?? address.searchParams.get('ref') ?? raw?.[3];
  const query = ref === undefined ? '' : `?ref=${encodeURIComponent(ref)}`;
  return {
    url: `${base.origin}${root}/repos/${owner}/${repository}/contents/${path}${query}`,
    what: `${decodeURIComponent(path)} of ${owner}/${repository}${ref === undefined ? '' : ` at ${ref}`}`,
  };
}

/** Files in GitHub's repositories: by the address of the API, or the raw one. */
export default defineArtifact({
  type: 'github',
  label: 'GitHub',
  description: 'A file in a repository at GitHub',
  artifactTypes: ['github/file'],
  schema: githubArtifactAccountSchema,
  examples: [
    { name: 'github', type: 'github' },
    { name: 'ours', type: 'github', token: { type: 'file', path: 'github-token' } },
  ],
  async fetch(artifact, account, { open, secret }) {
    const reference = referenceOf(artifact, 'the address of the file at the API');
    const { url, what } = fileOf(reference, artifact.version || undefined, new URL(account.url));
    const response = await open({
      url,
      method: 'GET',
      headers: {
        // GitHub refuses calls without.
        'user-agent': 'gennaker',
        accept: 'application/vnd.github.raw+json',
        'x-github-api-version': '2022-11-28',
        ...(account.token ? { authorization: `Bearer ${(await secret(account.token)).trim()}` } : {}),
      },
    });
    return contentOf(response, what);
  },
});
