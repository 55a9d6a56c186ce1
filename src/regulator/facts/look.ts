import type { CatalogueNames } from '../../catalogue/catalogue.ts';
import type { Accident } from '../accidents.ts';
import { categoryWords, LEVEL_WORDS, verdictWords } from '../criteria/words.ts';
import type { Figure } from './facts.ts';
import { figureWords } from './words.ts';

/** What the criteria say of an accident, with every word in place, for a table. */
export function assessmentLook({ assessment }: Accident, names: CatalogueNames) {
  const { verdict } = assessment;
  return {
    level: verdict?.level ?? null,
    word: verdict && LEVEL_WORDS[verdict.level],
    says: verdict && verdictWords(verdict),
    version: verdict?.version.name ?? null,
    confirmed: verdict?.confirmed ?? true,
    symptoms: assessment.symptoms.map((one) => ({
      key: one.key,
      service: one.facts.service ? { ja: one.facts.service } : one.impact && names.service(one.impact.service),
      category: categoryWords(one.verdict.category),
      categoryName: one.verdict.category.name,
      from: one.from,
      to: one.to,
      minutes: one.minutes,
      figure: one.reported && wordsOf(one.reported),
      /** What customers were told, where it is another number. */
      told: one.publicly && wordsOf(one.publicly),
      unexplained: one.publicly !== null && one.facts.differs === null,
      says: verdictWords(one.verdict),
      level: one.verdict.level,
      /** Emergency-call voice that is counted by those who used it only. */
      wholeMissing: one.category === 'emergency_voice' && one.facts.usersUnderEquipment === null,
    })),
  };
}

function wordsOf(figure: Figure) {
  return { ja: figureWords(figure, 'ja'), en: figureWords(figure, 'en') };
}
