import { ServiceError } from '@gennaker/contracts/error';
import type { Ports } from '@gennaker/extension-sdk/ports';
import { describe, expect, it } from 'vitest';
import { answerLookup } from './answer-lookup.ts';
import { lookupKey, type Lookup } from './lookups.ts';
import { resolved } from './resolve.fixture.ts';

const hash = 'a'.repeat(64);
const refused = async (status: number, message: string): Promise<never> => {
  throw new ServiceError(status, message);
};

/** The services as expressions meet them: what they have, what they do not, and one that is broken. */
const ports = {
  front50: {
    getPipelineByName: async ({ params: { application, name } }: { params: { application: string; name: string } }) => {
      if (name === 'broken') return refused(500, 'front50 is broken');
      return application === 'shop' && name === 'Deploy' ? { id: 'deploy-id' } : refused(404, 'There is none');
    },
    getApplication: async () => ({ name: 'SHOP', email: 'a@b.c' }),
    listCanaryConfigs: async ({ query }: { query: { application: string } }) =>
      query.application === 'shop' ? [{ id: 'canary-id', name: 'latency', applications: ['shop'] }] : [],
  },
  orca: {
    getStoredArtifact: async ({ params }: { params: { application: string; hash: string } }) =>
      params.application === 'shop' ? { reference: 'aGVsbG8=' } : refused(404, 'No execution holds it'),
  },
  http: async ({ url }: { url: string }) => {
    if (url.includes('large')) return { status: 200, body: 'x'.repeat(300_000) };
    return url.includes('gone') ? { status: 404, body: '' } : { status: 200, body: 'BODY' };
  },
} as unknown as Ports;

/** A text with what its expressions ask looked up, as of the application `shop`. */
async function looked(text: string) {
  const answers = new Map<string, Awaited<ReturnType<typeof answerLookup>>>();
  const lookUp = (lookup: Lookup) => answers.get(lookupKey(lookup));
  const { lookups } = resolved(text, {}, { lookUp });
  for (const { key, lookup } of lookups) answers.set(key, await answerLookup(ports, lookup, { application: 'shop' }));
  return resolved(text, {}, { lookUp });
}

describe('what is asked of the outside', () => {
  it.each<[string, string, unknown]>([
    ['a pipeline of the own application', "${#pipelineId('Deploy')}", 'deploy-id'],
    ['a pipeline or null', "${#pipelineIdOrNull('Deploy')}", 'deploy-id'],
    ['a pipeline that is not there, or null', "${#pipelineIdOrNull('None') == null}", true],
    ['a pipeline of an application', "${#pipelineIdInApplication('Deploy', 'shop')}", 'deploy-id'],
    ['a pipeline that another application does not have', "${#pipelineIdInApplication('Deploy', 'x') == null}", true],
    ["an application's attributes", "${#applicationMetadata('shop').email}", 'a@b.c'],
    ['a canary configuration', "${#canaryConfigNameToId('latency', 'shop')}", 'canary-id'],
    ['the text behind an address', "${#fromUrl('https://example.com/')}", 'BODY'],
    ['a stored artifact', `\${#fromBase64('ref://shop/${hash}')}`, 'hello'],
  ])('%s is answered', async (_what, text, expected) => {
    expect(await looked(text)).toMatchObject({ value: expected, problems: [] });
  });

  it.each([
    ['a pipeline that is not there', "${#pipelineId('None')}", 'no pipeline named "None"'],
    ['a pipeline, where front50 fails', "${#pipelineId('broken')}", 'front50 is broken'],
    ['a pipeline or null, where front50 fails', "${#pipelineIdOrNull('broken')}", 'front50 is broken'],
    ['a canary configuration without a name', "${#canaryConfigNameToId(null, 'shop')}", 'name of a canary'],
    ['a canary configuration without an application', "${#canaryConfigNameToId('latency', null)}", 'application of a'],
    ['a canary configuration of another application', "${#canaryConfigNameToId('latency', 'x')}", 'no canary'],
    ['an address that answers with an error', "${#fromUrl('https://example.com/gone')}", 'answered 404'],
    ['an address that answers too much', "${#fromUrl('https://example.com/large')}", 'at most 262144'],
    ['an artifact that the application does not hold', `\${#fetchReference('ref://x/${hash}')}`, 'No execution holds'],
    ['a reference that is none', "${#fetchReference('ref://shop/x')}", 'no reference'],
  ])('%s leaves the text, and says why', async (_what, text, why) => {
    expect(await looked(text)).toMatchObject({
      value: text,
      problems: [{ level: 'ERROR', description: expect.stringContaining(why) as string }],
    });
  });
});
