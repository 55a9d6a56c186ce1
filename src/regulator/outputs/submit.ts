import { createHash } from 'node:crypto';
import type { Reader } from '../../db/open.ts';
import type { SubmissionsTable } from '../../db/tables/regulator.ts';
import { Conflict } from '../../errors.ts';
import { type Actor, record } from '../../staff/audit.ts';
import type { RegulatorGround } from '../ground.ts';
import { submissionStore } from './submission-store.ts';

export type SubmissionKind = SubmissionsTable['kind'];

/** What was handed in, as it was. */
export interface Submission {
  subject: string;
  kind: SubmissionKind;
  number: number;
  content: unknown;
  /** SHA-256 of the stored text, in hex. */
  digest: string;
  note: string | null;
  at: number;
  by: string;
}

/**
 * Freezes what is handed in under the next number of its kind; it is never changed after.
 * @throws Conflict where somebody else hands in the same at the same moment.
 */
export async function submit(
  ground: RegulatorGround,
  actor: Actor,
  wanted: { subject: string; kind: SubmissionKind; content: unknown; note: string | null },
): Promise<number> {
  const content = JSON.stringify(wanted.content);
  const digest = createHash('sha256').update(content).digest('hex');
  const now = ground.clock.now();
  const { subject, kind, note } = wanted;
  return ground.db.transaction(async (tx) => {
    const before = (await submissionStore.of(tx, subject)).filter((row) => row.kind === kind);
    const number = before.length + 1;
    const row = { subject, kind, number, content, digest, note, submitted_at: now, submitted_by: actor.name };
    if (!(await submissionStore.add(tx, row))) {
      throw new Conflict({
        ja: 'ほかの担当者が同時に提出しました。',
        en: 'Somebody else handed it in at the same moment.',
      });
    }
    await record(tx, now, actor, 'report:submit', kind === 'periodic' ? 'period' : 'notice', subject, undefined, {
      kind,
      number,
      digest,
    });
    return number;
  });
}

/** Oldest first; of one kind where it is given. */
export async function submissionsOf(db: Reader, subject: string, kind?: SubmissionKind): Promise<Submission[]> {
  const rows = await submissionStore.of(db, subject);
  return rows
    .filter((row) => kind === undefined || row.kind === kind)
    .map((row) => ({
      subject: row.subject,
      kind: row.kind,
      number: row.number,
      content: JSON.parse(row.content) as unknown,
      digest: row.digest,
      note: row.note,
      at: row.submitted_at,
      by: row.submitted_by,
    }));
}
