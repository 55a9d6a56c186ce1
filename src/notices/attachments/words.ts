import type { Message } from '../../errors.ts';
import type { AttachmentKind } from './attachment.ts';

export const ATTACHMENT_KIND_WORDS: Record<AttachmentKind, Message> = {
  outline_diagram: { ja: '故障概要図', en: 'Diagram of the fault' },
  configuration_diagram: { ja: '機器構成図', en: 'Diagram of the equipment' },
  photo: { ja: '写真', en: 'Photograph' },
  document: { ja: '資料', en: 'Document' },
};
