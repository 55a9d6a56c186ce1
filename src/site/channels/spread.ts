import { markSpread, nextUnspread, type Published } from '../../alerts/spreading.ts';
import type { Database, Tx } from '../../db/open.ts';
import { inLanguage, type Notice } from '../../notices/notice.ts';
import { type Clock, DAY } from '../../time.ts';
import type { Edition } from '../edition/edition.ts';
import type { Printing } from '../edition/sheet.ts';
import { bodyFor, newId } from './bodies.ts';
import { type Channel, channelOf } from './channel.ts';
import { channelStore } from './channel-store.ts';
import { type PartnerMailGround, queuePartnerMail } from './partner-mail.ts';

export interface SpreadGround extends PartnerMailGround {
  db: Database;
  clock: Clock;
  edition: Pick<Edition, 'printed'>;
}

const KEPT = 30 * DAY;

/**
 * Writes down to whom else each new publication goes: one transaction for each, so that a process that dies leaves it undone or done. A
 * chore; publishing waits for none of it.
 */
export async function spreadPublications(ground: SpreadGround): Promise<void> {
  const { db, clock } = ground;
  while (await spreadNext(ground));
  await channelStore.forget(db.kysely, clock.now() - KEPT);
}

async function spreadNext(ground: SpreadGround): Promise<boolean> {
  const { db, clock, edition } = ground;
  return db.transaction(async (tx) => {
    const published = await nextUnspread(tx, db.engine);
    if (!published) return false;
    const channels = (await channelStore.all(tx)).map(channelOf).filter(({ state }) => state !== 'disabled');
    if (channels.length > 0) {
      const printing = edition.printed?.printing;
      const notice = printing?.content.notices.find(({ id }) => id === published.notice_id);
      // This process has not read it yet, or cannot: it comes again.
      if (!printing || !notice || !knows(notice, published)) return false;
      for (const channel of channels) await spreadTo(ground, tx, { channel, printing, notice, published });
    }
    await markSpread(tx, published.id, clock.now());
    return true;
  });
}

function knows(notice: Notice, { report_number, revision }: Published): boolean {
  return notice.reports.some(
    (report) => report.number > report_number || (report.number === report_number && report.revision >= revision),
  );
}

interface One {
  channel: Channel;
  printing: Printing;
  notice: Notice;
  published: Published;
}

async function spreadTo(ground: SpreadGround, tx: Tx, { channel, printing, notice, published }: One): Promise<void> {
  if (channel.about === 'prominent' && notice.seriousAt === null) return;
  const { language, kind } = channel;
  const now = ground.clock.now();
  const mailed = kind === 'mail';
  const post = {
    id: newId(kind),
    channel_id: channel.id,
    fanout_id: published.id,
    title: `${inLanguage(notice.title, language)} (${notice.id}.${published.report_number}.${published.revision})`,
    body: mailed ? null : bodyFor(channel, printing, { notice, published }),
  };
  if (!(await channelStore.addPost(tx, post, now)) || !mailed) return;
  await queuePartnerMail(ground, tx, { channel, mailId: post.id, letterId: published.letters[language] }, now);
}
