import { createHash, randomBytes } from 'node:crypto';
import { type Database, isUniqueViolation, type Tx } from '../../db/open.ts';
import type { Secret } from '../../http/signing.ts';
import { type Operator, type PublicStatus, render } from '../../http/views.ts';
import { addLetter, queueMails } from '../../mail/outbox.ts';
import { asCustomer, record } from '../../staff/audit.ts';
import { type Clock, DAY, HOUR, type Instant } from '../../time.ts';
import { type Home, homeOf } from '../reachable.ts';
import type { Address } from './address.ts';
import { addressStore } from './address-store.ts';

export interface AddressGround {
  db: Database;
  clock: Clock;
  operator: Operator;
  publicUrl: string;
  secret: Secret;
  addressesPerCustomer: number;
  /** What everybody reads now: whoever registers in the middle of a fault wants to know it first. */
  publicStatus?: () => PublicStatus | undefined;
}

const LINK_LIFE = DAY;
/** Nobody's mailbox is filled by typing his address again and again. */
const PAUSE = HOUR;
/** Nor does one customer make us write to the whole world. */
const ASKED_A_DAY = 10;
const ASKED = 'address.confirmation';

export type Asked = 'sent' | 'too_soon' | 'too_many';

/**
 * Queues the mail whose link confirms an address. Where the mailbox is confirmed for somebody else, its owner is told instead;
 * whoever typed it sees no difference.
 */
export async function askForConfirmation(ground: AddressGround, tx: Tx, address: Address): Promise<Asked> {
  const now = ground.clock.now();
  const asked = await addressStore.askedSince(tx, address.customerId, ASKED, now - DAY);
  if (asked >= ASKED_A_DAY) return 'too_many';
  const [id, before] = hourlyIds(address.emailKey, now);
  const last = await addressStore.lastQueued(tx, [id, before]);
  if (last !== null && last > now - PAUSE) return 'too_soon';
  const { customerId } = address;
  await record(tx, now, asCustomer(customerId), ASKED, 'customer', customerId, undefined, { address: address.id });
  const taken = await addressStore.isConfirmedForOther(tx, address.emailKey, address.customerId);
  const view = taken ? {} : await makeLink(ground, tx, address, now);
  await send(ground, tx, { id, address, template: taken ? 'mail/address-taken' : 'mail/confirm-address', view, now });
  return 'sent';
}

async function makeLink(ground: AddressGround, tx: Tx, address: Address, now: Instant): Promise<object> {
  const token = randomBytes(32).toString('base64url');
  const expiresAt = now + LINK_LIFE;
  await addressStore.addLink(tx, {
    token_hash: hashOf(token),
    address_id: address.id,
    created_at: now,
    expires_at: expiresAt,
    used_at: null,
  });
  const base = `${ground.publicUrl}${address.language === 'en' ? '/en' : ''}`;
  const home = await homeOf(tx, address.emailKey);
  return { expiresAt, url: `${base}/confirm/${token}`, base, home, brief: ground.publicStatus?.() };
}

interface Sending {
  id: string;
  address: Address;
  template: string;
  view: object;
  now: Instant;
}

async function send(ground: AddressGround, tx: Tx, { id, address, template, view, now }: Sending): Promise<void> {
  const part = (name: string) =>
    render(`${template}.${name}`, address.language, ground.operator, {
      ...view,
      email: address.email,
      publicUrl: ground.publicUrl,
    });
  const subject = part('subject').trim();
  await addLetter(tx, { id, subject, text: `${part('text').trim()}\n`, html: part('html'), headers: {} }, now);
  await queueMails(
    tx,
    [
      {
        id,
        class: 'urgent',
        letterId: id,
        recipient: address.email,
        fields: {},
        headers: {},
        messageId: `<${randomBytes(16).toString('hex')}@${new URL(ground.publicUrl).hostname}>`,
        datedAt: now,
        budget: null,
        repeatable: true,
        notBefore: now,
        notAfter: now + LINK_LIFE,
      },
    ],
    now,
  );
}

/**
 * The mail's id carries the mailbox and the hour, so the database itself refuses a second one in this hour, from any customer
 * and any node; the hour before is looked at too.
 */
function hourlyIds(emailKey: string, now: Instant): [string, string] {
  const mailbox = hashOf(emailKey).slice(0, 22);
  const hour = Math.floor(now / PAUSE);
  return [`confirm.${mailbox}.${hour}`, `confirm.${mailbox}.${hour - 1}`];
}

export type LinkAnswer =
  | { kind: 'ready' | 'done'; email: string; home: Home }
  | { kind: 'expired' | 'unknown' | 'taken' };

/** What a link is good for. Asking changes nothing: mail scanners open links. */
export async function lookAtLink(db: Database, token: string, now: Instant): Promise<LinkAnswer> {
  const link = await addressStore.link(db.kysely, hashOf(token));
  if (!link) return { kind: 'unknown' };
  if (link.usedAt !== null && link.confirmedAt === null) return { kind: 'unknown' };
  if (link.usedAt === null && link.expiresAt <= now) return { kind: 'expired' };
  const { email } = link;
  return { kind: link.usedAt === null ? 'ready' : 'done', email, home: await homeOf(db.kysely, email.toLowerCase()) };
}

/** The button was pressed. The address is the token's, whatever else came with the request. */
export async function confirmAddress(ground: AddressGround, token: string): Promise<LinkAnswer> {
  const now = ground.clock.now();
  const before = await lookAtLink(ground.db, token, now);
  if (before.kind !== 'ready') return before;
  try {
    await ground.db.transaction(async (tx) => {
      const link = await addressStore.link(tx, hashOf(token));
      if (!link || !(await addressStore.useLink(tx, hashOf(token), now))) return;
      await addressStore.spendLinksOf(tx, link.addressId, now);
      await addressStore.confirm(tx, link.addressId, now);
    });
  } catch (error) {
    // Somebody else confirmed the same mailbox meanwhile.
    if (isUniqueViolation(error)) return { kind: 'taken' };
    throw error;
  }
  return lookAtLink(ground.db, token, now);
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
