import type { Reader, Tx } from '../db/open.ts';
import type { Instant } from '../time.ts';
import type { Attachment } from './attachments/attachment.ts';
import { attachmentStore } from './attachments/attachment-store.ts';
import { measureStore } from './measures/measure-store.ts';
import type { Progress } from './measures/progress.ts';
import type { Notice } from './notice.ts';
import type { Report } from './report.ts';
import { noticeStore, type Posting } from './store.ts';

/** What other rooms may read of this one. The store itself stays private. */

export type { Posting } from './store.ts';

/** All published notices, newest first, each with its impacts and the newest revision of each report. */
export function loadPublished(db: Reader): Promise<Notice[]> {
  return noticeStore.published(db);
}

/** Published faults that occurred within the span, its end excluded, newest first. */
export function loadFaults(db: Reader, span: { from: Instant; to: Instant }): Promise<Notice[]> {
  return noticeStore.faults(db, span);
}

/** When each published fault occurred, in no order: enough to know which years there are. */
export function faultTimes(db: Reader): Promise<Instant[]> {
  return noticeStore.faultTimes(db);
}

/** Which notices are published and at which version each is, newest first: enough to see what must be read again. */
export function publishedVersions(db: Reader): Promise<{ id: string; version: number }[]> {
  return noticeStore.publishedVersions(db);
}

/** Some notices by their ids, in no order. */
export function loadNotices(db: Reader, ids: string[]): Promise<Notice[]> {
  return noticeStore.byIds(db, ids);
}

export function findNotice(db: Reader, id: string): Promise<Notice | undefined> {
  return noticeStore.find(db, id);
}

/** Every revision of every report of a notice, oldest first. */
export function loadRevisions(db: Reader, noticeId: string): Promise<Report[]> {
  return noticeStore.revisions(db, noticeId);
}

/** When which report appeared where, by notice; all notices where no ids are given. */
export function loadPostings(db: Reader, noticeIds?: string[]): Promise<Map<string, Posting[]>> {
  return noticeStore.postings(db, noticeIds);
}

/** The number of the newest edition: one indexed row, asked once a second on every node. */
export function editionNumber(db: Reader): Promise<number> {
  return noticeStore.edition(db);
}

/** When anything was last published, or the catalogue changed. */
export function editionChangedAt(db: Reader): Promise<Instant> {
  return noticeStore.editionChangedAt(db);
}

/** What the public reads has changed (a new name in the catalogue, say): every node renders again. */
export async function changeEdition(tx: Tx, now: Instant): Promise<void> {
  await noticeStore.nextEdition(tx, now);
}

/** Files on these notices, those that only staff may see too, by notice. */
export function loadAttachments(db: Reader, noticeIds: string[]): Promise<Map<string, Attachment[]>> {
  return attachmentStore.ofNotices(db, noticeIds);
}

/** What a file is made of. */
export function loadAttachmentBytes(db: Reader, id: string): Promise<Buffer | undefined> {
  return attachmentStore.bytes(db, id);
}

/** What became of the measures of these notices after their reports, by notice, oldest first. */
export function loadMeasureProgress(db: Reader, noticeIds: string[]): Promise<Map<string, Progress[]>> {
  return measureStore.ofNotices(db, noticeIds);
}
