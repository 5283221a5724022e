import { notificationSchema } from '@gennaker/contracts/notification-settings';
import { z } from 'zod';

const ADDRESS = /^[^\s@,;<>"]+@[^\s@,;<>"]+$/;

/** Addresses of a field, which are separated by commas. */
export function addressesOf(text: string): string[] {
  return text
    .split(/[,;]/)
    .map((address) => address.trim())
    .filter((address) => address !== '');
}

/** Addresses, or an expression that becomes some. */
const addressesSchema = z
  .string()
  .refine(
    (text) =>
      text.includes('${') || (addressesOf(text).length > 0 && addressesOf(text).every((one) => ADDRESS.test(one))),
    'must be addresses such as team@example.com, separated by commas',
  );

const lineSchema = z.string().regex(/^[^\r\n]*$/, 'must be one line');

/** A mail to one or several addresses. */
export const emailNotificationSchema = notificationSchema.extend({
  type: z.literal('email'),
  address: addressesSchema,
  cc: addressesSchema.or(z.literal('')).optional(),
  customSubject: lineSchema.optional().describe('in place of the usual subject'),
  customBody: z.string().optional().describe('in place of the usual text'),
});
