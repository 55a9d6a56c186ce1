import type { Instant } from '../time.ts';
import type { Impact } from './impact.ts';
import type { Text } from './notice.ts';
import type { Phase } from './phases.ts';

export const CAUSE_STATES = ['investigating', 'presumed', 'confirmed'] as const;
/** 調査中, 推定, 確定 */
export type CauseState = (typeof CAUSE_STATES)[number];

export const CAUSE_KINDS = ['occurrence', 'spread', 'prolongation'] as const;
/** 発生, 大規模化, 長期化 */
export type CauseKind = (typeof CAUSE_KINDS)[number];

export const MEASURE_FIELDS = ['hardware', 'software', 'organisation', 'information'] as const;
export type MeasureField = (typeof MEASURE_FIELDS)[number];

export const MEASURE_STATUSES = ['done', 'in_progress', 'planned'] as const;
/** 実施済, 実施中, 予定 */
export type MeasureStatus = (typeof MEASURE_STATUSES)[number];

export interface Cause {
  kind: CauseKind;
  state: CauseState;
  text: Text;
}

export interface Measure {
  field: MeasureField;
  status: MeasureStatus;
  text: Text;
  /** YYYY-MM-DD or YYYY-MM as known: done on, or planned for. */
  date?: string | undefined;
}

/** What a report says beside its body. The whole picture as it stands, so that one report is enough to read. */
export interface Picture {
  title: Text;
  impacts: Impact[];
  cause?: { state: CauseState; text?: Text | undefined } | undefined;
  workaround?: Text | undefined;
  /** What still works: 送信は問題なくご利用いただけます */
  unaffected?: Text | undefined;
  /** Effect on calls to 110, 118, 119. */
  emergencyCalls?: Text | undefined;
  /** What is left after recovery. */
  residual?: Text | undefined;
  /** null: 確認中. Absent: not said. */
  expectedRecoveryAt?: Instant | null | undefined;
  nextUpdateAt?: Instant | null | undefined;
  /** 本日最後のお知らせ */
  lastToday?: boolean | undefined;
  causes?: Cause[] | undefined;
  measures?: Measure[] | undefined;
  planned?: { from: Instant; to: Instant } | null | undefined;
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
