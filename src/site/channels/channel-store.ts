import { evenly } from '../../db/asking.ts';
import type { Reader, Tx } from '../../db/open.ts';
import type { ChannelPostsTable, ChannelsTable } from '../../db/tables/channels.ts';
import type { Instant } from '../../time.ts';

/** The SQL of channels and of what goes to them. */
export const channelStore = {
  async all(db: Reader): Promise<ChannelsTable[]> {
    return db.selectFrom('channels').selectAll().orderBy('created_at').orderBy('id').execute();
  },

  async find(db: Reader, id: string): Promise<ChannelsTable | undefined> {
    return db.selectFrom('channels').selectAll().where('id', '=', id).executeTakeFirst();
  },

  async add(tx: Tx, row: ChannelsTable): Promise<void> {
    await tx.insertInto('channels').values(row).execute();
  },

  async change(tx: Tx, id: string, changes: Partial<Omit<ChannelsTable, 'id'>>): Promise<void> {
    await tx.updateTable('channels').set(changes).where('id', '=', id).execute();
  },

  async remove(tx: Tx, id: string): Promise<void> {
    await tx.deleteFrom('channel_posts').where('channel_id', '=', id).execute();
    await tx.deleteFrom('channels').where('id', '=', id).execute();
  },

  /** @returns false where this publication goes to the channel already. */
  async addPost(
    tx: Tx,
    row: Pick<ChannelPostsTable, 'id' | 'channel_id' | 'fanout_id' | 'title' | 'body'>,
    now: Instant,
  ) {
    const added = await tx
      .insertInto('channel_posts')
      .values({
        ...row,
        state: 'waiting',
        attempts: 0,
        next_attempt_at: row.body === null ? null : now,
        status: null,
        answer: null,
        created_at: now,
        ended_at: null,
      })
      .onConflict((conflict) => conflict.columns(['channel_id', 'fanout_id']).doNothing())
      .returning('id')
      .execute();
    return added.length === 1;
  },

  /** The newest first. */
  async posts(db: Reader, channelId: string, limit: number): Promise<ChannelPostsTable[]> {
    return db
      .selectFrom('channel_posts')
      .selectAll()
      .where('channel_id', '=', channelId)
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(limit)
      .execute();
  },

  async post(db: Reader, channelId: string, id: string): Promise<ChannelPostsTable | undefined> {
    return db
      .selectFrom('channel_posts')
      .selectAll()
      .where('channel_id', '=', channelId)
      .where('id', '=', id)
      .executeTakeFirst();
  },

  /** Calls that are due, of active channels, the oldest first. */
  async due(db: Reader, now: Instant, limit: number): Promise<ChannelPostsTable[]> {
    return db
      .selectFrom('channel_posts')
      .innerJoin('channels', 'channels.id', 'channel_posts.channel_id')
      .selectAll('channel_posts')
      .where('channels.state', '=', 'active')
      .where('next_attempt_at', '<=', now)
      .orderBy('next_attempt_at')
      .limit(limit)
      .execute();
  },

  /** Keeps others from the call until `until`. @returns false where another node has it. */
  async claim(db: Reader, post: ChannelPostsTable, until: Instant): Promise<boolean> {
    const rows = await db
      .updateTable('channel_posts')
      .set({ next_attempt_at: until, attempts: post.attempts + 1 })
      .where('id', '=', post.id)
      .where('next_attempt_at', '=', post.next_attempt_at)
      .returning('id')
      .execute();
    return rows.length === 1;
  },

  async settle(
    db: Reader,
    id: string,
    outcome: Partial<
      Pick<ChannelPostsTable, 'state' | 'next_attempt_at' | 'status' | 'answer' | 'ended_at' | 'attempts'>
    >,
  ): Promise<void> {
    await db.updateTable('channel_posts').set(outcome).where('id', '=', id).execute();
  },

  /** What waits for a channel: it is tried at once, as if for the first time. */
  async tryAgain(tx: Tx, channelId: string, now: Instant): Promise<void> {
    await tx
      .updateTable('channel_posts')
      .set({ next_attempt_at: now, attempts: 0 })
      .where('channel_id', '=', channelId)
      .where('state', '=', 'waiting')
      .where('body', 'is not', null)
      .execute();
  },

  /** Ends what waits for a channel. @returns the ids. */
  async stop(tx: Tx, channelId: string, now: Instant): Promise<string[]> {
    const rows = await tx
      .updateTable('channel_posts')
      .set({ state: 'stopped', next_attempt_at: null, ended_at: now })
      .where('channel_id', '=', channelId)
      .where('state', '=', 'waiting')
      .returning('id')
      .execute();
    return rows.map(({ id }) => id);
  },

  /** Of these mails, those that were written for a channel, with its state. */
  async mailsOf(
    db: Reader,
    ids: string[],
  ): Promise<{ id: string; channelId: string; state: ChannelsTable['state'] }[]> {
    return db
      .selectFrom('channel_posts')
      .innerJoin('channels', 'channels.id', 'channel_posts.channel_id')
      .select(['channel_posts.id', 'channel_id as channelId', 'channels.state'])
      .where('channel_posts.id', 'in', evenly(ids))
      .execute();
  },

  async forget(db: Reader, before: Instant): Promise<void> {
    await db.deleteFrom('channel_posts').where('created_at', '<', before).where('state', '!=', 'waiting').execute();
  },
};
