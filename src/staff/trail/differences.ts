/** One field as it was and as it became; null where there was nothing. */
export interface Difference {
  /** `impacts.0.symptom`; empty where the value itself is all there is. */
  field: string;
  before: string | null;
  after: string | null;
}

/** How a number under this name is shown. */
export type ShowNumber = (value: number, field: string) => string;

/** What an entry changed, field by field; where only one side was noted, all of that side. */
export function differencesOf(before: unknown, after: unknown, show: ShowNumber = String): Difference[] {
  const was = leaves(before, show);
  const became = leaves(after, show);
  const both = before !== null && after !== null;
  return [...new Set([...was.keys(), ...became.keys()])]
    .map((field) => ({ field, before: was.get(field) ?? null, after: became.get(field) ?? null }))
    .filter((one) => !both || one.before !== one.after);
}

function leaves(value: unknown, show: ShowNumber, field = '', into = new Map<string, string>()): Map<string, string> {
  if (value === null || value === undefined) return into;
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null)) {
    into.set(field, value.map((one) => leafText(one, field, show)).join(', '));
  } else if (typeof value === 'object') {
    for (const [name, one] of Object.entries(value)) leaves(one, show, field === '' ? name : `${field}.${name}`, into);
  } else {
    into.set(field, leafText(value, field, show));
  }
  return into;
}

function leafText(value: unknown, field: string, show: ShowNumber): string {
  return typeof value === 'number' ? show(value, field) : String(value);
}
