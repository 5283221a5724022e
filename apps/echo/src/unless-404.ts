import { ServiceError } from '@gennaker/contracts/error';

/** What a call answers; undefined where there is no such thing. */
export async function unless404<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return undefined;
    throw error;
  }
}
