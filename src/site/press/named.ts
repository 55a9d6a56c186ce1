import type { Name } from '../../catalogue/catalogue.ts';
import { inLanguage } from '../../notices/notice.ts';
import type { Language } from '../../time.ts';

/** Services in a title or a sentence: the first few by name, the others as a number. */
export function servicesNamed(names: Name[], language: Language, few = 3): string {
  const told = names.slice(0, few).map((name) => inLanguage(name, language));
  const rest = names.length - told.length;
  if (language === 'ja') return `${told.join('、')}${rest > 0 ? `ほか${rest}件のサービス` : ''}`;
  if (rest > 0) return `${told.join(', ')} and ${rest} more`;
  return told.length > 1 ? `${told.slice(0, -1).join(', ')} and ${told.at(-1)}` : (told[0] ?? '');
}
