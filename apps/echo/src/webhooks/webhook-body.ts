import { badRequest } from '@gennaker/contracts/error';
import { refuseUnkeepable } from '@gennaker/contracts/keepable-json';

/** A webhook's body: a JSON object, or nothing. @throws ServiceError 400 */
export function webhookBody(bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length === 0) return {};
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw badRequest(`The webhook's body is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      field: 'body',
      fix: 'send a JSON object',
    });
  }
  if (!isObject(body))
    throw badRequest("The webhook's body is no JSON object", { field: 'body', fix: 'wrap it: {"payload": ...}' });
  refuseUnkeepable('body', body);
  return body;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
