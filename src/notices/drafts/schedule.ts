import type { Reader } from '../../db/open.ts';
import type { ScheduledReportsTable } from '../../db/tables/notices.ts';
import { Conflict, Forbidden, Invalid, isExpected, type Message, NotFound } from '../../errors.ts';
import { record } from '../../staff/audit.ts';
import { staffMay } from '../../staff/who-may.ts';
import { DAY, type Instant } from '../../time.ts';
import { rehearse } from '../console/rehearse.ts';
import type { NoticeGround } from '../ground.ts';
import type { Poster } from '../poster.ts';
import { noticeStore } from '../store.ts';
import { draftingStore } from './drafting-store.ts';
import { failSchedule } from './fail-schedule.ts';
import { otherText, publishDraft } from './publish-draft.ts';

/** A draft that is published by itself when its time comes, or was not. */
export interface Schedule {
  noticeId: string;
  publishAt: Instant;
  draftVersion: number;
  setBy: string;
  setAt: Instant;
  /** Why it was not published. */
  failure: Message | null;
}

const FARTHEST = 366 * DAY;

/**
 * Decides that a draft, as it stands in this version, is published at that time. It is rehearsed as if it were then, so that what is
 * wrong with it is known now.
 * @throws Invalid, NotFound; Forbidden for who may not publish; Conflict where it is another text or another report came in between.
 */
export async function scheduleDraft(
  ground: NoticeGround,
  poster: Poster,
  noticeId: string,
  { publishAt, version }: { publishAt: Instant; version: number },
): Promise<Schedule> {
  if (!poster.mayPublish || poster.id === null || (poster.kind !== 'staff' && poster.kind !== 'key')) {
    throw new Forbidden();
  }
  const now = ground.clock.now();
  const problem = wrongTime(publishAt, now);
  if (problem) throw new Invalid([{ field: 'publishAt', ...problem }]);
  const then = { ...ground, clock: { now: () => publishAt } };
  await rehearse(then, poster, (actor, also, stage) =>
    publishDraft(stage, actor, noticeId, { kept: { version }, also }),
  );
  const row: ScheduledReportsTable = {
    ...{ notice_id: noticeId, publish_at: publishAt, draft_version: version, set_at: now },
    ...{ set_by_kind: poster.kind, set_by: poster.id, set_by_name: poster.name, failed_at: null, failure: null },
  };
  await ground.db.transaction(async (tx) => {
    if (!(await noticeStore.lock(tx, noticeId, now))) throw new NotFound();
    if ((await noticeStore.draft(tx, noticeId))?.version !== version) throw otherText();
    await draftingStore.setSchedule(tx, row);
    await record(tx, now, poster, 'report:schedule', 'notice', noticeId, undefined, { publishAt, version });
  });
  return scheduleOf(row);
}

/** What is wrong with a time at which something is to be published. */
export function wrongTime(publishAt: Instant, now: Instant): Message | null {
  if (publishAt <= now) {
    return { ja: '公開の日時は、いまより後にしてください。', en: 'The time to publish must be in the future.' };
  }
  if (publishAt <= now + FARTHEST) return null;
  return { ja: '公開の日時は、1年以内にしてください。', en: 'The time to publish must be within a year.' };
}

/** Takes it back: the draft stays. @throws NotFound where nothing is planned, or it is out already. */
export async function takeBack(ground: NoticeGround, poster: Poster, noticeId: string): Promise<void> {
  await ground.db.transaction(async (tx) => {
    const now = ground.clock.now();
    await noticeStore.lock(tx, noticeId, now);
    const row = await draftingStore.removeSchedule(tx, noticeId);
    if (!row) {
      throw new NotFound({
        ja: '公開の予定はありません。すでに公開されたか、取り消されています。',
        en: 'Nothing is planned here: it was published or taken back already.',
      });
    }
    await record(tx, now, poster, 'report:take-back', 'notice', noticeId, { publishAt: row.publish_at });
  });
}

export async function findSchedule(ground: { db: { kysely: Reader } }, noticeId: string): Promise<Schedule | null> {
  const row = await draftingStore.schedule(ground.db.kysely, noticeId);
  return row ? scheduleOf(row) : null;
}

/** All, the next one first; by notice. */
export async function loadSchedules(db: Reader): Promise<Map<string, Schedule>> {
  return new Map((await draftingStore.schedules(db)).map((row) => [row.notice_id, scheduleOf(row)]));
}

/** Publishes what has come due, and says of what cannot be published why. A chore. @returns how many reports it published. */
export async function publishScheduled(ground: NoticeGround): Promise<number> {
  let published = 0;
  const broken: unknown[] = [];
  for (const row of await draftingStore.schedulesToSettle(ground.db.kysely, ground.clock.now())) {
    try {
      if (await carryOut(ground, row)) published++;
    } catch (error) {
      broken.push(error);
    }
  }
  if (broken.length > 0) throw new AggregateError(broken, 'scheduled reports that could not be published');
  return published;
}

async function carryOut(ground: NoticeGround, row: ScheduledReportsTable): Promise<boolean> {
  const { notice_id: id, draft_version: version, publish_at: scheduledFor } = row;
  try {
    await publishDraft(ground, await posterOf(ground, row), id, { kept: { version, scheduledFor } });
    return true;
  } catch (error) {
    if (!isExpected(error)) throw error;
    const why = error instanceof Invalid ? problemsOf(error) : error.text;
    await ground.db.transaction((tx) => failSchedule(ground, tx, row, why));
    return false;
  }
}

/** Whoever set the time, as long as he may still publish. */
async function posterOf(ground: NoticeGround, row: ScheduledReportsTable): Promise<Poster> {
  const { set_by_kind: kind, set_by: id, set_by_name: name } = row;
  if (kind === 'staff' && !(await staffMay(ground.db.kysely, id, 'notice:publish'))) {
    throw new Conflict({
      ja: `公開の日時を決めた${name}に、公開する権限がなくなりました。`,
      en: `${name}, who set the time, may not publish any more.`,
    });
  }
  return { kind, id, name, mayPublish: true, mayBackfill: false };
}

function problemsOf({ problems }: Invalid): Message {
  const said = (language: keyof Message) => [...new Set(problems.map((one) => one[language]))].join(' ');
  return { ja: said('ja'), en: said('en') };
}

function scheduleOf(row: ScheduledReportsTable): Schedule {
  return {
    noticeId: row.notice_id,
    publishAt: row.publish_at,
    draftVersion: row.draft_version,
    setBy: row.set_by_name,
    setAt: row.set_at,
    failure: row.failure === null ? null : (JSON.parse(row.failure) as Message),
  };
}
