import type { Instant, Language } from '../../time.ts';
import { showClock, showDay, showDuration } from '../../time.ts';
import { dayOf } from '../days.ts';
import { type Axis, axisOf } from '../drawing/axis.ts';
import { firstToFit, type Label, labelFrom, shorten, widthOf } from '../drawing/letters.ts';
import { type Mark, marksOf } from '../drawing/marks.ts';
import { type Scale, scaleOf } from '../drawing/ticks.ts';
import { SYMPTOM_NAMES } from '../words.ts';
import type { Course, Row, Stretch } from './course.ts';

/** A bar: `x` and `width` in percent of the drawing. */
export interface Bar {
  x: number;
  width: number;
  look: Stretch['look'];
  /** Its start is not known exactly. */
  approximate: boolean;
  open: boolean;
}

/** All words of the drawing for a width, in rem, that it has at least. */
export interface Lettering extends Scale {
  marks: Mark[];
  /** By row: what it is, above its bar, and from when to when, below. */
  heads: string[];
  notes: Label[];
}

/** A drawing that is as wide as its place: across in percent, down in rem, letters of one size. */
export interface Timeline {
  /** In rem. */
  height: number;
  axisY: number;
  parts: { left: number; right: number }[];
  /** Where a pause is left out. */
  breaks: number[];
  /** Where each report stands. */
  reports: number[];
  rows: { y: number; bars: Bar[] }[];
  narrow: Lettering;
  wide: Lettering;
}

/** What a telephone of 320 pixels and a full page have beside their margins, in rem. style.css changes over at the second. */
export const NARROW = 18;
export const WIDE = 44;

/** Rem: down to the first row, and one row with what stands above and below its bar. */
const ABOVE = 3.4;
const ROW = 4;
const BELOW = 3;

export function timeline(course: Course, zone: string, language: Language): Timeline {
  const { rows, told } = course;
  const bars = rows.map((row) => (row.kind === 'target' ? [row.bar, row.taken] : [row.bar]));
  const axis = axisOf(
    bars.flat(),
    told.map((one) => one.at),
  );
  const axisY = ABOVE + ROW * rows.length;
  const letter = (room: number): Lettering => ({
    ...scaleOf(axis, zone, language, room),
    marks: marksOf(
      told.map((one) => ({ number: one.number, x: axis.place(one.at) })),
      room,
    ),
    heads: rows.map((row) => headOf(row, language, room)),
    notes: rows.map((row) => noteOf(row, axis, zone, language, room)),
  });
  return {
    height: axisY + BELOW,
    axisY,
    parts: axis.parts.map(({ left, right }) => ({ left, right })),
    breaks: axis.parts.slice(1).map((part, index) => (part.left + (axis.parts[index]?.right ?? part.left)) / 2),
    reports: told.map((one) => axis.place(one.at)),
    rows: bars.map((row, index) => ({ y: ABOVE + ROW * index, bars: row.map((bar) => barOf(bar, axis)) })),
    narrow: letter(NARROW),
    wide: letter(WIDE),
  };
}

function barOf({ from, to, look, approximate, open }: Stretch, axis: Axis): Bar {
  const x = axis.place(from);
  return { x, width: axis.place(to) - x, look, approximate, open };
}

function headOf(row: Row, language: Language, room: number): string {
  const say = (ja: string, en: string) => (language === 'ja' ? ja : en);
  switch (row.kind) {
    case 'target': {
      const clock = row.clock === 'recognised' ? say('認知', 'recognition') : say('発生', 'occurrence');
      return shorten(say(`初報まで（目標：${clock}から30分）`, `First report: 30 min from ${clock}`), room);
    }
    case 'first-plan':
      return say('はじめの予定', 'First plan');
    case 'plan':
      return row.cancelled ? say('予定（中止）', 'Planned (cancelled)') : say('予定', 'Planned');
    case 'work':
      return say('実際の工事', 'Actual work');
    case 'impact': {
      const { impact } = row;
      const text = (name: { ja: string; en?: string | undefined }) => say(name.ja, name.en ?? name.ja);
      const symptom = text(SYMPTOM_NAMES[row.symptom]);
      const [service, end] = [text(impact.service), say(`：${symptom}`, `: ${symptom}`)];
      const { facilities } = impact;
      const of = (what: string) => service + say(`（${what}）`, ` (${what})`) + end;
      const ways = facilities
        ? [of(text(facilities.text)), of(say(`${facilities.count}設備`, `${facilities.count} units`))]
        : [];
      // Where there is little room the name of the service gives way, not what is wrong with it.
      return firstToFit([...ways, service + end, shorten(service, room - widthOf(end)) + end], room);
    }
  }
}

function noteOf(row: Row, axis: Axis, zone: string, language: Language, room: number): Label {
  const bar = row.kind === 'target' ? row.taken : row.bar;
  return labelFrom(axis.place(bar.from), firstToFit(noteWays(row, zone, language), room), room);
}

/** From the fullest to the shortest. */
function noteWays(row: Row, zone: string, language: Language): string[] {
  const say = (ja: string, en: string) => (language === 'ja' ? ja : en);
  if (row.kind === 'target') {
    const [taken, over] = [row.taken.to - row.taken.from, row.taken.to - row.bar.to];
    const took = showDuration(taken, language);
    return over <= 0
      ? [say(`${took}で掲載（目標以内）`, `published after ${took} (in time)`)]
      : [
          say(
            `${took}で掲載（目標を${showDuration(over, language)}超過）`,
            `after ${took} (${showDuration(over, language)} late)`,
          ),
        ];
  }
  const { from, to, approximate, open } = row.bar;
  const days = dayOf(from, zone) !== dayOf(to, zone);
  const clock = (at: Instant, about = false) => {
    const time = showClock(at, zone, language, { withoutZone: true, approximate: about });
    const day = days ? showDay(at, zone, language, { withoutWeekday: true }) : '';
    return days ? say(`${day} ${time}`, `${time} ${day}`) : time;
  };
  const [start, end, lasted] = [clock(from, approximate), clock(to), showDuration(to - from, language)];
  if (open) {
    return [
      say(`${start}から継続中（${end}現在）`, `since ${start}, going on (as of ${end})`),
      say(`${start}から継続中`, `since ${start}, going on`),
    ];
  }
  return [
    say(`${start}〜${end}（${lasted}）`, `${start} – ${end} (${lasted})`),
    say(`${start}〜${end}`, `${start} – ${end}`),
    lasted,
  ];
}
