import type { Tx } from '../../db/open.ts';
import type { ChannelPostsTable, ChannelsTable } from '../../db/tables/channels.ts';
import { type OutboundAnswer, OutboundRefused, postOutbound } from '../../http/outbound.ts';
import { type Secret, unseal } from '../../http/signing.ts';
import { webhookHeaders } from '../../http/webhook-signature.ts';
import { tellStaff } from '../../notices/warnings/tell.ts';
import type { WarnGround } from '../../notices/warnings/warn.ts';
import { record, SYSTEM } from '../../staff/audit.ts';
import { readSettings } from '../../staff/settings.ts';
import { DAY, HOUR, type Instant, isoTime, MINUTE, SECOND } from '../../time.ts';
import { channelStore } from './channel-store.ts';
import { KEY_PURPOSE } from './channels.ts';

/** After which pause it is tried again: an hour and twenty minutes in all, then somebody must look. ±20 %. */
const PAUSES = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, 30 * MINUTE];
/** No attempt takes longer; a process that died with one gives it back after this. */
const LEASE = MINUTE;
/** A key that was replaced signs beside the new one for so long. */
const BOTH_KEYS = DAY;
/** What waited so long for a channel to come back is old news. */
const WORTH = 3 * DAY;
/** Calls to one channel at once: one that hangs costs the others nothing. */
const AT_ONCE = 5;
const LOOKED_AT = 200;
/** How long a round waits for slow ones; they go on, and the next round leaves them alone. */
const ROUND = 2 * SECOND;

export type CallGround = WarnGround & {
  secret: Secret;
  random: () => number;
  warn: (error: unknown, message: string) => void;
};

/** Calls the channels with everything that waits for them, each on its own. */
export class ChannelCaller {
  readonly #ground: CallGround;
  readonly #underWay = new Map<string, Set<Promise<void>>>();

  constructor(ground: CallGround) {
    this.#ground = ground;
  }

  /** A chore: begins what is due and may begin. */
  async round(): Promise<void> {
    await this.#begin();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ROUND);
      timer.unref();
    });
    await Promise.race([this.#ended(), late]);
    clearTimeout(timer);
  }

  /** Does everything that is due now, to its end. */
  async drain(): Promise<void> {
    while (await this.#begin()) await this.#ended();
  }

  async #begin(): Promise<boolean> {
    const { db, clock } = this.#ground;
    let begun = false;
    for (const post of await channelStore.due(db.kysely, clock.now(), LOOKED_AT)) {
      const own = this.#underWay.get(post.channel_id) ?? new Set();
      this.#underWay.set(post.channel_id, own);
      if (own.size >= AT_ONCE || !(await channelStore.claim(db.kysely, post, clock.now() + LEASE))) continue;
      begun = true;
      const work = this.#deliver({ ...post, attempts: post.attempts + 1 })
        .catch((error: unknown) => this.#ground.warn(error, `post ${post.id} to a channel was not brought to its end`))
        .finally(() => own.delete(work));
      own.add(work);
    }
    return begun;
  }

  async #ended(): Promise<void> {
    await Promise.all([...this.#underWay.values()].flatMap((own) => [...own]));
  }

  async #deliver(post: ChannelPostsTable): Promise<void> {
    const { db, clock } = this.#ground;
    const channel = await channelStore.find(db.kysely, post.channel_id);
    if (!channel) return;
    const result = await this.#attempt(channel, post);
    const now = clock.now();
    await db.transaction(async (tx) => {
      if ((await channelStore.post(tx, channel.id, post.id))?.state !== 'waiting') return;
      const { status, answer } = result;
      if (result.kind === 'arrived')
        return channelStore.settle(tx, post.id, {
          state: 'arrived',
          next_attempt_at: null,
          status,
          answer,
          ended_at: now,
        });
      if (now - post.created_at > WORTH)
        return channelStore.settle(tx, post.id, {
          state: 'given_up',
          next_attempt_at: null,
          status,
          answer,
          ended_at: now,
        });
      await channelStore.settle(tx, post.id, { next_attempt_at: now + (result.pause ?? 0), status, answer });
      if (result.pause === null) await this.#quarantine(tx, channel, answer, now);
    });
  }

  async #attempt(channel: ChannelsTable, post: ChannelPostsTable): Promise<Result> {
    const { db, clock, random } = this.#ground;
    const body = post.body ?? '';
    try {
      const { outboundAllow } = await readSettings(db.kysely);
      const headers = headersFor(this.#ground.secret, channel, post.id, body, clock.now());
      const reply = await postOutbound({ url: channel.target, headers, body, allow: outboundAllow });
      return resultOf(reply, post.attempts, random());
    } catch (error) {
      const answer = (error as Error).message.slice(0, 300);
      const pause = error instanceof OutboundRefused ? null : pauseAfter(post.attempts, random());
      return { kind: 'failed', status: null, answer, pause };
    }
  }

  /** Nothing is sent there until somebody has looked; what waits and what comes is kept. */
  async #quarantine(tx: Tx, channel: ChannelsTable, answer: string, now: Instant): Promise<void> {
    if ((await channelStore.find(tx, channel.id))?.state !== 'active') return;
    await channelStore.change(tx, channel.id, { state: 'quarantined', state_since: now });
    await record(tx, now, SYSTEM, 'channel:quarantine', 'channel', channel.id, undefined, { answer });
    await tellStaff(this.#ground, tx, {
      // not by the prefix of mails to channels: what goes to a channel that is off is cancelled, and this is for staff
      id: `channel-stopped.${channel.id}.${Math.floor(now / HOUR)}`,
      template: 'mail/channel',
      view: { name: channel.name, reason: answer, url: `/console/channels/${channel.id}` },
      call: { type: 'channel.warning', at: isoTime(now, this.#ground.operator.timeZone), name: channel.name, answer },
    });
  }
}

type Result = { status: number | null; answer: string } & (
  | { kind: 'arrived' }
  | { kind: 'failed' /** Milliseconds; null: not again by itself. */; pause: number | null }
);

function headersFor(
  secret: Secret,
  { kind, sealed_key, sealed_key_before, key_since }: ChannelsTable,
  id: string,
  body: string,
  now: Instant,
): Record<string, string> {
  if (kind === 'slack') return { 'content-type': 'application/json; charset=utf-8' };
  const both = key_since !== null && now - key_since < BOTH_KEYS;
  const sealed = [sealed_key, both ? sealed_key_before : null].filter((one) => one !== null);
  const keys = sealed.map((one) => unseal(secret, KEY_PURPOSE, one));
  return webhookHeaders(keys, id, body, now);
}

/** 410: the receiver says that it is gone for good. Everything else that is no 2xx, redirects too, may pass. */
function resultOf({ status, retryAfter, text }: OutboundAnswer, attempts: number, random: number): Result {
  const answer = text;
  if (status >= 200 && status < 300) return { kind: 'arrived', status, answer };
  if (status === 410) return { kind: 'failed', status, answer, pause: null };
  const pause = pauseAfter(attempts, random);
  const asked = Math.min((retryAfter ?? 0) * SECOND, HOUR);
  return { kind: 'failed', status, answer, pause: pause === null ? null : Math.max(pause, asked) };
}

function pauseAfter(attempts: number, random: number): number | null {
  const pause = PAUSES[attempts - 1];
  return pause === undefined ? null : Math.round(pause * (0.8 + 0.4 * random));
}
