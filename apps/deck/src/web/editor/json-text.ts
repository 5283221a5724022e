import { ServiceError } from '@gennaker/contracts/error';

/**
 * What a JSON text under edit says.
 * @throws ServiceError 400 that says where the text is wrong.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ServiceError(400, error instanceof Error ? error.message : String(error), {
      fix: 'The place is marked in the text.',
    });
  }
}
