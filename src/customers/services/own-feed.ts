import { randomBytes } from 'node:crypto';
import type { Database } from '../../db/open.ts';
import { isSigned, type Secret, sign } from '../../http/signing.ts';
import type { Clock, Language } from '../../time.ts';
import { type FeedScope, servicesStore } from './services-store.ts';

const PURPOSE = 'feed';

export interface FeedGround {
  db: Database;
  clock: Clock;
  publicUrl: string;
  secret: Secret;
}

/** The link of a customer's own feed, or null while he has none. Feed readers cannot sign in, so the link is all that they need. */
export async function ownFeedUrl(ground: FeedGround, customerId: string, language: Language): Promise<string | null> {
  const feed = await servicesStore.feed(ground.db.kysely, customerId);
  if (!feed) return null;
  const token = `${feed.nonce}.${sign(ground.secret, PURPOSE, feed.nonce)}`;
  return `${ground.publicUrl}${language === 'en' ? '/en' : ''}/my/feed/${token}`;
}

/** Makes a link; one that was there before is worth nothing any more. */
export async function renewOwnFeed(ground: FeedGround, customerId: string): Promise<void> {
  const row = { customer_id: customerId, nonce: randomBytes(16).toString('base64url'), created_at: ground.clock.now() };
  await ground.db.transaction((tx) => servicesStore.setFeed(tx, row));
}

export async function endOwnFeed(ground: FeedGround, customerId: string): Promise<void> {
  await ground.db.transaction((tx) => servicesStore.endFeed(tx, customerId));
}

/** What a link is good for, or undefined where it is ended or was never ours. A forged one costs no database read. */
export async function scopeOfFeed(ground: FeedGround, token: string): Promise<FeedScope | undefined> {
  const [, nonce, signature] = /^([\w-]{1,64})\.([\w-]{1,64})$/.exec(token) ?? [];
  if (nonce === undefined || signature === undefined) return undefined;
  if (!isSigned(ground.secret, PURPOSE, nonce, signature)) return undefined;
  return servicesStore.ofFeed(ground.db.kysely, nonce);
}
