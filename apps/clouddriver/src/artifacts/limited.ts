import { ServiceError } from '@gennaker/contracts/error';
import type { OpenedResponse } from '@gennaker/extension-sdk/ports';

/**
 * The body of an answer with at most so many bytes: more ends it with an error.
 * @throws ServiceError 413 at once where the answer says how long it is
 */
export async function limited(
  { headers, body }: Pick<OpenedResponse, 'headers' | 'body'>,
  maxBytes: number,
): Promise<ReadableStream<Uint8Array>> {
  const tooLarge = (): ServiceError =>
    new ServiceError(413, `The artifact has more than ${maxBytes} bytes`, {
      field: 'reference',
      fix: 'raise artifacts.maxBytes in gennaker.yml, or make the artifact smaller',
      maxBytes,
    });
  if (Number(headers['content-length'] ?? 0) > maxBytes) {
    await body.cancel();
    throw tooLarge();
  }
  let passed = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        passed += piece.byteLength;
        if (passed > maxBytes) controller.error(tooLarge());
        else controller.enqueue(piece);
      },
    }),
  );
}
