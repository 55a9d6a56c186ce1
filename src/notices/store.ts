import { evenly } from '../db/asking.ts';
import type { Reader, Tx } from '../db/open.ts';
import type {
  ImpactFacilitiesTable,
  ImpactsTable,
  NoticesTable,
  PostingsTable,
  ReportsTable,
} from '../db/tables/notices.ts';
import { type Instant, wallClock } from '../time.ts';
import type { Impact } from './impact.ts';
import type { NoticeLink } from './links/link.ts';
import type { Notice, Text } from './notice.ts';
import type { Quantity } from './quantity.ts';
import type { Picture, Report } from './report.ts';
import { readPlanned } from './windows.ts';
import type { Names } from './wording/names.ts';

/** The room's only SQL. Rows become notices here and nowhere else. */

export interface Posting {
  reportNumber: number;
  /** `support`, `top`, or a surface outside that staff recorded by hand. */
  surface: string;
  postedAt: Instant;
  /** How exactly that is known; of `nothing` it is the report's own time. */
  known: 'minute' | 'day' | 'nothing';
  approximate: boolean;
  note: string | null;
}

/** Our own surfaces know to the minute when. */
type PostingRow = Omit<PostingsTable, 'known' | 'approximate'> & Partial<Pick<PostingsTable, 'known' | 'approximate'>>;

export const noticeStore = {
  async find(db: Reader, id: string): Promise<Notice | undefined> {
    const [notice] = await assemble(db, await db.selectFrom('notices').selectAll().where('id', '=', id).execute());
    return notice;
  },

  /** Newest first. Drafts are left out. */
  async published(db: Reader): Promise<Notice[]> {
    const rows = await db
      .selectFrom('notices')
      .selectAll()
      .where('first_published_at', 'is not', null)
      .orderBy('occurred_at', 'desc')
      .orderBy('id', 'desc')
      .execute();
    return assemble(db, rows);
  },

  /** Published faults that occurred within the span, its end excluded, newest first. */
  async faults(db: Reader, { from, to }: { from: Instant; to: Instant }): Promise<Notice[]> {
    const rows = await db
      .selectFrom('notices')
      .selectAll()
      .where('kind', '=', 'fault')
      .where('first_published_at', 'is not', null)
      .where('occurred_at', '>=', from)
      .where('occurred_at', '<', to)
      .orderBy('occurred_at', 'desc')
      .orderBy('id', 'desc')
      .execute();
    return assemble(db, rows);
  },

  /** When each published fault occurred, in no order. */
  async faultTimes(db: Reader): Promise<Instant[]> {
    const rows = await db
      .selectFrom('notices')
      .select('occurred_at')
      .where('kind', '=', 'fault')
      .where('first_published_at', 'is not', null)
      .execute();
    return rows.map((row) => row.occurred_at);
  },

  /** In the order of published(). */
  async publishedVersions(db: Reader): Promise<{ id: string; version: number }[]> {
    return db
      .selectFrom('notices')
      .select(['id', 'version'])
      .where('first_published_at', 'is not', null)
      .orderBy('occurred_at', 'desc')
      .orderBy('id', 'desc')
      .execute();
  },

  async byIds(db: Reader, ids: string[]): Promise<Notice[]> {
    return assemble(db, await db.selectFrom('notices').selectAll().where('id', 'in', evenly(ids)).execute());
  },

  /** Published notices that this one names, and those that name it. */
  async linkedWith(db: Reader, { id, links = [] }: Notice): Promise<Notice[]> {
    const named = links.flatMap((link) => link.notice ?? []);
    const rows = await db
      .selectFrom('notices')
      .selectAll()
      .where('first_published_at', 'is not', null)
      .where((eb) =>
        eb.or([
          eb('links', 'like', `%"notice":"${id}"%`),
          ...(named.length > 0 ? [eb('id', 'in', evenly(named))] : []),
        ]),
      )
      .orderBy('id')
      .execute();
    return assemble(db, rows);
  },

  async ofRoot(db: Reader, rootId: string): Promise<Notice[]> {
    return assemble(db, await db.selectFrom('notices').selectAll().where('root_id', '=', rootId).execute());
  },

  /** Newest first; both kinds, drafts too. */
  async page(db: Reader, options: { limit: number; before?: Instant | undefined }): Promise<Notice[]> {
    let query = db
      .selectFrom('notices')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(options.limit);
    if (options.before !== undefined) query = query.where('created_at', '<', options.before);
    return assemble(db, await query.execute());
  },

  /** Every revision of every report, for "what it said before". */
  async revisions(db: Reader, noticeId: string): Promise<Report[]> {
    const rows = await db
      .selectFrom('reports')
      .selectAll()
      .where('notice_id', '=', noticeId)
      .orderBy('number')
      .orderBy('revision')
      .execute();
    return rows.map(reportOf);
  },

  async postings(db: Reader, noticeIds?: string[]): Promise<Map<string, Posting[]>> {
    let query = db.selectFrom('postings').selectAll().orderBy('posted_at');
    if (noticeIds) {
      if (noticeIds.length === 0) return new Map();
      query = query.where('notice_id', 'in', evenly(noticeIds));
    }
    return groupBy(await query.execute(), (row) => row.notice_id, postingOf);
  },

  /**
   * Takes the notice for this transaction: whoever else publishes on it waits, and then sees what this one did.
   * @returns false where there is no such notice.
   */
  async lock(tx: Tx, id: string, now: Instant): Promise<boolean> {
    const rows = await tx
      .updateTable('notices')
      .set((eb) => ({ version: eb('version', '+', 1), updated_at: now }))
      .where('id', '=', id)
      .returning('id')
      .execute();
    return rows.length === 1;
  },

  /** Adds the row under the day's next free number (YYYYMMDD-N in the operator's zone). */
  async add(tx: Tx, row: Omit<NoticesTable, 'id' | 'root_id'>, rootId: string | null, zone: string): Promise<string> {
    const w = wallClock(row.occurred_at, zone);
    const day = `${w.year}${String(w.month).padStart(2, '0')}${String(w.day).padStart(2, '0')}`;
    const taken = await tx
      .selectFrom('notices')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('id', 'like', `${day}-%`)
      .executeTakeFirstOrThrow();
    for (let n = Number(taken.n) + 1; ; n++) {
      const id = `${day}-${n}`;
      const added = await tx
        .insertInto('notices')
        .values({ ...row, id, root_id: rootId ?? id })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .execute();
      if (added.length === 1) return id;
    }
  },

  async update(tx: Tx, id: string, values: Partial<Omit<NoticesTable, 'id'>>): Promise<void> {
    await tx.updateTable('notices').set(values).where('id', '=', id).execute();
  },

  async addImpacts(tx: Tx, noticeId: string, impacts: Impact[], firstPosition: number): Promise<void> {
    for (const [index, impact] of impacts.entries()) {
      await tx
        .insertInto('impacts')
        .values({
          id: impact.id,
          notice_id: noticeId,
          service: impact.service,
          all_facilities: impact.facilities === 'all' ? 1 : 0,
          area_ja: impact.area?.ja ?? null,
          area_en: impact.area?.en ?? null,
          symptom: impact.symptom,
          detail_ja: impact.detail?.ja ?? null,
          detail_en: impact.detail?.en ?? null,
          users: impact.users ? JSON.stringify(impact.users) : null,
          started_at: impact.startedAt,
          started_approximate: impact.approximate ? 1 : 0,
          recovered_at: impact.recoveredAt,
          recovered_approximate: impact.recoveredApproximate ? 1 : null,
          position: firstPosition + index,
          added_by_report: impact.addedByReport,
        })
        .execute();
      if (impact.facilities === 'all') continue;
      const rows = impact.facilities.map((facility) => ({ impact_id: impact.id, facility }));
      for (let i = 0; i < rows.length; i += 400) {
        await tx
          .insertInto('impact_facilities')
          .values(rows.slice(i, i + 400))
          .execute();
      }
    }
  },

  async removeImpacts(tx: Tx, noticeId: string): Promise<void> {
    await tx
      .deleteFrom('impact_facilities')
      .where('impact_id', 'in', (eb) => eb.selectFrom('impacts').select('id').where('notice_id', '=', noticeId))
      .execute();
    await tx.deleteFrom('impacts').where('notice_id', '=', noticeId).execute();
  },

  async recover(tx: Tx, impactId: string, at: Instant, approximate: boolean): Promise<void> {
    await tx
      .updateTable('impacts')
      .set({ recovered_at: at, recovered_approximate: approximate ? 1 : null })
      .where('id', '=', impactId)
      .execute();
  },

  /** What was told anew of it; its recovery has a call of its own. */
  async reviseImpact(tx: Tx, impact: Impact): Promise<void> {
    await tx
      .updateTable('impacts')
      .set({
        area_ja: impact.area?.ja ?? null,
        area_en: impact.area?.en ?? null,
        symptom: impact.symptom,
        detail_ja: impact.detail?.ja ?? null,
        detail_en: impact.detail?.en ?? null,
        users: impact.users ? JSON.stringify(impact.users) : null,
        started_at: impact.startedAt,
        started_approximate: impact.approximate ? 1 : 0,
      })
      .where('id', '=', impact.id)
      .execute();
  },

  async addReport(tx: Tx, noticeId: string, report: Report, by: string): Promise<void> {
    await tx
      .insertInto('reports')
      .values({
        notice_id: noticeId,
        number: report.number,
        revision: report.revision,
        phase: report.phase,
        tells_recovery: report.tellsRecovery ? 1 : 0,
        published_at: report.publishedAt,
        published_by: by,
        body_ja: report.body.ja,
        body_en: report.body.en ?? null,
        picture: JSON.stringify(report.picture),
        mail: report.mail ? 1 : 0,
        backfilled: report.backfilled ? 1 : 0,
        reason_ja: report.reason?.ja ?? null,
        reason_en: report.reason?.en ?? null,
      })
      .execute();
  },

  /** The first word of a report on a surface stays; a second is refused by the key and left as it was. */
  async addPosting(tx: Tx, row: PostingRow): Promise<boolean> {
    const added = await tx
      .insertInto('postings')
      .values({ known: 'minute', approximate: 0, ...row })
      .onConflict((conflict) => conflict.columns(['notice_id', 'report_number', 'surface']).doNothing())
      .returning('surface')
      .execute();
    return added.length === 1;
  },

  async draft(db: Reader, noticeId: string): Promise<Draft | undefined> {
    const row = await db.selectFrom('drafts').selectAll().where('notice_id', '=', noticeId).executeTakeFirst();
    return row && draftOf(row);
  },

  async drafts(db: Reader): Promise<Draft[]> {
    return (await db.selectFrom('drafts').selectAll().orderBy('saved_at', 'desc').execute()).map(draftOf);
  },

  /** @returns the new version, or undefined where somebody else saved since `expected` (0: there was none). */
  async saveDraft(tx: Tx, draft: Omit<Draft, 'version'>, expected: number): Promise<number | undefined> {
    const values = {
      content: JSON.stringify(draft.content),
      saved_at: draft.savedAt,
      saved_by: draft.savedBy,
      saved_by_id: draft.savedById,
    };
    const rows =
      expected === 0
        ? await tx
            .insertInto('drafts')
            .values({ ...values, notice_id: draft.noticeId, version: 1 })
            .onConflict((conflict) => conflict.column('notice_id').doNothing())
            .returning('version')
            .execute()
        : await tx
            .updateTable('drafts')
            .set({ ...values, version: expected + 1 })
            .where('notice_id', '=', draft.noticeId)
            .where('version', '=', expected)
            .returning('version')
            .execute();
    return rows[0]?.version;
  },

  /** Of this version only, where one is named. */
  async removeDraft(tx: Tx, noticeId: string, version?: number): Promise<void> {
    let query = tx.deleteFrom('drafts').where('notice_id', '=', noticeId);
    if (version !== undefined) query = query.where('version', '=', version);
    await query.execute();
  },

  /** The next number of the edition. Taking it makes publications stand in line. */
  async nextEdition(tx: Tx, now: Instant): Promise<number> {
    const row = await tx
      .updateTable('edition')
      .set((eb) => ({ number: eb('number', '+', 1), changed_at: now }))
      .where('id', '=', 1)
      .returning('number')
      .executeTakeFirstOrThrow();
    return row.number;
  },

  /** What services and facilities are called, retired ones too: old notices still name them. */
  async names(db: Reader): Promise<Names> {
    const services = await db.selectFrom('services').select(['key', 'name_ja', 'name_en', 'part_of']).execute();
    const facilities = await db.selectFrom('facilities').select(['code', 'name_ja', 'name_en', 'service']).execute();
    return {
      services: new Map(services.map((row) => [row.key, { ...textOf(row.name_ja, row.name_en), partOf: row.part_of }])),
      facilities: new Map(
        facilities.map((row) => [row.code, { ...textOf(row.name_ja, row.name_en), service: row.service }]),
      ),
    };
  },

  async edition(db: Reader): Promise<number> {
    return (await db.selectFrom('edition').select('number').where('id', '=', 1).executeTakeFirstOrThrow()).number;
  },

  async editionChangedAt(db: Reader): Promise<Instant> {
    const row = await db.selectFrom('edition').select('changed_at').where('id', '=', 1).executeTakeFirstOrThrow();
    return row.changed_at;
  },
};

/** What is being written, word for word as in the form. */
export interface Draft {
  noticeId: string;
  content: unknown;
  savedAt: Instant;
  savedBy: string;
  /** Of a person or a key. */
  savedById: string | null;
  version: number;
}

async function assemble(db: Reader, rows: NoticesTable[]): Promise<Notice[]> {
  if (rows.length === 0) return [];
  // Below some hundred ids a list, above it everything: both engines limit the parameters of a statement.
  const ids = rows.length <= 300 ? rows.map((row) => row.id) : null;
  const impactRows = await db
    .selectFrom('impacts')
    .selectAll()
    .$if(ids !== null, (query) => query.where('notice_id', 'in', ids ?? []))
    .orderBy('position')
    .execute();
  const facilityRows = await db
    .selectFrom('impact_facilities')
    .innerJoin('impacts', 'impacts.id', 'impact_facilities.impact_id')
    .select(['impact_facilities.impact_id', 'impact_facilities.facility'])
    .$if(ids !== null, (query) => query.where('impacts.notice_id', 'in', ids ?? []))
    .orderBy('impact_facilities.facility')
    .execute();
  const reportRows = await db
    .selectFrom('reports')
    .selectAll()
    .$if(ids !== null, (query) => query.where('notice_id', 'in', ids ?? []))
    .orderBy('number')
    .orderBy('revision')
    .execute();
  const facilities = groupBy(
    facilityRows,
    (row: ImpactFacilitiesTable) => row.impact_id,
    (row) => row.facility,
  );
  const impacts = groupBy(
    impactRows,
    (row) => row.notice_id,
    (row) => impactOf(row, facilities.get(row.id) ?? []),
  );
  const reports = groupBy(reportRows, (row) => row.notice_id, reportOf);
  return rows.map((row) => noticeOf(row, impacts.get(row.id) ?? [], newestRevisions(reports.get(row.id) ?? [])));
}

function newestRevisions(reports: Report[]): Report[] {
  return [...new Map(reports.map((report) => [report.number, report])).values()];
}

function noticeOf(row: NoticesTable, impacts: Impact[], reports: Report[]): Notice {
  return {
    id: row.id,
    kind: row.kind,
    title: textOf(row.title_ja, row.title_en),
    rootId: row.root_id,
    occurredAt: row.occurred_at,
    occurredApproximate: row.occurred_approximate === 1,
    recognisedAt: row.recognised_at,
    seriousAt: row.serious_at,
    planned: readPlanned(row.planned_from, row.planned_to, row.planned_windows),
    ...(row.links === null ? {} : { links: JSON.parse(row.links) as NoticeLink[] }),
    actualFrom: row.actual_from,
    actualTo: row.actual_to,
    firstPublishedAt: row.first_published_at,
    updatedAt: row.updated_at,
    version: row.version,
    impacts,
    reports,
  };
}

function impactOf(row: ImpactsTable, facilities: string[]): Impact {
  return {
    id: row.id,
    service: row.service,
    facilities: row.all_facilities === 1 ? 'all' : facilities,
    area: row.area_ja === null ? null : textOf(row.area_ja, row.area_en),
    symptom: row.symptom,
    detail: row.detail_ja === null ? null : textOf(row.detail_ja, row.detail_en),
    users: row.users === null ? null : (JSON.parse(row.users) as Quantity),
    startedAt: row.started_at,
    approximate: row.started_approximate === 1,
    recoveredAt: row.recovered_at,
    ...(row.recovered_approximate === 1 ? { recoveredApproximate: true } : {}),
    addedByReport: row.added_by_report,
  };
}

function reportOf(row: ReportsTable): Report {
  return {
    number: row.number,
    revision: row.revision,
    phase: row.phase,
    tellsRecovery: row.tells_recovery === 1,
    publishedAt: row.published_at,
    body: textOf(row.body_ja, row.body_en),
    picture: JSON.parse(row.picture) as Picture,
    mail: row.mail === 1,
    backfilled: row.backfilled === 1,
    reason: row.reason_ja === null ? null : textOf(row.reason_ja, row.reason_en),
  };
}

function postingOf(row: PostingsTable): Posting {
  return {
    reportNumber: row.report_number,
    surface: row.surface,
    postedAt: row.posted_at,
    known: row.known,
    approximate: row.approximate === 1,
    note: row.note,
  };
}

function draftOf(row: {
  notice_id: string;
  content: string;
  saved_at: number;
  saved_by: string;
  saved_by_id: string | null;
  version: number;
}): Draft {
  return {
    noticeId: row.notice_id,
    content: JSON.parse(row.content) as unknown,
    savedAt: row.saved_at,
    savedBy: row.saved_by,
    savedById: row.saved_by_id,
    version: row.version,
  };
}

function textOf(ja: string, en: string | null): Text {
  return en === null ? { ja } : { ja, en };
}

function groupBy<Row, Value>(rows: Row[], key: (row: Row) => string, value: (row: Row) => Value): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(value(row));
    else groups.set(key(row), [value(row)]);
  }
  return groups;
}
