import type { Artifact } from '@gennaker/contracts/artifacts';
import { badRequest, notFound, ServiceError } from '@gennaker/contracts/error';
import type { OpenedResponse } from './ports.ts';

/** The most that is read of what a source says about a failure, bytes. */
const MOST_WORDS = 2_000;

/** The reference of an artifact. @throws ServiceError 400 that says what it should be */
export function referenceOf(artifact: Artifact, form: string): string {
  const { reference } = artifact;
  if (typeof reference === 'string' && reference !== '') return reference;
  throw badRequest('The artifact has no reference', { field: 'reference', fix: `give ${form}` });
}

/** The body of a source's success. @throws ServiceError that says what it answered instead, and what to do */
export async function contentOf(response: OpenedResponse, what: string): Promise<ReadableStream<Uint8Array>> {
  const { status, body } = response;
  if (status >= 200 && status <= 299) return body;
  if (status === 404) {
    await body.cancel();
    throw notFound(`${what} is not there, or is hidden from this account`, {
      field: 'reference',
      fix: 'check the reference and the version, and that the account may read it',
    });
  }
  const words = await beginning(body);
  const refused = status === 401 || status === 403;
  throw new ServiceError(
    refused ? 403 : 502,
    `${what}: its source answered ${status}${words === '' ? '' : `: ${words}`}`,
    {
      ...(refused ? { field: 'artifactAccount', fix: 'check what the account may read, and its credentials' } : {}),
      sourceStatus: status,
    },
  );
}

/** The first words of a body; the rest is not read. */
async function beginning(body: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of body) {
    text += decoder.decode(piece, { stream: true });
    if (text.length >= MOST_WORDS) break;
  }
  return text.slice(0, MOST_WORDS).replace(/\s+/g, ' ').trim();
}
