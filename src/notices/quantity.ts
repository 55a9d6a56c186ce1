import type { Message } from '../errors.ts';

export const QUALIFIERS = [
  'exact',
  'about',
  'at_most',
  'at_most_about',
  'at_least',
  'at_least_about',
  'under',
] as const;
/** How a number is meant: as counted, 約, 最大, 最大約, 以上, 約…以上, 未満. */
export type Qualifier = (typeof QUALIFIERS)[number];

export const UNITS = ['people', 'lines', 'contracts', 'households', 'companies', 'devices', 'cases'] as const;
/** 人, 回線, 契約, 世帯, 社, 台, 件 */
export type Unit = (typeof UNITS)[number];

/** How many: 最大約52,000,000人. Never more exact than it is known. */
export interface Quantity {
  count: number;
  qualifier: Qualifier;
  unit: Unit;
}

export const QUALIFIER_WORDS: Record<Qualifier, Message> = {
  exact: { ja: 'ちょうど', en: 'exactly' },
  about: { ja: '約', en: 'about' },
  at_most: { ja: '最大', en: 'at most' },
  at_most_about: { ja: '最大約', en: 'at most about' },
  at_least: { ja: '以上', en: 'at least' },
  at_least_about: { ja: '約…以上', en: 'at least about' },
  under: { ja: '未満', en: 'fewer than' },
};

export const UNIT_WORDS: Record<Unit, Message> = {
  people: { ja: '人', en: 'people' },
  lines: { ja: '回線', en: 'lines' },
  contracts: { ja: '契約', en: 'contracts' },
  households: { ja: '世帯', en: 'households' },
  companies: { ja: '社', en: 'companies' },
  devices: { ja: '台', en: 'devices' },
  cases: { ja: '件', en: 'cases' },
};

/** 約36,000人, 300回線以上 */
export function quantityWords({ count, qualifier, unit }: Quantity): Message {
  const number = count.toLocaleString('en-US');
  const before = {
    exact: '',
    about: '約',
    at_most: '最大',
    at_most_about: '最大約',
    at_least: '',
    at_least_about: '約',
    under: '',
  };
  const after =
    qualifier === 'at_least' || qualifier === 'at_least_about' ? '以上' : qualifier === 'under' ? '未満' : '';
  const words = qualifier === 'exact' ? '' : `${QUALIFIER_WORDS[qualifier].en} `;
  return {
    ja: `${before[qualifier]}${number}${UNIT_WORDS[unit].ja}${after}`,
    en: `${words}${number} ${UNIT_WORDS[unit].en}`,
  };
}
