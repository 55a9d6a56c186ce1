import { enqueuePublication } from '../alerts/enqueue.ts';
import { loadDesks } from '../catalogue/read.ts';
import type { Tx } from '../db/open.ts';
import { Conflict, type FieldProblem, Forbidden, Invalid, NotFound } from '../errors.ts';
import { record } from '../staff/audit.ts';
import type { Instant } from '../time.ts';
import { type Advance, advance } from './advance.ts';
import { mustBeApproved } from './drafts/fingerprint.ts';
import { type Kept, settleDraft, takeSchedule } from './drafts/settle.ts';
import { type AlsoInTransaction, type NoticeGround, noticeUrl } from './ground.ts';
import { mailedByDefault, type NoticeInput, type ReportInput } from './input.ts';
import type { Notice } from './notice.ts';
import { openDraftNotice, rewriteDraftNotice, unknownNames } from './open.ts';
import type { Poster } from './poster.ts';
import { publicationOf } from './reach.ts';
import type { Report } from './report.ts';
import { noticeStore } from './store.ts';
import { type LetterOf, letterFor } from './wording/letters.ts';

export interface PublishOptions {
  also?: AlsoInTransaction | undefined;
  /** The draft that is published, where the text was kept before. */
  kept?: Kept | undefined;
}

/**
 * Publishes the next report of a notice. Report, impacts, postings, audit row, outbox work and the edition's new number are one
 * transaction: a crash leaves all of it or nothing. `expectedReports` is the number of reports that the writer had before him.
 * @throws Invalid naming every missing or wrong item; NotFound; Forbidden; Conflict where another report came in between.
 */
export async function publishReport(
  ground: NoticeGround,
  poster: Poster,
  noticeId: string,
  input: ReportInput,
  { also, expectedReports, kept }: PublishOptions & { expectedReports?: number } = {},
): Promise<Notice> {
  mayPublish(poster, input);
  const notice = await ground.db.transaction(async (tx) => {
    if (expectedReports !== undefined) await noneBetween(ground, tx, noticeId, expectedReports);
    const published = await publishIn(ground, tx, { poster, noticeId, input, kept, whole: input });
    await also?.(tx, published);
    return published;
  });
  ground.announce();
  return notice;
}

/**
 * Opens a notice and publishes its first report, in one transaction; `draftId` names the draft that it was written as.
 * @throws Invalid, Forbidden; Conflict where the draft has been published meanwhile.
 */
export async function publishNotice(
  ground: NoticeGround,
  poster: Poster,
  input: NoticeInput,
  options: PublishOptions & { draftId?: string | undefined } = {},
): Promise<Notice> {
  mayPublish(poster, input.report);
  const notice = await ground.db.transaction(async (tx) => {
    const id = options.draftId ?? (await openDraftNotice(ground, tx, poster, input, true));
    if (options.draftId) await takeDraft(ground, tx, id, input);
    const report = { ...input.report, ...first(input), publish: true };
    const { kept } = options;
    const published = await publishIn(ground, tx, {
      poster,
      noticeId: id,
      input: report,
      kept,
      prefix: 'report.',
      whole: input,
    });
    await options.also?.(tx, published);
    return published;
  });
  ground.announce();
  return notice;
}

/** Locks the notice first, so that of two who publish at once the second one sees the first one's report. */
async function noneBetween(ground: NoticeGround, tx: Tx, id: string, expected: number): Promise<void> {
  if (!(await noticeStore.lock(tx, id, ground.clock.now()))) throw notFound();
  const last = (await noticeStore.find(tx, id))?.reports.at(-1)?.number ?? 0;
  if (last === expected) return;
  throw new Conflict({
    ja: `この画面を開いたあとに第${last}報が公開されました。内容を確認し、必要なら書き直してから公開してください。`,
    en: `Report ${last} was published after you opened this form. Read it, change your text where needed, then publish.`,
  });
}

async function takeDraft(ground: NoticeGround, tx: Tx, id: string, input: NoticeInput): Promise<void> {
  if (!(await noticeStore.lock(tx, id, ground.clock.now()))) throw notFound();
  const draft = await noticeStore.find(tx, id);
  if (draft && draft.reports.length > 0) {
    throw new Conflict({
      ja: 'この初報は、すでにほかの担当者が公開しました。',
      en: 'Somebody else has already published this first report.',
    });
  }
  await rewriteDraftNotice(ground, tx, id, input, true);
}

function first(input: NoticeInput): Partial<ReportInput> {
  return {
    impacts: input.impacts,
    ...(input.prominent === undefined ? {} : { prominent: input.prominent }),
  };
}

function mayPublish(poster: Poster, input: { publishedAt?: Instant | undefined }): void {
  if (!poster.mayPublish) {
    throw new Forbidden({
      ja: '公開する権限がありません。下書きとして保存し、公開担当者に依頼してください。',
      en: 'You may not publish. Save this as a draft and ask a publisher.',
    });
  }
  if (input.publishedAt !== undefined && !poster.mayBackfill) {
    throw new Forbidden({
      ja: '過去の日時で公開するには notices:backfill の権限が必要です。',
      en: 'Publishing with a past time needs the scope notices:backfill.',
    });
  }
}

interface Publishing {
  poster: Poster;
  noticeId: string;
  input: ReportInput;
  kept: Kept | undefined;
  /** All that was sent, which is what a second person approves. */
  whole: object;
  /** Where the report's fields stand in the input. */
  prefix?: string;
}

async function publishIn(
  ground: NoticeGround,
  tx: Tx,
  { poster, noticeId, input, kept, whole, prefix = '' }: Publishing,
): Promise<Notice> {
  const now = ground.clock.now();
  const at = input.publishedAt ?? now;
  if (!(await noticeStore.lock(tx, noticeId, at))) throw notFound();
  if (kept?.scheduledFor !== undefined) await takeSchedule(tx, noticeId, kept);
  const before = await noticeStore.find(tx, noticeId);
  if (!before) throw notFound();
  if (!ground.rehearsal && input.publishedAt === undefined) {
    const reports = before.reports.at(-1)?.number ?? 0;
    await mustBeApproved(tx, { noticeId, reports, phase: input.phase, input: whole });
  }
  const names = await noticeStore.names(tx);
  const { advance: next, problems } = advance(before, input, at);
  problems.push(...unknownNames(input.impacts ?? [], names), ...wrongTime(before, input, now));
  if (problems.length > 0)
    throw new Invalid(problems.map((problem) => ({ ...problem, field: placed(problem.field, prefix) })));

  const report = reportOf(before, input, next, at);
  await writeNotice(tx, before, next, input, at);
  await noticeStore.addReport(tx, noticeId, report, poster.name);
  await settleDraft(ground, tx, { poster, noticeId, number: report.number, kept });
  await writePostings(tx, noticeId, report, before.seriousAt !== null || input.prominent === true, poster);
  const after = await noticeStore.find(tx, noticeId);
  if (!after) throw notFound();
  await record(tx, now, poster, 'report:publish', 'notice', noticeId, toldOf(before), {
    ...toldOf(after),
    scheduledFor: kept?.scheduledFor,
  });
  if (!report.backfilled) await enqueue(ground, tx, { notice: after, report });
  await noticeStore.nextEdition(tx, now);
  return after;
}

/** What the trail keeps of a notice: the whole text stands in its reports. */
function toldOf(notice: Notice) {
  const { occurredAt, seriousAt, planned, actualFrom, actualTo } = notice;
  const last = notice.reports.at(-1);
  const open = notice.impacts.filter((impact) => impact.recoveredAt === null).map((impact) => impact.id);
  return { number: last?.number, phase: last?.phase, occurredAt, seriousAt, planned, actualFrom, actualTo, open };
}

/** A notice's own fields keep their names; the first report's stand under `report.` in the form and in the API. */
function placed(field: string, prefix: string): string {
  return /^(impacts|planned)\b/.test(field) ? field : prefix + field;
}

function notFound(): NotFound {
  return new NotFound({ ja: 'このお知らせは見つかりませんでした。', en: 'There is no such notice.' });
}

function wrongTime(notice: Notice, input: ReportInput, now: Instant): FieldProblem[] {
  if (input.publishedAt === undefined) return [];
  const problems: FieldProblem[] = [];
  const field = 'publishedAt';
  if (input.publishedAt > now)
    problems.push({ field, ja: '公開の日時が未来です。', en: 'This time is in the future.' });
  const last = notice.reports.at(-1);
  if (last && input.publishedAt < last.publishedAt) {
    problems.push({ field, ja: '前の報より前の日時です。', en: 'This is before the report that came before.' });
  }
  return problems;
}

function reportOf(notice: Notice, input: ReportInput, next: Advance, at: Instant): Report {
  return {
    number: (notice.reports.at(-1)?.number ?? 0) + 1,
    revision: 0,
    phase: input.phase,
    tellsRecovery: next.tellsRecovery,
    publishedAt: at,
    body: input.body,
    picture: next.picture,
    mail: input.publishedAt === undefined && (input.mail ?? mailedByDefault(input.phase)),
    backfilled: input.publishedAt !== undefined,
    reason: null,
  };
}

async function writeNotice(tx: Tx, before: Notice, next: Advance, input: ReportInput, at: Instant): Promise<void> {
  const known = new Set(before.impacts.map((impact) => impact.id));
  for (const impact of next.impacts) {
    if (next.revisedNow.includes(impact.id)) await noticeStore.reviseImpact(tx, impact);
    if (next.recoveredNow.includes(impact.id) && impact.recoveredAt !== null)
      await noticeStore.recover(tx, impact.id, impact.recoveredAt, impact.recoveredApproximate === true);
  }
  await noticeStore.addImpacts(
    tx,
    before.id,
    next.impacts.filter((impact) => !known.has(impact.id)),
    before.impacts.length,
  );
  await noticeStore.update(tx, before.id, {
    updated_at: at,
    occurred_at: next.occurred.at,
    occurred_approximate: next.occurred.approximate ? 1 : 0,
    first_published_at: before.firstPublishedAt ?? at,
    planned_from: next.planned?.from ?? null,
    planned_to: next.planned?.to ?? null,
    planned_windows: next.planned?.windows ? JSON.stringify(next.planned.windows) : null,
    actual_from: next.actualFrom,
    actual_to: next.actualTo,
    ...(input.prominent === true && before.seriousAt === null ? { serious_at: at } : {}),
  });
}

/** Our own surfaces have the report from now on: every notice on `support`, the prominent ones on `top` too. */
async function writePostings(
  tx: Tx,
  noticeId: string,
  report: Report,
  prominent: boolean,
  poster: Poster,
): Promise<void> {
  for (const surface of prominent ? ['support', 'top'] : ['support']) {
    await noticeStore.addPosting(tx, {
      notice_id: noticeId,
      report_number: report.number,
      surface,
      posted_at: report.publishedAt,
      recorded_by: poster.name,
      note: null,
    });
  }
}

/**
 * The outbox work: who is mailed follows from what the whole root fault looks like at this moment. The letters are for those who have
 * had no mail on this notice; letter-since.ts writes those in which changes are marked.
 */
export async function enqueue(
  ground: NoticeGround,
  tx: Tx,
  { notice, report }: { notice: Notice; report: Report },
): Promise<void> {
  const family = await noticeStore.ofRoot(tx, notice.rootId);
  const letter = { notice, report, since: null, ...(await letterGround(ground, tx, notice.id)) };
  const texts = { ja: letterFor(letter, 'ja'), en: letterFor(letter, 'en') };
  const { hostname } = new URL(ground.publicUrl);
  const publication = publicationOf(notice, report, family, letter.names, texts);
  ground.overhear?.(publication);
  await enqueuePublication(tx, publication, hostname, ground.clock.now());
}

/** What every letter of a notice needs to be written. */
export async function letterGround(
  { operator, publicUrl }: Pick<NoticeGround, 'operator' | 'publicUrl'>,
  tx: Tx,
  noticeId: string,
): Promise<Pick<LetterOf, 'names' | 'desks' | 'operator' | 'url'>> {
  const url = { ja: noticeUrl(publicUrl, noticeId), en: noticeUrl(`${publicUrl}/en`, noticeId) };
  return { names: await noticeStore.names(tx), desks: await loadDesks(tx), operator, url };
}
