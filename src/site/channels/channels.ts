import { randomBytes } from 'node:crypto';
import type { Database, Reader, Tx } from '../../db/open.ts';
import { Conflict, Invalid, NotFound } from '../../errors.ts';
import { parse } from '../../http/forms.ts';
import { checkOutbound, OutboundRefused } from '../../http/outbound.ts';
import { type Secret, seal } from '../../http/signing.ts';
import { retryMails, stopMails } from '../../mail/outbox.ts';
import { type Actor, record } from '../../staff/audit.ts';
import { readSettings } from '../../staff/settings.ts';
import type { Clock } from '../../time.ts';
import type { Edition } from '../edition/edition.ts';
import { bodyFor, newId } from './bodies.ts';
import { type Channel, type ChannelInput, channelInput, channelOf, type Post, postOf } from './channel.ts';
import { channelStore } from './channel-store.ts';
import { type PartnerMailGround, queuePartnerMail } from './partner-mail.ts';

export interface ChannelGround extends PartnerMailGround {
  db: Database;
  clock: Clock;
  secret: Secret;
  edition: Pick<Edition, 'printed'>;
}

export const KEY_PURPOSE = 'channel key';

/** As many as one round of calls can look after. */
const MOST = 100;
const LOG = 50;

export async function listChannels(db: Reader): Promise<Channel[]> {
  return (await channelStore.all(db)).map(channelOf);
}

/** With what went there last. @throws NotFound */
export async function findChannel(db: Reader, id: string): Promise<{ channel: Channel; posts: Post[] }> {
  const row = await channelStore.find(db, id);
  if (!row) throw missing();
  return { channel: channelOf(row), posts: (await channelStore.posts(db, id, LOG)).map(postOf) };
}

/**
 * Adds a channel. @returns it, and of a webhook the key that nobody sees again.
 * @throws Invalid naming each wrong field, an address that may not be called among them.
 */
export async function addChannel(
  ground: ChannelGround,
  actor: Actor,
  input: unknown,
): Promise<{ channel: Channel; key: string | null }> {
  const { db, clock, secret } = ground;
  const wanted = parse(channelInput, input);
  await mayBeCalled(db, wanted);
  const now = clock.now();
  const key = wanted.kind === 'webhook' ? newKey() : null;
  const row = {
    id: randomBytes(8).toString('hex'),
    ...wanted,
    ...{ state: 'active' as const, state_since: now, created_at: now },
    ...{ sealed_key: key && seal(secret, KEY_PURPOSE, key), sealed_key_before: null, key_since: null },
  };
  await db.transaction(async (tx) => {
    if ((await channelStore.all(tx)).length >= MOST) throw full();
    await channelStore.add(tx, row);
    await record(tx, now, actor, 'channel:add', 'channel', row.id, undefined, told(wanted));
  });
  return { channel: channelOf(row), key };
}

/** @throws Invalid, NotFound */
export async function changeChannel(ground: ChannelGround, actor: Actor, id: string, input: object): Promise<void> {
  const { db } = ground;
  const { channel } = await findChannel(db.kysely, id);
  const wanted = parse(channelInput, { ...input, kind: channel.kind });
  await mayBeCalled(db, wanted);
  await act(ground, actor, 'channel:change', id, async (tx) => {
    await channelStore.change(tx, id, wanted);
    return [told(channel), told(wanted)];
  });
}

/** A new key for a webhook; for a day both sign, so that its receiver can change over. @throws NotFound, Conflict */
export async function rotateKey(ground: ChannelGround, actor: Actor, id: string): Promise<string> {
  const key = newKey();
  await act(ground, actor, 'channel:rotate', id, async (tx) => {
    const row = await channelStore.find(tx, id);
    if (row?.kind !== 'webhook')
      throw new Conflict({ ja: 'この配信先に鍵はありません。', en: 'This channel has no key.' });
    const sealed_key = seal(ground.secret, KEY_PURPOSE, key);
    await channelStore.change(tx, id, { sealed_key, sealed_key_before: row.sealed_key, key_since: ground.clock.now() });
    return [];
  });
  return key;
}

/** Nothing goes there any more, what waits neither. */
export function disableChannel(ground: ChannelGround, actor: Actor, id: string): Promise<void> {
  return act(ground, actor, 'channel:disable', id, async (tx) => {
    const now = ground.clock.now();
    await channelStore.change(tx, id, { state: 'disabled', state_since: now });
    await stopMails(tx, await channelStore.stop(tx, id, now));
    return [];
  });
}

/** It is told of what comes from now on, and after a quarantine of what was kept for it. */
export function enableChannel(ground: ChannelGround, actor: Actor, id: string): Promise<void> {
  return act(ground, actor, 'channel:enable', id, async (tx) => {
    const now = ground.clock.now();
    await channelStore.change(tx, id, { state: 'active', state_since: now });
    await channelStore.tryAgain(tx, id, now);
    return [];
  });
}

export function removeChannel(ground: ChannelGround, actor: Actor, id: string): Promise<void> {
  return act(ground, actor, 'channel:remove', id, async (tx) => {
    await stopMails(tx, await channelStore.stop(tx, id, ground.clock.now()));
    await channelStore.remove(tx, id);
    return [];
  });
}

/** Sends a test there, by the same way as everything else. @throws NotFound; Conflict where nothing is sent there now. */
export function testChannel(ground: ChannelGround, actor: Actor, id: string): Promise<void> {
  return act(ground, actor, 'channel:test', id, async (tx, channel) => {
    if (channel.state === 'disabled') throw off();
    const printing = ground.edition.printed?.printing;
    if (!printing) throw new Error('there is no edition yet');
    const now = ground.clock.now();
    const mailed = channel.kind === 'mail';
    const post = { id: newId(channel.kind), channel_id: id, fanout_id: null };
    const body = mailed ? null : bodyFor(channel, printing, null);
    await channelStore.addPost(tx, { ...post, title: TEST_TITLE[channel.language], body }, now);
    if (mailed) await queuePartnerMail(ground, tx, { channel, mailId: post.id, letterId: null }, now);
    return [];
  });
}

/** Sends once more what arrived, waits or was given up, under its old id. @throws NotFound; Conflict where nothing is sent there now. */
export function retryPost(ground: ChannelGround, actor: Actor, id: string, postId: string): Promise<void> {
  return act(ground, actor, 'channel:retry', id, async (tx, channel) => {
    if (channel.state === 'disabled') throw off();
    const post = await channelStore.post(tx, id, postId);
    if (!post) throw missing();
    const now = ground.clock.now();
    const caught = post.body !== null || (await retryMails(tx, [post.id], now)).length > 0;
    if (!caught) throw new Conflict({ ja: 'このメールは再送できません。', en: 'This mail cannot be sent again.' });
    const next_attempt_at = post.body === null ? null : now;
    await channelStore.settle(tx, post.id, { state: 'waiting', attempts: 0, next_attempt_at, ended_at: null });
    return [undefined, { post: postId }];
  });
}

/** What the trail says that was before, and is after. */
type Trace = [before?: object | undefined, after?: object];

/** A change by staff or a program, with its line in the trail. */
async function act(
  { db, clock }: ChannelGround,
  actor: Actor,
  name: string,
  id: string,
  change: (tx: Tx, channel: Channel) => Promise<Trace>,
): Promise<void> {
  await db.transaction(async (tx) => {
    const row = await channelStore.find(tx, id);
    if (!row) throw missing();
    const [before, after] = await change(tx, channelOf(row));
    await record(tx, clock.now(), actor, name, 'channel', id, before, after);
  });
}

/** Of a chat's address the path is its password: the trail does without it. */
function told({ kind, name, target, about, language }: Pick<Channel, keyof ChannelInput>): object {
  return { kind, name, target: kind === 'mail' ? target : new URL(target).origin, about, language };
}

async function mayBeCalled(db: Database, { kind, target }: ChannelInput): Promise<void> {
  if (kind === 'mail') return;
  try {
    await checkOutbound(target, (await readSettings(db.kysely)).outboundAllow);
  } catch (error) {
    const refused = error instanceof OutboundRefused;
    throw new Invalid([{ field: 'target', ...(refused ? REFUSED : UNKNOWN) }]);
  }
}

const REFUSED = {
  ja: 'このURLには送信できません。公開されたhttpsのURLを入力してください。社内の宛先は、先に「設定」で許可してください。',
  en: 'This URL may not be called. Enter a public https URL; allow an inside one in the settings first.',
};
const UNKNOWN = {
  ja: 'このURLのホスト名が見つかりません。綴りを確かめてください。',
  en: 'The host of this URL is not known. Check how it is written.',
};
const TEST_TITLE = { ja: '試験送信', en: 'Test' };

function newKey(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

function missing(): NotFound {
  return new NotFound({ ja: 'この配信先または送信は見つかりませんでした。', en: 'There is no such channel or post.' });
}

function off(): Conflict {
  return new Conflict({
    ja: 'この配信先は停止中です。先に再開してください。',
    en: 'This channel is off. Start it again first.',
  });
}

function full(): Conflict {
  return new Conflict({
    ja: `配信先は${MOST}件までです。使わないものを削除してください。`,
    en: `There can be ${MOST} channels. Delete one that is not used.`,
  });
}
