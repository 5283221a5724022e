import { badRequest } from '@gennaker/contracts/error';

const NAME = 'payload';

/** Whether a content type says that the body is a form, as browsers send it. */
export function isForm(contentType: string | undefined): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(contentType ?? '');
}

/**
 * The text of the field `payload` of a form (application/x-www-form-urlencoded); other fields are left alone.
 * @throws ServiceError 400 where there is none or more than one, and for what is no UTF-8 when decoded
 */
export function formPayload(form: string): string {
  const found = form
    .split('&')
    .map((field) => field.split(/=(.*)/s, 2))
    .filter(([name]) => name === NAME);
  const [[, value = ''] = []] = found;
  if (found.length !== 1)
    throw badRequest(`The form has ${found.length === 0 ? 'no' : 'more than one'} field "${NAME}"`, {
      field: NAME,
      fix: `send content-type: application/json, or a form whose one field "${NAME}" holds the JSON`,
    });
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    // Replaced by signs that nobody sent, it would be kept changed.
    throw badRequest(`The field "${NAME}" of the form is no encoded UTF-8 text`, {
      field: NAME,
      fix: 'encode it as forms are: every byte of its UTF-8 that is no letter or digit as % with two hex digits',
    });
  }
}
