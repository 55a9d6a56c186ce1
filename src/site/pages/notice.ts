import type { Desk, Name } from '../../catalogue/catalogue.ts';
import type { Message } from '../../errors.ts';
import {
  type Attachment,
  attachmentPath,
  earlierVersions,
  shownAttachments,
} from '../../notices/attachments/attachment.ts';
import { ATTACHMENT_KIND_WORDS } from '../../notices/attachments/words.ts';
import type { Bond } from '../../notices/links/link.ts';
import { standingMeasures } from '../../notices/measures/progress.ts';
import { type Notice, noticeState, recoveredAt } from '../../notices/notice.ts';
import { quantityWords } from '../../notices/quantity.ts';
import type { Posting } from '../../notices/read.ts';
import type { Picture, Report } from '../../notices/report.ts';
import { WELL_KNOWN_SURFACES } from '../../notices/surfaces.ts';
import {
  CAUSE_KIND_WORDS,
  CAUSE_STATE_WORDS,
  KIND_WORDS,
  type KnownDate,
  knownDate,
  MEASURE_FIELD_WORDS,
  MEASURE_STATUS_WORDS,
  MEASURE_TERM_WORDS,
  PHASE_WORDS,
  reportLabel,
} from '../../notices/wording/words.ts';
import { DAY, type Instant, type Language } from '../../time.ts';
import { card, type NoticeCard } from '../card.ts';
import { dayOf } from '../days.ts';
import type { SiteContent } from '../edition/content.ts';
import { isSettled } from '../edition/next-change.ts';
import type { Kind, Printing } from '../edition/sheet.ts';
import { linkedNotice } from '../finders/linked.ts';
import { pictureOf } from '../sharing/kind.ts';
import { isOpen, isUnderWay, STATE_SENTENCES } from '../words.ts';
import { type Course, courseOf } from './course.ts';
import { pageSheets } from './print.ts';
import { type Timeline, timeline } from './timeline.ts';
import { toldReports } from './told.ts';

/** `/notices/{id}`: the whole story, under the same address for ever. */
export const notices: Kind = {
  routes: ['/notices/:id'],
  *sheets(printing) {
    const { content, now } = printing;
    for (const notice of content.notices) {
      yield* pageSheets(printing, {
        path: `/notices/${notice.id}`,
        template: 'site/notice',
        // Its relatives are named on it.
        mark: printing.stamp(namedOn(notice, content)),
        view: () => ({
          ...noticePage(notice, content, now),
          ...drawn(notice, printing),
          announced: announcedAhead(notice, printing.operator.timeZone),
          told: toldReports(notice, content.revisions.get(notice.id) ?? [], printing),
          picture: pictured(notice, printing),
          linked: isOpen(noticeState(notice, now)) ? linkedIn(notice, printing) : null,
        }),
        reloads: isUnderWay(noticeState(notice, now)),
        late: isSettled(notice, now),
      });
    }
  },
};

export interface ReportView {
  number: number;
  revision: number;
  /** With its numbers in the series of branches. */
  label: Message;
  phase: Message;
  /** The moment that it speaks of. */
  asOf: Instant | null;
  publishedAt: Instant;
  /** When its newest correction came out. */
  correctedAt: Instant | null;
  /** As staff wrote it. */
  body: Name;
  reason: Name | null;
}

export interface AttachmentView {
  kind: Message;
  path: string;
  alternative: Name;
  /** A paper is saved, a picture is shown. */
  picture: { width: number; height: number } | null;
  /** Kilobytes. */
  size: number;
  extension: string;
  version: number;
  publishedAt: Instant;
  before: { path: string; version: number; publishedAt: Instant }[];
}

export interface NoticePage {
  card: NoticeCard;
  /** Where it stands, before anything else. */
  sentence: Message;
  /** Whether somebody is touched by it, or will be. */
  open: boolean;
  /** When a fault that is over was repaired. */
  endedAt: Instant | null;
  kind: Message;
  isFault: boolean;
  underWay: boolean;
  facts: { label: Message; text: Name }[];
  cause: { state: Message; text: Name | null } | null;
  causes: { kind: Message; state: Message; text: Name; dueTo: number | null }[];
  measures: {
    field: Message;
    term: Message | null;
    status: Message;
    text: Name;
    date: KnownDate | null;
    progress: { status: Message; text: Name | null; publishedAt: Instant }[];
  }[];
  reports: ReportView[];
  postings: (Omit<Posting, 'surface'> & { surface: Message })[];
  attachments: AttachmentView[];
  related: { id: string; title: Name }[];
  /** Other notices and pages that it hangs together with. */
  bonds: Bond[];
  /** What was told of the cause before, oldest first; empty while that never changed. */
  causeBefore: { label: Message; state: Message; text: Name | null }[];
  passwordIsRight: boolean;
  desks: Desk[];
}

/** Of this very report: who keeps a picture by its address takes the next one anew. */
function pictured(notice: Notice, printing: Printing): string | undefined {
  const path = pictureOf(notice, printing);
  return path && `${path}?${notice.reports.length}`;
}

/** What search engines read of it, while people search for it. */
function linkedIn(notice: Notice, printing: Printing): Record<Language, string> {
  return { ja: linkedNotice(notice, printing, 'ja'), en: linkedNotice(notice, printing, 'en') };
}

/** How it went, as a drawing for each language. */
function drawn(
  notice: Notice,
  { content, now, operator }: Printing,
): { course: Course; timeline: Record<Language, Timeline> } {
  const revisions = content.revisions.get(notice.id) ?? [];
  const told = notice.reports.map((report) => {
    const { number, phase, publishedAt } = reportView(report, revisions);
    return { number, phase, at: publishedAt };
  });
  const course = courseOf(notice, noticeState(notice, now), told, content.names);
  const zone = operator.timeZone;
  return { course, timeline: { ja: timeline(course, zone, 'ja'), en: timeline(course, zone, 'en') } };
}

/** The whole story of a notice, newest first. */
export function noticePage(notice: Notice, content: SiteContent, now: Instant): NoticePage {
  const picture = notice.reports.at(-1)?.picture;
  const state = noticeState(notice, now);
  const underWay = isUnderWay(state);
  return {
    card: card(notice, content, now),
    sentence: STATE_SENTENCES[state],
    open: isOpen(state),
    endedAt: state === 'recovered' || state === 'closed' ? recoveredAt(notice) : null,
    kind: KIND_WORDS[notice.kind],
    isFault: notice.kind === 'fault',
    underWay,
    facts: factsOf(picture),
    // Once the causes are told one by one, the word alone says nothing more.
    cause:
      picture?.cause && (picture.cause.text || !picture.causes?.length)
        ? { state: CAUSE_STATE_WORDS[picture.cause.state], text: picture.cause.text ?? null }
        : null,
    causes: (picture?.causes ?? []).map((cause) => ({
      kind: CAUSE_KIND_WORDS[cause.kind],
      state: CAUSE_STATE_WORDS[cause.state],
      text: cause.text,
      dueTo: cause.dueTo ?? null,
    })),
    measures: standingMeasures(notice, content.progress.get(notice.id) ?? []).map((measure) => ({
      field: MEASURE_FIELD_WORDS[measure.field],
      term: measure.term ? MEASURE_TERM_WORDS[measure.term] : null,
      status: MEASURE_STATUS_WORDS[measure.status],
      text: measure.text,
      date: measure.date === undefined ? null : knownDate(measure.date),
      progress: measure.progress.map((entry) => ({ ...entry, status: MEASURE_STATUS_WORDS[entry.status] })),
    })),
    reports: [...notice.reports].reverse().map((report) => reportView(report, content.revisions.get(notice.id) ?? [])),
    postings: (content.postings.get(notice.id) ?? []).map((posting) => ({
      ...posting,
      surface: SURFACE_WORDS[posting.surface] ?? { ja: posting.surface, en: posting.surface },
    })),
    attachments: attachmentViews(content.attachments.get(notice.id) ?? []),
    related: (content.families.get(notice.rootId) ?? [])
      .filter((other) => other.id !== notice.id)
      .map((other) => ({ id: other.id, title: other.title })),
    bonds: content.bonds.get(notice.id) ?? [],
    causeBefore: causeBefore(notice),
    passwordIsRight: underWay && notice.kind === 'fault' && state !== 'delayed',
    desks: content.catalogue.desks,
  };
}

/** When a work was first told, and how many days of the calendar before its planned beginning. */
function announcedAhead(notice: Notice, zone: string): { at: Instant; days: number } | null {
  const from = notice.planned?.from;
  const at = notice.firstPublishedAt;
  if (notice.kind !== 'work' || from === undefined || at === null) return null;
  const days = (Date.parse(dayOf(from, zone)) - Date.parse(dayOf(at, zone))) / DAY;
  return days > 0 ? { at, days } : null;
}

/** The notice and all whose titles stand on its page. */
function namedOn(notice: Notice, content: SiteContent): Notice[] {
  const bonds = new Set((content.bonds.get(notice.id) ?? []).map((bond) => bond.notice?.id));
  const linked = bonds.size > 0 ? content.notices.filter((one) => bonds.has(one.id)) : [];
  return [...new Set([...(content.families.get(notice.rootId) ?? [notice]), ...linked])];
}

function reportView(report: Report, revisions: Report[]): ReportView {
  const original = revisions.find((one) => one.number === report.number && one.revision === 0);
  return {
    number: report.number,
    revision: report.revision,
    label: reportLabel(report),
    phase: PHASE_WORDS[report.phase],
    asOf: report.picture.asOf ?? null,
    publishedAt: original?.publishedAt ?? report.publishedAt,
    correctedAt: report.revision > 0 ? report.publishedAt : null,
    body: report.body,
    reason: report.reason,
  };
}

function attachmentViews(attachments: Attachment[]): AttachmentView[] {
  return shownAttachments(attachments).map((one) => ({
    kind: ATTACHMENT_KIND_WORDS[one.kind],
    path: attachmentPath(one),
    alternative: one.alternative,
    picture: one.width === null || one.height === null ? null : { width: one.width, height: one.height },
    size: Math.ceil(one.size / 1024),
    extension: one.extension,
    version: one.version,
    publishedAt: one.publishedAt ?? one.addedAt,
    before: earlierVersions(attachments, one).map((earlier) => ({
      path: attachmentPath(earlier),
      version: earlier.version,
      publishedAt: earlier.publishedAt ?? earlier.addedAt,
    })),
  }));
}

/** 調査中 → 推定 → 確定: each word on the cause that another one followed. */
function causeBefore({ reports }: Notice): NoticePage['causeBefore'] {
  const told = reports.flatMap((report) => (report.picture.cause ? [{ report, cause: report.picture.cause }] : []));
  const turns = told.filter(({ cause }, index) => JSON.stringify(cause) !== JSON.stringify(told[index - 1]?.cause));
  return turns.slice(0, -1).map(({ report, cause }) => ({
    label: reportLabel(report),
    state: CAUSE_STATE_WORDS[cause.state],
    text: cause.text ?? null,
  }));
}

function factsOf(picture: Picture | undefined): NoticePage['facts'] {
  const facts: [Message, Name | undefined][] = [
    [{ ja: '影響を受けたお客さまの数', en: 'How many are affected' }, picture?.users && quantityWords(picture.users)],
    [{ ja: '今ご利用いただける方法', en: 'What you can do meanwhile' }, picture?.workaround],
    [{ ja: 'なさらないでいただきたいこと', en: 'Please do not' }, picture?.avoid],
    [{ ja: '影響のないもの', en: 'What still works' }, picture?.unaffected],
    [{ ja: '緊急通報（110・118・119）への影響', en: 'Emergency calls (110, 118, 119)' }, picture?.emergencyCalls],
    [{ ja: '回復後に残る影響', en: 'What remains after recovery' }, picture?.residual],
  ];
  return facts.flatMap(([label, text]) => (text ? [{ label, text }] : []));
}

const SURFACE_WORDS: Record<string, Message> = {
  ...WELL_KNOWN_SURFACES,
  support: { ja: 'この故障・工事情報', en: 'This status page' },
  top: { ja: 'トップページの重要なお知らせ', en: 'Important notice on the top page' },
};
