import { randomBytes } from 'node:crypto';
import { Invalid } from '../../errors.ts';
import { type Actor, record } from '../../staff/audit.ts';
import { freePlace } from './address.ts';
import { addressStore } from './address-store.ts';
import type { Choice } from './addresses.ts';
import type { AddressGround } from './confirm.ts';
import { parseEmailAddress } from './email-address.ts';

/**
 * Registers an address that its owner has confirmed elsewhere: moved in from another system, or of the example. The same limits
 * hold, and the trail says who vouched for it.
 * @throws Invalid
 */
export async function importAddress(
  ground: Pick<AddressGround, 'db' | 'clock' | 'addressesPerCustomer'>,
  actor: Actor,
  customerId: string,
  input: Choice & { email: string },
): Promise<void> {
  const email = parseEmailAddress(input.email);
  const now = ground.clock.now();
  await ground.db.transaction(async (tx) => {
    const own = await addressStore.ofCustomer(tx, customerId);
    const place = freePlace(
      own.map((address) => address.place),
      ground.addressesPerCustomer,
    );
    if (!email || place === undefined) {
      throw new Invalid([
        { field: 'email', ja: 'このアドレスは登録できません。', en: 'This address cannot be registered.' },
      ]);
    }
    const id = randomBytes(16).toString('base64url');
    await addressStore.add(tx, {
      id,
      customer_id: customerId,
      place,
      email: email.email,
      email_key: email.key,
      language: input.language,
      scope: input.scope,
      works: input.works ? 1 : 0,
      created_at: now,
      confirmed_at: now,
      stopped_at: null,
      quarantined_at: null,
      quarantine_reply: null,
    });
    await record(tx, now, actor, 'address.import', 'address', id);
  });
}
