import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { FieldProblem } from '../../errors.ts';
import { Invalid } from '../../errors.ts';
import { line, sentenceFor } from '../../http/forms.ts';
import { moment } from '../../notices/input.ts';
import type { Measure } from '../../notices/report.ts';
import { type Actor, record } from '../../staff/audit.ts';
import type { RegulatorGround } from '../ground.ts';
import { complaintNames } from './classes.ts';
import { CHANNELS, DIRECTIONS } from './inquiry.ts';
import { inquiryStore } from './inquiry-store.ts';

const count = z.int().min(0).max(1_000_000_000);

export const inquiryInput = z.strictObject({
  asOf: moment,
  count,
  channel: z.enum(CHANNELS).default('all'),
  direction: z.enum(DIRECTIONS).default('in'),
  desk: line(80).nullish(),
  voices: z
    .record(
      z
        .string()
        .refine((id) => complaintNames().has(id), sentenceFor('この分類はありません。', 'There is no such class.')),
      count,
    )
    .default({}),
  note: line(500).nullish(),
});

/** Keeps a count of inquiries as it stood at a time. @throws Invalid where the time lies ahead. */
export async function recordInquiries(
  ground: RegulatorGround,
  actor: Actor,
  noticeId: string,
  input: z.output<typeof inquiryInput>,
): Promise<void> {
  const now = ground.clock.now();
  const problems: FieldProblem[] = [];
  if (input.asOf > now) problems.push({ field: 'asOf', ja: '時点が未来です。', en: 'This time is in the future.' });
  for (const [id, voices] of Object.entries(input.voices)) {
    if (voices <= input.count) continue;
    problems.push({
      field: `voices.${id}`,
      ja: '分類の件数は、全体の件数以下にしてください。',
      en: 'No class can have more than there were inquiries.',
    });
  }
  if (problems.length > 0) throw new Invalid(problems);
  const { asOf, channel, direction, voices } = input;
  await ground.db.transaction(async (tx) => {
    await inquiryStore.add(tx, {
      id: randomBytes(8).toString('hex'),
      notice_id: noticeId,
      as_of: asOf,
      count: input.count,
      channel,
      direction,
      desk: input.desk ?? '',
      voices: JSON.stringify(voices),
      note: input.note ?? null,
      recorded_at: now,
      recorded_by: actor.name,
    });
    await record(tx, now, actor, 'inquiry:record', 'notice', noticeId, undefined, input);
  });
}

/** A measure's name in the database: the digest of what it says. One that is worded anew is another one. */
export function measureKey(measure: Pick<Measure, 'text'>): string {
  return createHash('sha256').update(measure.text.ja).digest('hex').slice(0, 16);
}

/** Which complaints each measure answers; all of a notice at once. */
export async function answerComplaints(
  ground: RegulatorGround,
  actor: Actor,
  noticeId: string,
  answers: { measure: string; class: string }[],
): Promise<void> {
  const now = ground.clock.now();
  await ground.db.transaction(async (tx) => {
    const before = [...(await inquiryStore.answers(tx, noticeId))];
    await inquiryStore.setAnswers(tx, noticeId, answers);
    await record(tx, now, actor, 'measure:answer', 'notice', noticeId, before, answers);
  });
}
