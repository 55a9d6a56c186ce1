import type { Instant } from '../../time.ts';
import type { Text } from '../notice.ts';

/** 故障概要図, 機器構成図, 写真, 資料 */
export const ATTACHMENT_KINDS = ['outline_diagram', 'configuration_diagram', 'photo', 'document'] as const;
export type AttachmentKind = (typeof ATTACHMENT_KINDS)[number];

export const EXTENSIONS = ['png', 'jpg', 'svg', 'pdf'] as const;
export type Extension = (typeof EXTENSIONS)[number];

export const MEDIA_TYPES: Record<Extension, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  svg: 'image/svg+xml',
  pdf: 'application/pdf',
};

/** Bytes of one file, files of one notice, pixels of a side: a diagram fits, and a notice stays readable on a telephone. */
export const ATTACHMENT_LIMITS = { bytes: 5 * 1024 * 1024, perNotice: 20, side: 8192, alternative: 1000 } as const;

/** A file on a notice. Its bytes are never changed; a better one is a new version that stands in its place. */
export interface Attachment {
  id: string;
  noticeId: string;
  kind: AttachmentKind;
  extension: Extension;
  /** What it shows, for who cannot see it. */
  alternative: Text;
  /** Of the stored bytes. */
  size: number;
  sha256: string;
  /** Pixels or units; null where it is no picture. */
  width: number | null;
  height: number | null;
  /** The first version of the same thing; its own id where it is the first. */
  seriesId: string;
  /** 1, 2, … within its series. */
  version: number;
  /** Staff alone see it: for the accident report and not for everybody. */
  internal: boolean;
  addedAt: Instant;
  addedBy: string;
  /** null: waits for a publisher. */
  publishedAt: Instant | null;
  /** Taken off the page, with who and why in the audit trail. */
  removedAt: Instant | null;
}

/** The newest version of each thing that readers may see, in the order in which the things came. */
export function shownAttachments(attachments: readonly Attachment[]): Attachment[] {
  const shown = new Map<string, Attachment>();
  for (const one of attachments.filter(isPublic)) {
    const other = shown.get(one.seriesId);
    if (!other || other.version < one.version) shown.set(one.seriesId, one);
  }
  return [...shown.values()];
}

/** Earlier versions stay readable, as earlier texts do. */
export function earlierVersions(attachments: readonly Attachment[], of: Attachment): Attachment[] {
  return attachments
    .filter((one) => isPublic(one) && one.seriesId === of.seriesId && one.version < of.version)
    .sort((a, b) => b.version - a.version);
}

export function isPublic(attachment: Attachment): boolean {
  return attachment.publishedAt !== null && attachment.removedAt === null && !attachment.internal;
}

/** `/notices/20140306-1/attachments/0123456789abcdef.png` */
export function attachmentPath(attachment: Pick<Attachment, 'id' | 'noticeId' | 'extension'>): string {
  return `/notices/${attachment.noticeId}/attachments/${attachment.id}.${attachment.extension}`;
}
