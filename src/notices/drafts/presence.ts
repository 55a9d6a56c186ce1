import type { Database, Reader } from '../../db/open.ts';
import { type Clock, HOUR, type Instant, SECOND } from '../../time.ts';
import { draftingStore } from './drafting-store.ts';

/** A page that is open says so every 20 seconds; after three that were missed nobody is there. */
const HERE = 70 * SECOND;

/** Somebody else who has the same draft open. */
export interface OtherWriter {
  name: string;
  since: Instant;
}

/** Who else has this draft open now. */
export async function otherWriters(
  ground: { db: { kysely: Reader }; clock: Clock },
  noticeId: string,
  staffId: string,
): Promise<OtherWriter[]> {
  const rows = await draftingStore.readers(ground.db.kysely, noticeId, ground.clock.now() - HERE);
  return rows.filter((row) => row.staff_id !== staffId).map((row) => ({ name: row.name, since: row.since }));
}

/** Notes that somebody has the draft open. @returns who else has. */
export async function noteWriter(
  ground: { db: Database; clock: Clock },
  noticeId: string,
  who: { id: string; name: string },
): Promise<OtherWriter[]> {
  const now = ground.clock.now();
  const row = { notice_id: noticeId, staff_id: who.id, name: who.name, since: now, seen_at: now };
  await draftingStore.touch(ground.db.kysely, row, now - HERE);
  return otherWriters(ground, noticeId, who.id);
}

/** Housekeeping. */
export async function forgetWriters(db: Reader, now: Instant): Promise<void> {
  await draftingStore.forgetReaders(db, now - HOUR);
}
