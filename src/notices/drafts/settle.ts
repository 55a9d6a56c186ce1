import type { Tx } from '../../db/open.ts';
import { Conflict, type Message } from '../../errors.ts';
import type { Instant } from '../../time.ts';
import type { NoticeGround } from '../ground.ts';
import type { Poster } from '../poster.ts';
import { noticeStore } from '../store.ts';
import { draftingStore } from './drafting-store.ts';
import { failSchedule } from './fail-schedule.ts';

/** Which text is published, where it was kept as a draft. */
export interface Kept {
  /** The version of the draft that the writer had before him; 0 where he had none. */
  version: number;
  /** It is published because its time has come. */
  scheduledFor?: Instant;
}

/**
 * Takes the decision to publish out of the database: of two nodes whose clocks ring at once, one has it. The notice is locked.
 * @throws Conflict where it was carried out or taken back meanwhile.
 */
export async function takeSchedule(tx: Tx, noticeId: string, { version, scheduledFor = 0 }: Kept): Promise<void> {
  if (await draftingStore.takeSchedule(tx, noticeId, scheduledFor, version)) return;
  throw new Conflict({ ja: 'この予定はもうありません。', en: 'This is not planned any more.' });
}

/**
 * A report is out: nothing waits for its draft any more. A text that somebody else is writing, or another than what is out, stays as
 * a draft. Where it was to be published later, that was decided on without knowing of this report: it is not, and staff are told.
 */
export async function settleDraft(
  ground: NoticeGround,
  tx: Tx,
  { poster, noticeId, number, kept }: { poster: Poster; noticeId: string; number: number; kept: Kept | undefined },
): Promise<void> {
  const waiting = await draftingStore.schedule(tx, noticeId);
  const draft = await noticeStore.draft(tx, noticeId);
  if (draft && draft.version !== kept?.version && (waiting || draft.savedById !== poster.id)) {
    if (waiting?.failed_at === null) await failSchedule(ground, tx, waiting, overtakenBy(number));
    return;
  }
  await noticeStore.removeDraft(tx, noticeId, kept?.scheduledFor === undefined ? undefined : kept.version);
  await draftingStore.forget(tx, noticeId);
}

function overtakenBy(number: number): Message {
  return {
    ja: `予定の時刻より前に第${number}報が公開されたため、公開していません。内容を確認し、必要なら書き直して公開してください。`,
    en: `Report ${number} was published before its time came. Read it, change this text where needed, then publish.`,
  };
}
