import { evenly } from '../../db/asking.ts';
import type { Reader, Tx } from '../../db/open.ts';
import type { AttachmentsTable } from '../../db/tables/notices.ts';
import type { Instant } from '../../time.ts';
import type { Attachment } from './attachment.ts';

/** The only SQL of attachments. */
export const attachmentStore = {
  async add(tx: Tx, row: AttachmentsTable, bytes: Buffer): Promise<void> {
    await tx.insertInto('attachments').values(row).execute();
    await tx.insertInto('attachment_bytes').values({ attachment_id: row.id, bytes }).execute();
  },

  async find(db: Reader, noticeId: string, id: string): Promise<Attachment | undefined> {
    const row = await db
      .selectFrom('attachments')
      .selectAll()
      .where('id', '=', id)
      .where('notice_id', '=', noticeId)
      .executeTakeFirst();
    return row && attachmentOf(row);
  },

  /** Of these notices, by notice, the oldest first. */
  async ofNotices(db: Reader, noticeIds: string[]): Promise<Map<string, Attachment[]>> {
    const found = new Map<string, Attachment[]>();
    if (noticeIds.length === 0) return found;
    const rows = await db
      .selectFrom('attachments')
      .selectAll()
      .where('notice_id', 'in', evenly(noticeIds))
      .orderBy('added_at')
      .orderBy('id')
      .execute();
    for (const row of rows) found.set(row.notice_id, [...(found.get(row.notice_id) ?? []), attachmentOf(row)]);
    return found;
  },

  async bytes(db: Reader, id: string): Promise<Buffer | undefined> {
    const row = await db
      .selectFrom('attachment_bytes')
      .select('bytes')
      .where('attachment_id', '=', id)
      .executeTakeFirst();
    return row?.bytes;
  },

  /** @returns false where somebody was faster. */
  async publish(tx: Tx, id: string, now: Instant): Promise<boolean> {
    const rows = await tx
      .updateTable('attachments')
      .set({ published_at: now })
      .where('id', '=', id)
      .where('published_at', 'is', null)
      .where('removed_at', 'is', null)
      .returning('id')
      .execute();
    return rows.length === 1;
  },

  /** @returns false where somebody was faster. */
  async remove(tx: Tx, id: string, now: Instant): Promise<boolean> {
    const rows = await tx
      .updateTable('attachments')
      .set({ removed_at: now })
      .where('id', '=', id)
      .where('removed_at', 'is', null)
      .returning('id')
      .execute();
    return rows.length === 1;
  },
};

function attachmentOf(row: AttachmentsTable): Attachment {
  return {
    id: row.id,
    noticeId: row.notice_id,
    kind: row.kind,
    extension: row.extension,
    alternative:
      row.alternative_en === null ? { ja: row.alternative_ja } : { ja: row.alternative_ja, en: row.alternative_en },
    size: row.size,
    sha256: row.sha256,
    width: row.width,
    height: row.height,
    seriesId: row.series_id,
    version: row.version,
    internal: row.internal === 1,
    addedAt: row.added_at,
    addedBy: row.added_by,
    publishedAt: row.published_at,
    removedAt: row.removed_at,
  };
}
