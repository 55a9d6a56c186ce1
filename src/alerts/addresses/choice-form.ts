import { z } from 'zod';
import { sentenceFor } from '../../http/forms.ts';
import { BANDS } from '../timing.ts';
import { SCOPES } from './address.ts';
import type { Choice } from './addresses.ts';

/** The form by which an address' mails are chosen: on its owner's page, and behind the link in each mail. */

/** A checkbox is not sent at all while it is empty. */
const ticked = z
  .literal('on')
  .optional()
  .transform((value) => value === 'on');

const fields = z.object({
  scope: z.enum(SCOPES),
  language: z.enum(['ja', 'en']),
  works: ticked,
  /** Sent by forms that have the parts of the day: only there does none of them mean none. */
  asksHours: z.literal('1').optional(),
  ...{ day: ticked, evening: ticked, night: ticked, hoursForAll: ticked, lateFinal: ticked },
});

const hasSomeHours = (form: z.output<typeof fields>) =>
  form.asksHours === undefined || form.day || form.evening || form.night;

const SOME_HOURS = {
  ...sentenceFor(
    '1つ以上の時間帯を選んでください。すべて止めるときは、停止のボタンを押してください。',
    'Choose at least one part of the day. To stop everything, press the button that stops the mails.',
  ),
  path: ['hours'],
};

export const choiceForm = fields.refine(hasSomeHours, SOME_HOURS).transform(choiceOf);

/** Which notice is meant, where mails about one are stopped or started again. */
export const oneNoticeForm = z.object({ notice: z.string().regex(/^[\w-]{1,64}$/) });

export const newAddressForm = fields
  .extend({ email: z.string().trim().min(1).max(1000) })
  .refine(hasSomeHours, SOME_HOURS)
  .transform((form) => ({ ...choiceOf(form), email: form.email }));

function choiceOf(form: z.output<typeof fields>): Choice {
  const { scope, language, works, hoursForAll, lateFinal } = form;
  if (form.asksHours === undefined) return { scope, language, works };
  const ticks = [form.day, form.evening, form.night];
  const hours = BANDS.reduce((bits, band, index) => bits | (ticks[index] ? band.bit : 0), 0);
  return { scope, language, works, hours, hoursForAll, lateFinal };
}

/** The parts of the day as ticks of the form. */
export function partsOf(hours: number): { day: boolean; evening: boolean; night: boolean } {
  const [day, evening, night] = BANDS.map(({ bit }) => (hours & bit) !== 0);
  return { day: day ?? false, evening: evening ?? false, night: night ?? false };
}
