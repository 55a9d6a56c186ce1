import type { Message } from '../../errors.ts';
import { type Instant, type Language, showTime } from '../../time.ts';
import type { Symptom } from '../impact.ts';
import { inLanguage, type Text } from '../notice.ts';
import type { Phase } from '../phases.ts';
import { SYMPTOM_WORDS } from '../wording/words.ts';

/** 定型文: what staff have written beforehand for a kind of report, of one service and symptom or of all. */
export interface Template {
  id: string;
  name: Text;
  phase: Phase;
  service: string | null;
  symptom: Symptom | null;
  /** Only where a notice begins; it stays the same to its end. */
  title: Text | null;
  body: Text;
}

/** What is known when a template is filled in. Absent: not known yet. */
export interface FillFacts {
  services: Text[];
  /** Codes, or all of the services' facilities. */
  facilities: string[] | 'all';
  symptoms: Symptom[];
  area?: Text | undefined;
  occurredAt?: Instant | undefined;
  approximate: boolean;
  recoveredAt?: Instant | undefined;
  /** null: 確認中 */
  expectedAt?: Instant | null | undefined;
  nextAt?: Instant | undefined;
  planned?: { from: Instant; to: Instant } | undefined;
  operator: Text;
  zone: string;
}

type Value = (facts: FillFacts, language: Language) => string | undefined;

/** Everything that may stand in braces, by both of its names. A value is put in once and never read as a template again. */
export const PLACEHOLDERS: { name: Message; value: Value }[] = [
  { name: { ja: 'サービス', en: 'service' }, value: (facts, language) => list(facts.services, language) },
  { name: { ja: '設備', en: 'facilities' }, value: facilitiesText },
  {
    name: { ja: '症状', en: 'symptom' },
    value: (facts, language) =>
      list(
        [...new Set(facts.symptoms)].map((symptom) => SYMPTOM_WORDS[symptom]),
        language,
      ),
  },
  { name: { ja: '地域', en: 'area' }, value: (facts, language) => facts.area && inLanguage(facts.area, language) },
  {
    name: { ja: '発生日時', en: 'occurred' },
    value: (facts, language) => timeText(facts.occurredAt, facts, language, facts.approximate),
  },
  {
    name: { ja: '回復日時', en: 'recovered' },
    value: (facts, language) => timeText(facts.recoveredAt, facts, language),
  },
  {
    name: { ja: '回復見込み', en: 'expected' },
    value: (facts, language) =>
      facts.expectedAt === null
        ? { ja: '確認中', en: 'being established' }[language]
        : timeText(facts.expectedAt, facts, language),
  },
  { name: { ja: '次回', en: 'next' }, value: (facts, language) => timeText(facts.nextAt, facts, language) },
  { name: { ja: '工事開始', en: 'from' }, value: (facts, language) => timeText(facts.planned?.from, facts, language) },
  { name: { ja: '工事終了', en: 'to' }, value: (facts, language) => timeText(facts.planned?.to, facts, language) },
  { name: { ja: '事業者', en: 'operator' }, value: (facts, language) => inLanguage(facts.operator, language) },
];

const IN_BRACES = /\{([^{}\n]{0,40})\}/g;

function placeholder(name: string) {
  const plain = name.normalize('NFKC').trim();
  return PLACEHOLDERS.find((one) => one.name.ja === plain || one.name.en === plain);
}

/** The names in braces that nothing is known of, each once. */
export function unknownPlaceholders(text: string): string[] {
  const names = [...text.matchAll(IN_BRACES)].map(([, name = '']) => name);
  return [...new Set(names.filter((name) => !placeholder(name)))];
}

/** Places that stayed open, because what belongs there was not known: nothing with one of them is published. */
export function openPlaceholders(text: string): string[] {
  const names = [...text.matchAll(IN_BRACES)].map(([, name = '']) => name);
  return [...new Set(names.filter((name) => placeholder(name)))];
}

/** The text with everything put in that is known; what is not keeps its place. */
export function fillIn(text: string, facts: FillFacts, language: Language): string {
  return text.replace(IN_BRACES, (place, name: string) => placeholder(name)?.value(facts, language) ?? place);
}

/** Those for this phase, the one that fits best first: of this service before of all, of this symptom before of any. */
export function fitting(
  templates: Template[],
  wanted: { phase: string; service?: string | undefined; symptom?: string | undefined },
): Template[] {
  const closeness = ({ service, symptom }: Template) =>
    (service === wanted.service ? 2 : 0) + (symptom === wanted.symptom ? 1 : 0);
  const may = ({ phase, service, symptom }: Template) =>
    phase === wanted.phase &&
    (service === null || wanted.service === undefined || service === wanted.service) &&
    (symptom === null || wanted.symptom === undefined || symptom === wanted.symptom);
  return templates.filter(may).sort((a, b) => closeness(b) - closeness(a));
}

function facilitiesText(facts: FillFacts, language: Language): string {
  const { facilities } = facts;
  if (facilities === 'all') return { ja: 'すべての設備', en: 'all equipment' }[language];
  const [first = '', last = ''] = [facilities[0], facilities.at(-1)];
  if (facilities.length <= 10) return facilities.join({ ja: '、', en: ', ' }[language]);
  return {
    ja: `${first}〜${last}（${facilities.length}設備）`,
    en: `${first} to ${last} (${facilities.length} units)`,
  }[language];
}

function timeText(at: Instant | null | undefined, facts: FillFacts, language: Language, approximate = false) {
  return at === null || at === undefined ? undefined : showTime(at, facts.zone, language, { approximate });
}

function list(texts: Text[], language: Language): string | undefined {
  const words = texts.map((text) => inLanguage(text, language));
  return words.length === 0 ? undefined : words.join({ ja: '、', en: ', ' }[language]);
}
