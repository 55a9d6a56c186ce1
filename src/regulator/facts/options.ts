import type { CatalogueNames } from '../../catalogue/catalogue.ts';
import type { Message } from '../../errors.ts';
import type { Notice, Text } from '../../notices/notice.ts';
import { QUALIFIER_WORDS, quantityWords, UNIT_WORDS } from '../../notices/quantity.ts';
import { SYMPTOM_WORDS } from '../../notices/wording/words.ts';
import { criteria } from '../criteria/rules.ts';
import { ACCIDENT_KIND_WORDS, CAUSE_CLASS_WORDS, EFFECT_WORDS, SECRECY_WORDS, WHOLESALE_WORDS } from './words.ts';

interface Option {
  value: string;
  word: Text;
}

const listOf = (words: Record<string, Message>): Option[] =>
  Object.entries(words).map(([value, word]) => ({ value, word }));

/** What can be chosen in the form of an accident's facts. */
export function formOptions(notice: Notice, names: CatalogueNames) {
  const known = criteria();
  return {
    kinds: listOf(ACCIDENT_KIND_WORDS),
    causes: listOf(CAUSE_CLASS_WORDS),
    effects: listOf(EFFECT_WORDS),
    qualifiers: listOf(QUALIFIER_WORDS),
    units: listOf(UNIT_WORDS),
    roles: listOf(WHOLESALE_WORDS),
    secrecy: listOf(SECRECY_WORDS),
    categories: [...known.categories].map(([value, { name }]) => ({ value, word: name })),
    equipment: [...known.equipment].map(([value, word]) => ({ value, word })),
    impacts: notice.impacts.map((impact) => {
      const [service, symptom] = [names.service(impact.service), SYMPTOM_WORDS[impact.symptom]];
      return {
        value: impact.id,
        /** What the notice tells of its users; null where it tells nothing. */
        told: impact.users ? quantityWords(impact.users) : null,
        word: { ja: `${service.ja}: ${symptom.ja}`, en: `${service.en ?? service.ja}: ${symptom.en}` },
      };
    }),
  };
}
