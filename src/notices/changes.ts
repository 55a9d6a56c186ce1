import type { Language } from '../time.ts';
import { compareTexts, type Run } from './compare.ts';

/** A labelled part of a report in one language, as its readers see it: the text, the cause, one impact. */
export interface Passage {
  /** The same in every report: `body`, `workaround`, `impact.20140306-1-2`. */
  key: string;
  label: string;
  text: string;
}

/** What became of a passage since another report. A withdrawn one stands with its old text. */
export interface PassageChange extends Passage {
  change: 'same' | 'changed' | 'new' | 'withdrawn';
  runs: Run[];
}

/**
 * The passages of a report against those of any earlier one, in the new report's order; what it no longer says comes last.
 * Whoever read `before` finds in `added` all that is news to him.
 */
export function changesSince(before: Passage[], after: Passage[], language: Language): PassageChange[] {
  const old = new Map(before.map((passage) => [passage.key, passage]));
  const now = new Set(after.map((passage) => passage.key));
  return [
    ...after.map((passage) => changeOf(old.get(passage.key), passage, language)),
    ...before.filter((passage) => !now.has(passage.key)).map(withdrawn),
  ];
}

function changeOf(before: Passage | undefined, after: Passage, language: Language): PassageChange {
  if (!before) return { ...after, change: 'new', runs: [{ kind: 'added', text: after.text }] };
  const change = before.text === after.text ? 'same' : 'changed';
  return { ...after, change, runs: compareTexts(before.text, after.text, language) };
}

function withdrawn(passage: Passage): PassageChange {
  return { ...passage, change: 'withdrawn', runs: [{ kind: 'removed', text: passage.text }] };
}
