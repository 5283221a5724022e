import { badRequest, ServiceError } from '@gennaker/contracts/error';
import { refuseUnkeepable } from '@gennaker/contracts/keepable-json';
import type { Route } from '@gennaker/contracts/route';
import { formPayload, isForm } from './form-payload.ts';

/**
 * The body of a call as its route wants it: JSON as a value, also out of a form where the route takes one; the bytes alone
 * of a route with `rawBody`, after the same checks. No body at all is `{}`.
 * @throws ServiceError 415 for another content type, 400 for what is no UTF-8 or no JSON or could not be kept as sent
 */
export function readBody(route: Route, bytes: Uint8Array, contentType: string | undefined): unknown {
  if (bytes.length === 0) return {};
  const isJson = /^application\/([\w.+-]+\+)?json\b/i.test(contentType ?? '');
  const isText = route.alsoTakes === 'text' && /^text\/plain\b/i.test(contentType ?? '');
  const isPayload = route.alsoTakes === 'form' && isForm(contentType);
  if (!isJson && !isText && !isPayload) throw notJson(contentType);
  const text = isPayload ? formPayload(utf8(bytes)) : utf8(bytes);
  if (isText) {
    refuseUnkeepable('body', text);
    return text;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // Who reads the bytes says more exactly what is wrong with them.
    if (route.rawBody) return undefined;
    throw badRequest(`The body is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      field: 'body',
      fix: 'correct the syntax at that place',
    });
  }
  refuseUnkeepable('body', value);
  return value;
}

/** 415: the body is of another content type than JSON. */
export function notJson(contentType: string | undefined): ServiceError {
  return new ServiceError(415, `The body must be JSON, not ${contentType || 'of no type'}`, {
    field: 'content-type',
    fix: 'send content-type: application/json',
  });
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Replaced by signs that nobody sent, it would be kept changed.
    throw badRequest('The body is not UTF-8 text', { field: 'body', fix: 'send it as UTF-8' });
  }
}
