import type { Message } from '../../errors.ts';
import { quantityWords } from '../../notices/quantity.ts';
import type { Language } from '../../time.ts';
import type { AccidentKind } from '../criteria/criteria.ts';
import type { CauseClass, EFFECTS, Figure, SECRECY, WHOLESALE_ROLES } from './facts.ts';

/** The readers' words for every closed set of the facts. */

/** Until somebody enters it. */
export const UNKNOWN: Message = { ja: '調査中', en: 'Under investigation' };

export const ACCIDENT_KIND_WORDS: Record<AccidentKind, Message> = {
  telecom_equipment: { ja: '電気通信設備の故障', en: 'Fault of telecommunications equipment' },
  other_equipment: { ja: '電気通信設備以外の設備の故障', en: 'Fault of other equipment' },
  equipment_information_leak: { ja: '設備に関する情報の漏えい', en: 'Leak of facts on equipment' },
};

export const CAUSE_CLASS_WORDS: Record<CauseClass, Message> = {
  equipment: { ja: '設備', en: 'Equipment' },
  human: { ja: '人為', en: 'Human' },
  external: { ja: '外的', en: 'External' },
  other: { ja: 'その他', en: 'Other' },
};

export const EFFECT_WORDS: Record<(typeof EFFECTS)[number], Message> = {
  stop: { ja: '停止', en: 'Stopped' },
  degradation: { ja: '品質の低下', en: 'Degraded' },
  hindrance: { ja: '支障', en: 'Hindered' },
};

export const WHOLESALE_WORDS: Record<(typeof WHOLESALE_ROLES)[number], Message> = {
  none: { ja: '卸の関係はない', en: 'No wholesale' },
  provider: { ja: '卸の提供元', en: 'Wholesale provider' },
  reseller: { ja: '卸の提供先', en: 'Reseller' },
};

export const SECRECY_WORDS: Record<(typeof SECRECY)[number], Message> = {
  none: { ja: '侵害なし', en: 'Not violated' },
  violated: { ja: '侵害あり（様式第50の2の報告も必要です）', en: 'Violated (form 50-2 is due as well)' },
};

/** 約36,000人, 30,000人以上: as the notice words its quantities. */
export function figureWords({ value, qualifier, unit }: Figure, language: Language): string {
  return quantityWords({ count: value, qualifier, unit })[language];
}
