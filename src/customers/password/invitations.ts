import type { Database } from '../../db/open.ts';
import { importStore } from '../import/import-store.ts';
import type { MailGround } from './contacts.ts';
import { sendLink } from './request.ts';

/** So many at a time: an import of a million must not fill the outbox before the first has gone. */
const AT_A_TIME = 50;

/** Tells customers who came without a password how to choose one. Safe on several nodes at once. */
export async function sendInvitations(ground: MailGround & { db: Database }): Promise<void> {
  for (const customerId of await importStore.dueInvitations(ground.db.kysely, AT_A_TIME)) {
    await ground.db.transaction(async (tx) => {
      if (!(await importStore.takeInvitation(tx, customerId, ground.clock.now()))) return;
      await sendLink(ground, tx, { customerId, language: 'ja', purpose: 'invitation' });
    });
  }
}
