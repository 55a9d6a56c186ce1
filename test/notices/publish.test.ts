import { describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/open.ts';
import { Conflict, Forbidden, type Invalid } from '../../src/errors.ts';
import { correctReport } from '../../src/notices/correct.ts';
import { openNotice, saveDraft } from '../../src/notices/drafts/draft.ts';
import { recordPosting } from '../../src/notices/post.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { editionNumber, findNotice, loadPostings, loadPublished, loadRevisions } from '../../src/notices/read.ts';
import { at, clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { faultInput, nextReport, noticeGround, publisher, smallCatalogue } from '../support/notices.ts';

async function ready() {
  const db = await freshDatabase();
  await smallCatalogue(db);
  const clock = clockAt('2014-03-06T08:00:00+09:00');
  let rung = 0;
  const ground = noticeGround(db, clock, () => {
    rung++;
  });
  return { db, clock, ground, rung: () => rung };
}

/** How many rows there are of everything that a publication writes. */
async function traces(db: Database): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of [
    'notices',
    'impacts',
    'impact_facilities',
    'reports',
    'postings',
    'audit_entries',
    'fanouts',
    'letters',
  ] as const) {
    const row = await db.kysely
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    counts[table] = Number(row.n);
  }
  return { ...counts, edition: await editionNumber(db.kysely) };
}

describe('publishing', () => {
  test('writes report, impacts, postings, audit, outbox work and the edition together', async () => {
    const { db, ground, rung } = await ready();
    const notice = await publishNotice(ground, publisher, faultInput({ prominent: true }));
    expect(notice).toMatchObject({
      id: '20140306-1',
      rootId: '20140306-1',
      seriousAt: at('2014-03-06T08:00:00+09:00'),
    });
    expect(await traces(db)).toEqual({
      notices: 1,
      impacts: 1,
      impact_facilities: 2,
      reports: 1,
      postings: 2,
      audit_entries: 2,
      fanouts: 1,
      letters: 2,
      edition: 1,
    });
    expect(rung()).toBe(1);
    expect((await loadPublished(db.kysely)).map((published) => published.id)).toEqual(['20140306-1']);
  });

  test('leaves nothing at all where any part of it fails', async () => {
    const { db, ground, rung } = await ready();
    const before = await traces(db);
    const failing = publishNotice(ground, publisher, faultInput(), {
      also: async () => {
        throw new Error('the power went out just before the commit');
      },
    });
    await expect(failing).rejects.toThrow('power');
    expect(await traces(db)).toEqual(before);
    expect(rung()).toBe(0);
  });

  test('numbers reports from 1 without gaps, whoever publishes at the same moment', async () => {
    const { db, ground } = await ready();
    const { id } = await publishNotice(ground, publisher, faultInput());
    await Promise.all(
      Array.from({ length: 8 }, () =>
        publishReport(ground, publisher, id, nextReport({ phase: 'update', mail: false })),
      ),
    );
    const notice = await findNotice(db.kysely, id);
    expect(notice?.reports.map((report) => report.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('gives notices of one day their numbers without a collision', async () => {
    const { ground } = await ready();
    const notices = await Promise.all(Array.from({ length: 5 }, () => publishNotice(ground, publisher, faultInput())));
    expect(notices.map((notice) => notice.id).sort()).toEqual([1, 2, 3, 4, 5].map((n) => `20140306-${n}`));
  });

  test('a report cannot be changed or deleted afterwards, by the database’s own rule', async () => {
    const { db, ground } = await ready();
    await publishNotice(ground, publisher, faultInput());
    await expect(db.kysely.updateTable('reports').set({ body_ja: '別の本文' }).execute()).rejects.toThrow();
    await expect(db.kysely.deleteFrom('reports').execute()).rejects.toThrow();
    await expect(db.kysely.deleteFrom('audit_entries').execute()).rejects.toThrow();
  });

  test('names every wrong field at once', async () => {
    const { ground } = await ready();
    const input = faultInput({
      impacts: [
        { service: 'mail', facilities: ['051', '999'], symptom: 'unavailable', startedAt: '2014-03-06T09:00:00+09:00' },
        { service: 'no-such', facilities: 'all', symptom: 'delayed', startedAt: '2014-03-06T07:34:00+09:00' },
      ],
    });
    const problems = await publishNotice(ground, publisher, input).catch(
      (error: unknown) => (error as Invalid).problems,
    );
    expect((problems as Invalid['problems']).map((problem) => problem.field).sort()).toEqual([
      'impacts.0.facilities',
      'impacts.0.startedAt',
      'impacts.1.service',
    ]);
  });

  test('is refused to those who may only write', async () => {
    const { db, ground } = await ready();
    const author = { ...publisher, mayPublish: false };
    await expect(publishNotice(ground, author, faultInput())).rejects.toThrow(Forbidden);
    expect((await traces(db)).notices).toBe(0);
  });

  test('a past time needs the right to backfill, keeps its time and mails nobody', async () => {
    const { db, ground, clock } = await ready();
    clock.set('2026-11-20T12:00:00+09:00');
    const input = faultInput({}, { publishedAt: '2014-03-06T08:00:00+09:00' });
    await expect(publishNotice(ground, { ...publisher, mayBackfill: false }, input)).rejects.toThrow(Forbidden);
    const notice = await publishNotice(ground, publisher, input);
    expect(notice.firstPublishedAt).toBe(at('2014-03-06T08:00:00+09:00'));
    expect((await traces(db)).fanouts).toBe(0);
  });
});

describe('drafts', () => {
  test('are seen by nobody outside until they are published, once', async () => {
    const { db, ground } = await ready();
    const input = faultInput({ publish: false });
    const draft = await openNotice(ground, publisher, input, { form: { 'title.ja': '書きかけ' } });
    expect(await loadPublished(db.kysely)).toEqual([]);
    expect(await editionNumber(db.kysely)).toBe(0);
    const results = await Promise.allSettled([
      publishNotice(ground, publisher, input, { draftId: draft.id }),
      publishNotice(ground, publisher, input, { draftId: draft.id }),
    ]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    const notice = await findNotice(db.kysely, draft.id);
    expect(notice?.reports).toHaveLength(1);
    expect(notice?.impacts).toHaveLength(1);
  });

  test('of two people who save the second is told and nobody’s text is lost', async () => {
    const { db, ground } = await ready();
    const { id } = await publishNotice(ground, publisher, faultInput());
    expect(await saveDraft(ground, publisher, id, { form: { body: 'A' } }, 0)).toBe(1);
    await expect(saveDraft(ground, publisher, id, { form: { body: 'B' } }, 0)).rejects.toThrow(Conflict);
    expect(await saveDraft(ground, publisher, id, { form: { body: 'A2' } }, 1)).toBe(2);
    const row = await db.kysely.selectFrom('drafts').selectAll().executeTakeFirstOrThrow();
    expect(JSON.parse(row.content)).toEqual({ form: { body: 'A2' } });
  });
});

describe('corrections and postings', () => {
  test('a correction is a new revision with a reason, and the text before stays readable', async () => {
    const { db, ground, clock } = await ready();
    const { id } = await publishNotice(ground, publisher, faultInput());
    clock.advance(600_000);
    const corrected = await correctReport(ground, publisher, id, 1, {
      reason: { ja: '時刻の誤り' },
      body: { ja: '7時34分頃から。' },
    });
    expect(corrected.reports).toHaveLength(1);
    expect(corrected.reports[0]).toMatchObject({
      number: 1,
      revision: 1,
      body: { ja: '7時34分頃から。' },
      mail: false,
    });
    const revisions = await loadRevisions(db.kysely, id);
    expect(revisions.map((revision) => revision.body.ja)).toEqual([
      '7時34分頃からご利用いただけません。',
      '7時34分頃から。',
    ]);
  });

  test('a surface of somebody else is recorded with its own time, once', async () => {
    const { db, ground } = await ready();
    const { id } = await publishNotice(ground, publisher, faultInput());
    const posting = { reportNumber: 1, surface: 'press', postedAt: at('2014-03-06T14:00:00+09:00'), note: '2014-R020' };
    await recordPosting(ground, publisher, id, posting);
    await expect(recordPosting(ground, publisher, id, posting)).rejects.toThrow(Conflict);
    const postings = await loadPostings(db.kysely, [id]);
    expect(postings.get(id)?.map((p) => [p.surface, p.postedAt])).toEqual([
      ['support', at('2014-03-06T08:00:00+09:00')],
      ['press', at('2014-03-06T14:00:00+09:00')],
    ]);
  });
});
