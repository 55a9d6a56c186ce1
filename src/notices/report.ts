import type { Instant } from '../time.ts';
import type { Impact, Revision } from './impact.ts';
import type { Text } from './notice.ts';
import type { Phase } from './phases.ts';
import type { Quantity } from './quantity.ts';
import type { Planned } from './windows.ts';

export const CAUSE_STATES = ['investigating', 'presumed', 'confirmed'] as const;
/** 調査中, 推定, 確定 */
export type CauseState = (typeof CAUSE_STATES)[number];

/** The cause as a report tells it may also be withheld: 非公表, with the reason as its text. */
export const TOLD_CAUSE_STATES = [...CAUSE_STATES, 'undisclosed'] as const;
export type ToldCauseState = (typeof TOLD_CAUSE_STATES)[number];

export const CAUSE_KINDS = ['occurrence', 'spread', 'prolongation'] as const;
/** 発生, 大規模化, 長期化 */
export type CauseKind = (typeof CAUSE_KINDS)[number];

export const MEASURE_FIELDS = ['hardware', 'software', 'organisation', 'information'] as const;
export type MeasureField = (typeof MEASURE_FIELDS)[number];

export const MEASURE_STATUSES = ['done', 'in_progress', 'planned'] as const;
/** 実施済, 実施中, 予定 */
export type MeasureStatus = (typeof MEASURE_STATUSES)[number];

export const MEASURE_TERMS = ['temporary', 'permanent'] as const;
/** 暫定, 恒久 */
export type MeasureTerm = (typeof MEASURE_TERMS)[number];

export interface Cause {
  kind: CauseKind;
  state: CauseState;
  text: Text;
  /** The number, from 1, of the cause in the same list that led to this one. */
  dueTo?: number | undefined;
}

export interface Measure {
  /** m1, m2, …: the same in all reports of the notice. Measures of old reports have none. */
  id?: string | undefined;
  field: MeasureField;
  status: MeasureStatus;
  term?: MeasureTerm | undefined;
  text: Text;
  /** YYYY-MM-DD or YYYY-MM as known: done on, or planned for. */
  date?: string | undefined;
}

/** What a report says beside its body. The whole picture as it stands, so that one report is enough to read. */
export interface Picture {
  title: Text;
  impacts: Impact[];
  cause?: { state: ToldCauseState; text?: Text | undefined } | undefined;
  workaround?: Text | undefined;
  /** What customers had better not do: パスワードを変更しないでください */
  avoid?: Text | undefined;
  /** What still works: 送信は問題なくご利用いただけます */
  unaffected?: Text | undefined;
  /** Effect on calls to 110, 118, 119. */
  emergencyCalls?: Text | undefined;
  /** Who is affected by the whole, where it is more than the sum of its impacts, or less. */
  users?: Quantity | undefined;
  /** What is left after recovery. */
  residual?: Text | undefined;
  /** null: 確認中. Absent: not said. */
  expectedRecoveryAt?: Instant | null | undefined;
  nextUpdateAt?: Instant | null | undefined;
  /** 本日最後のお知らせ */
  lastToday?: boolean | undefined;
  causes?: Cause[] | undefined;
  measures?: Measure[] | undefined;
  planned?: Planned | null | undefined;
  /** When the fault began, as this report had it. Reports of old have none: then it is the notice's. */
  occurred?: { at: Instant; approximate: boolean } | undefined;
  /** What was told anew, in this report and before it. */
  revised?: Revision[] | undefined;
  /** Why a notice that was closed is open again; in the report that reopened it. */
  reopened?: Text | undefined;
  /** The moment that the text speaks of, where it is not that of publication: 19時10分現在. */
  asOf?: Instant | undefined;
  /** The number that the same report has in the series of a branch: 石川支店 第3報. */
  series?: SeriesNumber[] | undefined;
}

export interface SeriesNumber {
  name: Text;
  number: number;
}

/** One numbered publication. Never changed; a correction is a new revision with a reason. */
export interface Report {
  number: number;
  /** 0 is the original, 1 the first correction (第N報改). */
  revision: number;
  phase: Phase;
  /** It says that everything but delays recovered, whatever its phase: first and recovery in one. */
  tellsRecovery: boolean;
  publishedAt: Instant;
  body: Text;
  picture: Picture;
  mail: boolean;
  /** History moved in with a past time. */
  backfilled: boolean;
  reason: Text | null;
}
