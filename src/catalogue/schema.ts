import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { line, sentenceFor } from '../http/forms.ts';

const key = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/)
  .describe('Letters, digits, _ . -');
const name = z.strictObject({ ja: line(120), en: line(120).optional() });
const domain = z
  .string()
  .transform((text) => domainToASCII(text.trim().toLowerCase()))
  .refine(
    (text) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(text),
    sentenceFor('メールのドメインが正しくありません。', 'This is not a mail domain.'),
  );

/** `PUT /api/v1/catalogue` and `shirase import catalogue`. */
export const catalogueInput = z.strictObject({
  services: z
    .array(
      z.strictObject({
        key,
        name,
        group: line(80).optional(),
        partOf: key.optional(),
        dependsOn: z.array(key).max(200).optional(),
      }),
    )
    .min(1)
    .max(2000),
  facilities: z
    .array(z.strictObject({ code: key, name, service: key, mailDomains: z.array(domain).max(200).optional() }))
    .max(20_000),
  desks: z
    .array(
      z.strictObject({
        key,
        name,
        phone: line(40).optional(),
        url: z.url({ protocol: /^https?$/ }).optional(),
        hours: name.optional(),
      }),
    )
    .max(20)
    .optional(),
});
