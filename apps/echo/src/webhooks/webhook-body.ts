import { badRequest, ServiceError } from '@gennaker/contracts/error';
import { refuseUnkeepable } from '@gennaker/contracts/keepable-json';
import { formPayload, isForm } from '@gennaker/service/form-payload';

/** A webhook's body: a JSON object, as it is or in the field `payload` of a form, or nothing. @throws ServiceError 400 */
export function webhookBody(bytes: Uint8Array, contentType?: string): Record<string, unknown> {
  if (bytes.length === 0) return {};
  let body: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    body = JSON.parse(isForm(contentType) ? formPayload(text) : text);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
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
