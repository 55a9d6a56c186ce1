import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Relay } from './relay.ts';

/** Writes each mail as an `.eml` file: what happens where no SMTP server is configured, and to recipients not on the allow-list. */
export function fileRelay(folder: string): Relay {
  return {
    async send(mail, beforeFinalDot) {
      const name = `${new Date(mail.datedAt).toISOString().replace(/[:.]/g, '-')}-${mail.id}.eml`;
      const unfinished = join(folder, `.${name}.part`);
      try {
        await mkdir(folder, { recursive: true });
        const file = await open(unfinished, 'w');
        try {
          await file.writeFile(mail.bytes);
          await file.sync();
        } finally {
          await file.close();
        }
      } catch (error) {
        return { kind: 'unreachable', reason: (error as Error).message };
      }
      try {
        await beforeFinalDot();
      } catch {
        await rm(unfinished, { force: true });
        return { kind: 'stopped' };
      }
      await rename(unfinished, join(folder, name));
      return { kind: 'sent', reply: `250 written to ${name}` };
    },
    close: async () => {},
  };
}
