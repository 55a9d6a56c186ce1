import type { Name } from './catalogue.ts';

export interface FacilityNames {
  text: Name;
  count: number;
  /** So many that they are folded away. */
  long: boolean;
}

/** Four lines on a telephone: up to here everybody sees at once whether his own is among them. */
const IN_SIGHT = 40;

/** What numbered names share stands once: OCNメール設備051・052・061. */
export function facilityNames(names: Name[]): FacilityNames {
  const ja = names.map((name) => name.ja);
  const en = names.flatMap((name) => name.en ?? []);
  return {
    text: { ja: joined(ja, '・', '、'), ...(en.length === names.length ? { en: joined(en, ', ', ', ') } : {}) },
    count: names.length,
    long: names.length > IN_SIGHT,
  };
}

function joined(names: string[], between: string, otherwise: string): string {
  const shared = (names[0] ?? '').replace(/\d+$/, '');
  const numbers = names.map((name) => (name.startsWith(shared) ? name.slice(shared.length) : name));
  return shared !== '' && numbers.every((number) => /^\d+$/.test(number))
    ? shared + numbers.join(between)
    : names.join(otherwise);
}
