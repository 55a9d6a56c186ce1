import type { Message } from '../../errors.ts';
import type { Symptom } from '../impact.ts';
import type { NoticeKind, NoticeState } from '../notice.ts';
import type { Phase } from '../phases.ts';
import type { CauseKind, MeasureField, MeasureStatus, MeasureTerm, Report, ToldCauseState } from '../report.ts';

/** The readers' words for every closed set of this room. Pages, mails and the API's readers take them from here. */

export const KIND_WORDS: Record<NoticeKind, Message> = {
  fault: { ja: '故障情報', en: 'Fault' },
  work: { ja: '工事情報', en: 'Planned work' },
};

export const PHASE_WORDS: Record<Phase, Message> = {
  first: { ja: '初報', en: 'First report' },
  update: { ja: '続報', en: 'Update' },
  partial_recovery: { ja: '一部回復', en: 'Partly restored' },
  recovery: { ja: '回復報', en: 'Restored' },
  delay_recovery: { ja: '遅延回復報', en: 'Delay cleared' },
  final: { ja: '終報', en: 'Final report' },
  plan: { ja: '予告', en: 'Announcement' },
  start: { ja: '開始', en: 'Started' },
  extend: { ja: '延長', en: 'Extended' },
  complete: { ja: '完了', en: 'Completed' },
  cancel: { ja: '中止', en: 'Cancelled' },
};

export const STATE_WORDS: Record<NoticeState, Message> = {
  draft: { ja: '下書き', en: 'Draft' },
  ongoing: { ja: '発生中', en: 'Ongoing' },
  partially_recovered: { ja: '一部回復', en: 'Partly restored' },
  delayed: { ja: '遅延中', en: 'Delays remain' },
  recovered: { ja: '回復', en: 'Restored' },
  closed: { ja: '終了', en: 'Closed' },
  planned: { ja: '予定', en: 'Scheduled' },
  in_progress: { ja: '工事中', en: 'In progress' },
  completed: { ja: '完了', en: 'Completed' },
  cancelled: { ja: '中止', en: 'Cancelled' },
};

export const SYMPTOM_WORDS: Record<Symptom, Message> = {
  unavailable: { ja: 'ご利用いただけません', en: 'Not available' },
  degraded: { ja: 'ご利用しづらくなっています', en: 'Hard to use' },
  delayed: { ja: 'メールの到着が遅れています', en: 'Delayed' },
  login: { ja: 'ログインしづらくなっています', en: 'Hard to sign in' },
};

/** The same once it is over: what worked again must not read as if it were broken. */
const SYMPTOM_PAST: Record<Symptom, Message> = {
  unavailable: { ja: 'ご利用いただけませんでした', en: 'Was not available' },
  degraded: { ja: 'ご利用しづらくなっていました', en: 'Was hard to use' },
  delayed: { ja: 'メールの到着が遅れていました', en: 'Was delayed' },
  login: { ja: 'ログインしづらくなっていました', en: 'Was hard to sign in to' },
};

export function symptomWords(impact: { symptom: Symptom; recoveredAt: number | null }): Message {
  return (impact.recoveredAt === null ? SYMPTOM_WORDS : SYMPTOM_PAST)[impact.symptom];
}

export const CAUSE_STATE_WORDS: Record<ToldCauseState, Message> = {
  investigating: { ja: '調査中', en: 'Under investigation' },
  presumed: { ja: '推定', en: 'Presumed' },
  confirmed: { ja: '確定', en: 'Confirmed' },
  undisclosed: { ja: '非公表', en: 'Not disclosed' },
};

export const CAUSE_KIND_WORDS: Record<CauseKind, Message> = {
  occurrence: { ja: '発生の原因', en: 'Why it happened' },
  spread: { ja: '大規模化の原因', en: 'Why it spread' },
  prolongation: { ja: '長期化の原因', en: 'Why it lasted' },
};

export const MEASURE_FIELD_WORDS: Record<MeasureField, Message> = {
  hardware: { ja: '設備面', en: 'Hardware' },
  software: { ja: 'ソフトウェア面', en: 'Software' },
  organisation: { ja: '体制面', en: 'Organisation' },
  information: { ja: 'お客さまへの情報提供', en: 'Informing customers' },
};

export const MEASURE_TERM_WORDS: Record<MeasureTerm, Message> = {
  temporary: { ja: '暫定', en: 'Temporary' },
  permanent: { ja: '恒久', en: 'Permanent' },
};

export const MEASURE_STATUS_WORDS: Record<MeasureStatus, Message> = {
  done: { ja: '実施済', en: 'Done' },
  in_progress: { ja: '実施中', en: 'In progress' },
  planned: { ja: '予定', en: 'Planned' },
};

/** 第3報改（石川支店 第2報）: the number of a report, and those that it has in the series of branches. */
export function reportLabel(report: Pick<Report, 'number' | 'revision' | 'picture'>): Message {
  const { number, revision, picture } = report;
  const [ja, en] = [`第${number}報${revision > 0 ? '改' : ''}`, `Report ${number}${revision > 0 ? ', corrected' : ''}`];
  const series = picture.series ?? [];
  if (series.length === 0) return { ja, en };
  const other = {
    ja: series.map((one) => `${one.name.ja} 第${one.number}報`).join('、'),
    en: series.map((one) => `${one.name.en ?? one.name.ja} report ${one.number}`).join(', '),
  };
  return { ja: `${ja}（${other.ja}）`, en: `${en} (${other.en})` };
}

/** A date as exactly as it is known: a day, or only a month. */
export interface KnownDate extends Message {
  iso: string;
}

export function knownDate(iso: string): KnownDate {
  const [year, month, day] = iso.split('-').map(Number);
  const name = MONTHS[(month ?? 1) - 1];
  return day === undefined
    ? { iso, ja: `${year}年${month}月`, en: `${name} ${year}` }
    : { iso, ja: `${year}年${month}月${day}日`, en: `${day} ${name} ${year}` };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
