import type { CatalogueNames, Name } from '../../catalogue/catalogue.ts';
import type { Message } from '../../errors.ts';
import type { Symptom } from '../../notices/impact.ts';
import { type Notice, type NoticeState, workWindow } from '../../notices/notice.ts';
import { plannedWindows } from '../../notices/windows.ts';
import { FIRST_REPORT_TARGET } from '../../notices/wording/report-look.ts';
import type { Instant } from '../../time.ts';
import { type ImpactView, impactView, SYMPTOM_NAMES } from '../words.ts';

/** What lasted, or was to last: a bar of the drawing. */
export interface Stretch {
  from: Instant;
  to: Instant;
  approximate: boolean;
  /** Still going on at `to`, which is the last that is known. */
  open: boolean;
  look: Symptom | 'planned' | 'work' | 'target' | 'in-time' | 'late';
}

/** One line of the drawing. */
export type Row =
  | { kind: 'impact'; impact: ImpactView; symptom: Symptom; bar: Stretch }
  | { kind: 'first-plan' | 'plan' | 'work'; bar: Stretch; cancelled: boolean }
  | { kind: 'target'; clock: 'recognised' | 'occurred'; bar: Stretch; taken: Stretch };

export interface Told {
  number: number;
  phase: Message;
  at: Instant;
}

/** How a notice went, ready to be drawn. It ends with what was told last, so that it is not another each minute. */
export interface Course {
  rows: Row[];
  /** Impacts beyond those for which there is room. */
  more: number;
  told: Told[];
  asOf: Instant;
  /** The same as the drawing, in words, oldest first. */
  events: Event[];
}

export interface Event {
  at: Instant;
  approximate: boolean;
  what: Message;
  detail: Name | null;
  /** The report that it is. */
  report: number | null;
}

/** On a telephone the drawing of so many fills the screen; the table names all. */
const MOST_ROWS = 10;

export function courseOf(notice: Notice, state: NoticeState, told: Told[], names: CatalogueNames): Course {
  const asOf = Math.max(...told.map((one) => one.at), notice.occurredAt);
  const rows = notice.kind === 'work' ? workRows(notice, state, asOf) : faultRows(notice, told, names, asOf);
  const shown = rows.slice(0, MOST_ROWS);
  return { rows: shown, more: rows.length - shown.length, told, asOf, events: eventsOf(rows, told) };
}

function faultRows(notice: Notice, told: Told[], names: CatalogueNames, asOf: Instant): Row[] {
  const impacts = notice.impacts.map((impact): Row => {
    const { startedAt: from, approximate, recoveredAt, symptom } = impact;
    const bar = {
      from,
      to: recoveredAt ?? Math.max(asOf, from),
      approximate,
      open: recoveredAt === null,
      look: symptom,
    };
    return { kind: 'impact', impact: impactView(impact, names), symptom, bar };
  });
  const first = told[0];
  return notice.seriousAt === null || !first ? impacts : [targetRow(notice, first.at), ...impacts];
}

function targetRow({ recognisedAt, occurredAt }: Notice, firstAt: Instant): Row {
  const from = recognisedAt ?? occurredAt;
  const due = from + FIRST_REPORT_TARGET;
  const plain = { from, approximate: false, open: false };
  return {
    kind: 'target',
    clock: recognisedAt === null ? 'occurred' : 'recognised',
    bar: { ...plain, to: due, look: 'target' },
    taken: { ...plain, to: Math.max(from, firstAt), look: firstAt <= due ? 'in-time' : 'late' },
  };
}

function workRows(notice: Notice, state: NoticeState, asOf: Instant): Row[] {
  const cancelled = state === 'cancelled';
  const first = notice.reports[0]?.picture.planned ?? null;
  const { planned, actualFrom, actualTo } = notice;
  const rows: Row[] = [];
  const plan = (kind: 'first-plan' | 'plan', window: { from: Instant; to: Instant }) =>
    rows.push({ kind, cancelled, bar: { ...window, approximate: false, open: false, look: 'planned' } });
  if (first && planned && JSON.stringify(first) !== JSON.stringify(planned))
    for (const window of plannedWindows(first)) plan('first-plan', window);
  if (planned) for (const window of plannedWindows(planned)) plan('plan', window);
  if (actualFrom !== null && !cancelled) {
    // Work that nobody ended by hand ends when it was to end.
    const to = actualTo ?? (state === 'completed' ? workWindow(notice)?.to : undefined);
    const bar = { from: actualFrom, to: to ?? Math.max(asOf, actualFrom), approximate: false, look: 'work' as const };
    rows.push({ kind: 'work', cancelled, bar: { ...bar, open: to === undefined } });
  }
  return rows;
}

function eventsOf(rows: Row[], told: Told[]): Event[] {
  const events = [...rows.flatMap(eventsOfRow), ...told.map(eventOfReport)];
  return events.sort((a, b) => a.at - b.at);
}

function eventOfReport({ number, phase, at }: Told): Event {
  const what = { ja: `第${number}報`, en: `Report ${number}` };
  return { at, approximate: false, what, detail: phase, report: number };
}

function eventsOfRow(row: Row): Event[] {
  const event = (at: Instant, what: Message, detail: Name | null = null, approximate = false): Event => ({
    at,
    approximate,
    what,
    detail,
    report: null,
  });
  const { bar } = row;
  if (row.kind === 'target') {
    const clock =
      row.clock === 'recognised'
        ? event(bar.from, { ja: '認知', en: 'Recognised' })
        : event(bar.from, { ja: '発生', en: 'Occurred' });
    return [
      clock,
      event(bar.to, { ja: '初報の目標', en: 'First report due' }, { ja: '30分以内', en: 'within 30 minutes' }),
    ];
  }
  const [begins, ends] = row.kind === 'impact' ? [BEGAN, RESTORED] : WORK_EVENTS[row.kind];
  const detail = row.kind === 'impact' ? inWords(row.impact, row.symptom) : null;
  return [event(bar.from, begins, detail, bar.approximate), ...(bar.open ? [] : [event(bar.to, ends, detail)])];
}

const BEGAN: Message = { ja: '影響の始まり', en: 'Began' };
const RESTORED: Message = { ja: '回復', en: 'Restored' };

const WORK_EVENTS: Record<'first-plan' | 'plan' | 'work', [Message, Message]> = {
  'first-plan': [
    { ja: 'はじめに予定した開始', en: 'Start as first planned' },
    { ja: 'はじめに予定した終了', en: 'End as first planned' },
  ],
  plan: [
    { ja: '予定の開始', en: 'Planned start' },
    { ja: '予定の終了', en: 'Planned end' },
  ],
  work: [
    { ja: '実際の開始', en: 'Really started' },
    { ja: '実際の終了', en: 'Really ended' },
  ],
};

/** OCNメール（OCNメール設備121・122）：利用不可 */
function inWords({ service, facilities }: ImpactView, symptom: Symptom): Name {
  const { ja, en } = SYMPTOM_NAMES[symptom];
  const of = facilities?.text;
  return {
    ja: `${service.ja}${of ? `（${of.ja}）` : ''}：${ja}`,
    en: service.en && (!of || of.en) ? `${service.en}${of ? ` (${of.en})` : ''}: ${en}` : undefined,
  };
}
