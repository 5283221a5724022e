import { badRequest } from '@gennaker/contracts/error';
import { defineArtifact } from '@gennaker/extension-sdk/artifact';
import { contentOf, referenceOf } from '@gennaker/extension-sdk/artifact-content';
import { httpArtifactAccountSchema } from './schema.ts';

/** Is an address the other, or below it? */
function isBelow(address: URL, base: URL): boolean {
  const folder = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
  return address.origin === base.origin && (address.pathname === base.pathname || address.pathname.startsWith(folder));
}

/** Files at addresses. */
export default defineArtifact({
  type: 'http',
  label: 'HTTP',
  description: 'A file at an http or https address',
  artifactTypes: ['http/file'],
  schema: httpArtifactAccountSchema,
  examples: [
    { name: 'public', type: 'http' },
    {
      name: 'builds',
      type: 'http',
      url: 'https://builds.example.com/',
      username: 'reader',
      password: { type: 'environment', variable: 'BUILDS_PASSWORD' },
    },
  ],
  async fetch(artifact, account, { open, secret }) {
    const reference = referenceOf(artifact, 'the address of the file');
    if (!URL.canParse(reference))
      throw badRequest(`"${reference}" is no address`, { field: 'reference', fix: 'give an http or https address' });
    const address = new URL(reference);
    if (account.url !== undefined && !isBelow(address, new URL(account.url)))
      throw badRequest(`The account ${account.name} serves what begins with ${account.url} alone`, {
        field: 'reference',
        fix: 'use another account, or correct the reference',
      });
    const { username, password, token } = account;
    const authorization = token
      ? `Bearer ${(await secret(token)).trim()}`
      : username && password
        ? `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${username}:${(await secret(password)).trim()}`)))}`
        : undefined;
    const response = await open({
      url: address.href,
      method: 'GET',
      headers: authorization === undefined ? {} : { authorization },
    });
    return contentOf(response, `${address.origin}${address.pathname}`);
  },
});
