import { escapeHtml } from '../../alerts/personal.ts';
import type { Run } from '../compare.ts';

/** How a change is marked in text without looks: an opening and a closing sign. */
export type Marks = readonly [string, string];

const PAIRS: readonly Marks[] = [
  ['《', '》'],
  ['〔', '〕'],
  ['⟦', '⟧'],
];

/** Signs that the text itself does not use, so that each of them means a change. */
export function marksFor(text: string): Marks {
  return PAIRS.find(([open, close]) => !text.includes(open) && !text.includes(close)) ?? ['[[', ']]'];
}

/** The new text with marks around what was added; each line has its own, so that lists stay lists. */
export function markedText(runs: Run[], [open, close]: Marks): string {
  return shown(
    runs,
    (text) => open + text + close,
    (text) => text,
  );
}

/** The same for HTML mail, where no stylesheet can be counted on. */
export function markedHtml(runs: Run[]): string {
  const underlined = (text: string) =>
    `<ins style="text-decoration:underline;text-decoration-thickness:2px">${escapeHtml(text)}</ins>`;
  return shown(runs, underlined, escapeHtml);
}

function shown(runs: Run[], added: (text: string) => string, kept: (text: string) => string): string {
  return runs
    .filter((run) => run.kind !== 'removed')
    .map(({ kind, text }) => (kind === 'kept' ? kept(text) : text.replace(/\S(?:[^\n]*\S)?/g, (words) => added(words))))
    .join('');
}
