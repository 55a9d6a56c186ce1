import { z } from 'zod';
import { isoTime } from '../time.ts';
import type { Condition, Touching } from './affected.ts';

/** The JSON of a mailbox's state, as programs rely on it. */

const text = z.object({ ja: z.string(), en: z.string().optional() });

export const notice = z.object({
  id: z.string(),
  title: text,
  url: z.string(),
  since: z.string(),
  expectedRecoveryAt: z.string().nullable(),
});
const symptom = z.enum(['unavailable', 'degraded', 'delayed', 'login']);

export const mailStatus = z.object({
  checkedAt: z.string(),
  mailboxes: z.array(
    z.object({
      address: z.string(),
      facility: z.string(),
      state: z.enum(['fault', 'work', 'normal']),
      symptoms: z.array(symptom),
      notices: z.array(notice),
    }),
  ),
});

export const portalStatus = z.object({
  checkedAt: z.string(),
  mailboxes: z.array(
    z.object({
      address: z.string(),
      facility: z.string().nullable(),
      state: z.enum(['fault', 'work', 'normal', 'unknown']),
      symptoms: z.array(symptom),
      notices: z.array(notice),
    }),
  ),
});

/** How the site is called, and where its clocks stand. */
export interface Spelling {
  publicUrl: string;
  zone: string;
}

export function noticeJson(touching: Touching, { publicUrl, zone }: Spelling) {
  return {
    id: touching.id,
    title: touching.title,
    url: `${publicUrl}/notices/${touching.id}`,
    since: isoTime(touching.since, zone),
    expectedRecoveryAt: touching.expectedRecoveryAt === null ? null : isoTime(touching.expectedRecoveryAt, zone),
  };
}

/** What all mailboxes of a facility have in common. */
export function conditionJson(facility: string, { state, symptoms, notices }: Condition, spelling: Spelling) {
  return { facility, state, symptoms, notices: notices.map((one) => noticeJson(one, spelling)) };
}
