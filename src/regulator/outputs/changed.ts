import { compareTexts } from '../../notices/compare.ts';
import type { Block } from '../../paper/blocks.ts';
import type { Language } from '../../time.ts';
import type { Cell, PeriodicList } from './periodic.ts';
import type { Sheet } from './sheet.ts';

/** The sheet with what it says anew since another one marked in its blocks. */
export function sinceThen(before: Sheet, after: Sheet, language: Language): Sheet {
  return {
    ...after,
    sections: after.sections.map((section) => {
      const old = before.sections.find((one) => one.heading === section.heading)?.blocks ?? [];
      return {
        ...section,
        blocks: section.blocks.map((block, index) => marked(oldOf(old, block, index), block, language)),
      };
    }),
  };
}

/** By its label where it has one that stands once; else by its place. */
function oldOf(old: Block[], block: Block, index: number): Block | undefined {
  const same = old.filter((one) => one.label === block.label);
  return same.length === 1
    ? same[0]
    : (same.find((one) => one.text === block.text) ?? (old[index]?.label === block.label ? old[index] : undefined));
}

function marked(before: Block | undefined, block: Block, language: Language): Block {
  if (before?.text === block.text) return block;
  if (!before) return { ...block, pieces: [{ text: block.text, changed: true }] };
  return { ...block, pieces: piecesOf(before.text, block.text, language) };
}

/** The later text in pieces, with what it says anew marked. */
export function piecesOf(before: string, after: string, language: Language): { text: string; changed: boolean }[] {
  return compareTexts(before, after, language)
    .filter((run) => run.kind !== 'removed')
    .map((run) => ({ text: run.text, changed: run.kind === 'added' }));
}

/** For each row of the list which of its cells are others than in the list before: all of a row that was not there. */
export function changedCells(before: PeriodicList, { form, rows }: PeriodicList): boolean[][] {
  // A number and a symptom name a row; where it stands may change.
  const nameOf = (row: Cell[]) => (form === 'detailed' ? `${row[1]} ${row[3]}` : String(row[1]));
  const old = new Map(before.rows.map((row) => [nameOf(row), row]));
  return rows.map((row) => row.map((cell, column) => column > 0 && cell !== old.get(nameOf(row))?.[column]));
}
