import { attachmentPath, MEDIA_TYPES } from '../../notices/attachments/attachment.ts';
import type { Kind } from '../edition/sheet.ts';

/** `/notices/{id}/attachments/{file}`: diagrams and papers as they were sent in, cleaned. Read when somebody asks for one. */
export const attachments: Kind = {
  routes: ['/notices/:id/attachments/:file'],
  *sheets({ content, file }) {
    for (const [, of] of content.attachments) {
      for (const attachment of of) {
        let bytes: Buffer | undefined;
        yield {
          path: attachmentPath(attachment),
          type: MEDIA_TYPES[attachment.extension],
          seal: attachment.sha256,
          use: 'file',
          // A paper may hold what a browser's own reader would run: it is saved and opened elsewhere.
          ...(attachment.extension === 'pdf' ? { headers: { 'content-disposition': 'attachment' } } : {}),
          late: true,
          aside: true,
          tool: {
            fetch: async () => {
              bytes = await file(attachment.id);
            },
          },
          print() {
            if (!bytes) throw new Error('its bytes have not been read');
            const read = bytes;
            bytes = undefined;
            return read;
          },
        };
      }
    }
  },
};
