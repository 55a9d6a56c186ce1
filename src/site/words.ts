import type { CatalogueNames, Name } from '../catalogue/catalogue.ts';
import { type FacilityNames, facilityNames } from '../catalogue/facility-names.ts';
import type { Message } from '../errors.ts';
import type { Impact, Symptom } from '../notices/impact.ts';
import type { NoticeState } from '../notices/notice.ts';
import { quantityWords } from '../notices/quantity.ts';
import { symptomWords } from '../notices/wording/words.ts';

/** Which of the badges of the stylesheet a state wears. Each badge has a shape and a word beside its colour. */
export type Badge = 'fault' | 'delay' | 'work' | 'normal' | 'recovered' | 'planned';

export const STATE_BADGES: Record<NoticeState, Badge> = {
  draft: 'planned',
  ongoing: 'fault',
  partially_recovered: 'fault',
  delayed: 'delay',
  recovered: 'recovered',
  closed: 'recovered',
  planned: 'planned',
  in_progress: 'work',
  completed: 'recovered',
  cancelled: 'recovered',
};

const OVER: ReadonlySet<NoticeState> = new Set<NoticeState>(['draft', 'recovered', 'closed', 'completed', 'cancelled']);

/** Whether customers are touched by it, or will be. */
export function isOpen(state: NoticeState): boolean {
  return !OVER.has(state);
}

/** Whether something of a fault is still broken or late: what is told of it may change at any minute. */
export function isUnderWay(state: NoticeState): boolean {
  return state === 'ongoing' || state === 'partially_recovered' || state === 'delayed';
}

/** Where a notice stands, said to somebody who is worried. */
export const STATE_SENTENCES: Record<NoticeState, Message> = {
  draft: { ja: 'まだ公開していません', en: 'Not published yet' },
  ongoing: { ja: 'この故障は、まだ続いています', en: 'This fault is still going on' },
  partially_recovered: {
    ja: '一部は回復しましたが、まだ回復していないものがあります',
    en: 'Part of it is restored, but not everything yet',
  },
  delayed: {
    ja: '回復しましたが、メールの到着の遅れが残っています',
    en: 'It is restored, but mail still arrives late',
  },
  recovered: { ja: 'この故障は回復しました', en: 'This fault is repaired' },
  closed: { ja: 'この故障は回復しました', en: 'This fault is repaired' },
  planned: { ja: 'この工事は、これから行う予定です', en: 'This work is planned and has not begun' },
  in_progress: { ja: '現在、工事を行っています', en: 'The work is going on now' },
  completed: { ja: 'この工事は終わりました', en: 'This work is finished' },
  cancelled: { ja: 'この工事は中止になりました', en: 'This work was cancelled' },
};

/** A symptom where there is room for a word only. */
export const SYMPTOM_NAMES: Record<Symptom, Message> = {
  unavailable: { ja: '利用不可', en: 'not available' },
  degraded: { ja: '利用しづらい', en: 'hard to use' },
  delayed: { ja: '到着の遅れ', en: 'delayed' },
  login: { ja: 'ログインしづらい', en: 'hard to sign in' },
};

/** One line of a notice's facts, ready to be shown. */
export interface ImpactView {
  service: Name;
  /** null: every facility of the service. */
  facilities: FacilityNames | null;
  area: Name | null;
  symptom: Message;
  detail: Name | null;
  users: Message | null;
  startedAt: number;
  approximate: boolean;
  recoveredAt: number | null;
  recoveredApproximate: boolean;
  /** Milliseconds until recovery; null while it is open. */
  lasted: number | null;
}

export function impactView(impact: Impact, names: CatalogueNames): ImpactView {
  return {
    service: names.service(impact.service),
    facilities:
      impact.facilities === 'all' ? null : facilityNames(impact.facilities.map((code) => names.facility(code))),
    area: impact.area,
    symptom: symptomWords(impact),
    detail: impact.detail ?? null,
    users: impact.users ? quantityWords(impact.users) : null,
    startedAt: impact.startedAt,
    approximate: impact.approximate,
    recoveredAt: impact.recoveredAt,
    recoveredApproximate: impact.recoveredApproximate === true,
    lasted: impact.recoveredAt === null ? null : impact.recoveredAt - impact.startedAt,
  };
}
