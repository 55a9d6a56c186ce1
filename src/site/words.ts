import type { CatalogueNames, Name } from '../catalogue/catalogue.ts';
import type { Message } from '../errors.ts';
import type { Impact } from '../notices/impact.ts';
import type { NoticeState } from '../notices/notice.ts';
import { symptomWords } from '../notices/words.ts';

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

/** One line of a notice's facts, ready to be shown. */
export interface ImpactView {
  service: Name;
  /** null: every facility of the service. */
  facilities: Name[] | null;
  area: Name | null;
  symptom: Message;
  startedAt: number;
  approximate: boolean;
  recoveredAt: number | null;
  /** Milliseconds until recovery; null while it is open. */
  lasted: number | null;
}

export function impactView(impact: Impact, names: CatalogueNames): ImpactView {
  return {
    service: names.service(impact.service),
    facilities: impact.facilities === 'all' ? null : impact.facilities.map((code) => names.facility(code)),
    area: impact.area,
    symptom: symptomWords(impact),
    startedAt: impact.startedAt,
    approximate: impact.approximate,
    recoveredAt: impact.recoveredAt,
    lasted: impact.recoveredAt === null ? null : impact.recoveredAt - impact.startedAt,
  };
}
