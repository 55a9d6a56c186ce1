import { expressionBuilder } from 'kysely';
import { atOnce, evenly } from '../db/asking.ts';
import type { Reader } from '../db/open.ts';
import type { Tables } from '../db/tables/index.ts';
import type { Language } from '../time.ts';
import type { OwnMailbox } from './scope.ts';
import type { Addressee } from './slot.ts';
import type { Hours } from './timing.ts';

/** An address that may be mailed, with what decides whether and how. */
export interface Recipient extends Addressee, Hours {
  id: string;
  customerId: string;
  email: string;
  emailKey: string;
  language: Language;
  /** Wants final reports that come days later, too. */
  lateFinal: boolean;
}

const ofAddress = expressionBuilder<Tables, 'addresses'>();

/** Confirmed by its owner, not stopped by him, and not one that the receiving server says does not exist: of the table `addresses`. */
export const MAY_BE_MAILED = ofAddress.and([
  ofAddress('addresses.confirmed_at', 'is not', null),
  ofAddress('addresses.stopped_at', 'is', null),
  ofAddress('addresses.quarantined_at', 'is', null),
]);

/**
 * Who may be mailed about such a notice, in chunks by address id. Left out are addresses
 * - not confirmed by their owner,
 * - stopped by one click,
 * - that the receiving server says do not exist,
 * - without the choice of planned work, where it is one,
 * - whose reader wants no more of this root fault.
 * Which of them the notice concerns is slot.ts's decision. recheck.ts asks the same of each at the last moment.
 */
export async function recipients(
  db: Reader,
  { kind, rootId }: { kind: 'fault' | 'work'; rootId: string },
  chunk: { after: string; limit: number } | { id: string },
): Promise<Recipient[]> {
  let query = db
    .selectFrom('addresses')
    .select(['id', 'customer_id', 'email', 'email_key', 'language', 'scope'])
    .select(['hours', 'hours_for_all', 'late_final'])
    .where(MAY_BE_MAILED)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('address_mutes')
            .select('muted_at')
            .whereRef('address_mutes.address_id', '=', 'addresses.id')
            .where('address_mutes.root_id', '=', rootId),
        ),
      ),
    );
  if (kind === 'work') query = query.where('works', '=', 1);
  query =
    'id' in chunk
      ? query.where('id', '=', chunk.id)
      : query.where('id', '>', chunk.after).orderBy('id').limit(chunk.limit);
  const rows = await query.execute();
  if (rows.length === 0) return [];
  const choosing = rows.filter((row) => row.scope === 'services').map((row) => row.id);
  const [mailboxes, services] = await atOnce(
    mailboxesOf(db, [...new Set(rows.map((row) => row.customer_id))]),
    servicesOf(db, choosing),
  );
  return rows.map((row) => ({
    id: row.id,
    customerId: row.customer_id,
    email: row.email,
    emailKey: row.email_key,
    language: row.language,
    scope: row.scope,
    hours: row.hours,
    hoursForAll: row.hours_for_all === 1,
    lateFinal: row.late_final === 1,
    services: services.get(row.id) ?? [],
    mailboxes: mailboxes.get(row.customer_id) ?? [],
  }));
}

async function mailboxesOf(db: Reader, customers: string[]): Promise<Map<string, OwnMailbox[]>> {
  const found = new Map<string, OwnMailbox[]>();
  const rows = await db
    .selectFrom('mailboxes')
    .innerJoin('facilities', 'facilities.code', 'mailboxes.facility')
    .select(['mailboxes.customer_id', 'mailboxes.address', 'mailboxes.facility', 'facilities.service'])
    .select(['facilities.name_ja', 'facilities.name_en'])
    .where('mailboxes.customer_id', 'in', evenly(customers))
    .orderBy('mailboxes.address')
    .execute();
  for (const row of rows) {
    const list = found.get(row.customer_id) ?? [];
    list.push({
      address: row.address,
      facility: row.facility,
      facilityName: { ja: row.name_ja, en: row.name_en },
      service: row.service,
    });
    found.set(row.customer_id, list);
  }
  return found;
}

async function servicesOf(db: Reader, addresses: string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  if (addresses.length === 0) return found;
  const named = db.selectFrom('address_services').selectAll().where('address_id', 'in', evenly(addresses)).execute();
  // マイ商品リスト: one choice for the customer's page, his feed and his mails.
  const products = db
    .selectFrom('addresses')
    .innerJoin('customer_services', 'customer_services.customer_id', 'addresses.customer_id')
    .select(['addresses.id as address_id', 'customer_services.service'])
    .where('addresses.id', 'in', evenly(addresses))
    .execute();
  for (const row of (await atOnce(named, products)).flat())
    found.set(row.address_id, [...(found.get(row.address_id) ?? []), row.service]);
  return found;
}
