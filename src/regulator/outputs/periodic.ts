import type { CatalogueNames } from '../../catalogue/catalogue.ts';
import type { Message } from '../../errors.ts';
import { inLanguage } from '../../notices/notice.ts';
import { type Language, showTime } from '../../time.ts';
import type { Accident } from '../accidents.ts';
import { criteria } from '../criteria/rules.ts';
import { categoryWords, LEVEL_WORDS } from '../criteria/words.ts';
import type { AssessedSymptom } from '../facts/assess.ts';
import { CAUSE_CLASS_WORDS, EFFECT_WORDS, figureWords, UNKNOWN } from '../facts/words.ts';
import { measuresOf } from '../inquiries/measures.ts';
import type { Period } from './deadlines.ts';

export type ListForm = 'detailed' | 'simplified';
export type Cell = string | number | null;

/** One form of the periodic list: its heads and a row for each symptom (detailed) or accident (simplified). */
export interface PeriodicList {
  form: ListForm;
  heads: string[];
  rows: Cell[][];
}

/** The reportable accidents of a period. Which form each takes follows from its equipment; staff may ask for the detailed one for all. */
export function inPeriod(accidents: Accident[], period: Period, form: ListForm, allDetailed = false): Accident[] {
  return accidents.filter(({ notice, assessment: { verdict } }) => {
    if (notice.occurredAt < period.from || notice.occurredAt >= period.to || !verdict || verdict.level === 'none')
      return false;
    return (allDetailed ? 'detailed' : verdict.form) === form;
  });
}

interface ListGround {
  names: CatalogueNames;
  zone: string;
  language: Language;
}

export function periodicList(accidents: Accident[], form: ListForm, ground: ListGround): PeriodicList {
  const inOrder = accidents.toSorted((a, b) => a.notice.occurredAt - b.notice.occurredAt);
  const heads = (form === 'detailed' ? DETAILED : SIMPLIFIED).map((head) => head[ground.language]);
  const rows = inOrder.flatMap((one, index) =>
    form === 'detailed' ? detailedRows(one, index + 1, ground) : [simplifiedRow(one, index + 1, ground)],
  );
  return { form, heads, rows };
}

const DETAILED: Message[] = [
  { ja: 'No.', en: 'No.' },
  { ja: '番号', en: 'Number' },
  { ja: '件名', en: 'Title' },
  { ja: '事象', en: 'Symptom' },
  { ja: '役務の区分', en: 'Category' },
  { ja: 'サービス', en: 'Service' },
  { ja: '停止・低下', en: 'Effect' },
  { ja: '発生日時', en: 'Occurred' },
  { ja: '復旧日時', en: 'Recovered' },
  { ja: '継続時間（分）', en: 'Duration (min)' },
  { ja: '影響利用者数', en: 'Users' },
  { ja: '影響利用者数（表記）', en: 'Users as told' },
  { ja: '影響地域', en: 'Area' },
  { ja: '障害の内容', en: 'What happened' },
  { ja: '原因の分類', en: 'Class of cause' },
  { ja: '発生原因', en: 'Cause' },
  { ja: '故障した設備', en: 'Failed equipment' },
  { ja: '再発防止策', en: 'Measures' },
  { ja: '判定', en: 'Verdict' },
];

const SIMPLIFIED: Message[] = [
  { ja: 'No.', en: 'No.' },
  { ja: '番号', en: 'Number' },
  { ja: '発生日時', en: 'Occurred' },
  { ja: '継続時間（分）', en: 'Duration (min)' },
  { ja: '影響利用者数', en: 'Users' },
  { ja: '故障した設備', en: 'Failed equipment' },
  { ja: '原因の分類', en: 'Class of cause' },
];

function detailedRows(accident: Accident, number: number, ground: ListGround): Cell[][] {
  const { notice, saved, assessment } = accident;
  const { language, zone } = ground;
  const unknown = UNKNOWN[language];
  const { facts } = saved;
  const told = notice.reports.at(-1)?.picture.cause?.text;
  const cause = facts.causeOccurrence ?? (told ? inLanguage(told, language) : null);
  const measures = measuresOf(notice).map((measure) => inLanguage(measure.text, language));
  const area = notice.impacts.flatMap((one) => (one.area ? [inLanguage(one.area, language)] : []));
  return assessment.symptoms.map((one) => [
    number,
    notice.id,
    inLanguage(notice.title, language),
    one.key,
    categoryWords(one.verdict.category)[language],
    serviceOf(one, ground),
    EFFECT_WORDS[one.facts.effect][language],
    showTime(one.from, zone, language),
    one.to === null ? unknown : showTime(one.to, zone, language),
    Math.floor(one.minutes),
    one.users,
    one.reported ? figureWords(one.reported, language) : unknown,
    facts.regions ?? (area.length > 0 ? [...new Set(area)].join(language === 'ja' ? '、' : ', ') : unknown),
    one.facts.description ?? unknown,
    facts.causeClass ? CAUSE_CLASS_WORDS[facts.causeClass][language] : unknown,
    cause ?? unknown,
    equipmentOf(accident, language),
    measures.length > 0 ? measures.join('\n') : unknown,
    LEVEL_WORDS[one.verdict.level][language],
  ]);
}

function simplifiedRow(accident: Accident, number: number, { zone, language }: ListGround): Cell[] {
  const { notice, saved, assessment } = accident;
  const users = assessment.symptoms.flatMap((one) => one.users ?? []);
  const { causeClass } = saved.facts;
  return [
    number,
    notice.id,
    showTime(notice.occurredAt, zone, language),
    Math.floor(Math.max(0, ...assessment.symptoms.map((one) => one.minutes))),
    users.length > 0 ? Math.max(...users) : null,
    equipmentOf(accident, language),
    causeClass ? CAUSE_CLASS_WORDS[causeClass][language] : UNKNOWN[language],
  ];
}

function serviceOf(one: AssessedSymptom, { names, language }: ListGround): string {
  return one.facts.service ?? (one.impact ? inLanguage(names.service(one.impact.service), language) : '');
}

function equipmentOf({ saved }: Accident, language: Language): string {
  const { equipment, equipmentName } = saved.facts;
  const kind = equipment && criteria().equipment.get(equipment)?.[language];
  return [kind, equipmentName].filter(Boolean).join(' ') || UNKNOWN[language];
}
