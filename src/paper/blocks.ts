/** A paragraph, an item of a list, or a fact with its name. `lang` where it is not in the language of the paper. */
export type Block = { label?: string; text: string; item?: boolean; lang?: 'ja'; pieces?: Piece[] };

/** A part of a block's text; `changed` where the paper before did not say it so. Together they are the text. */
export interface Piece {
  text: string;
  changed: boolean;
}

export type Fact = Block & { label: string };

/** Blocks of a kind that follow each other, as they are set: a list of facts, a list, a paragraph. */
export type Run = { facts: Fact[] } | { items: Block[] } | { paragraph: Block };

export function runsOf(blocks: Block[]): Run[] {
  const runs: Run[] = [];
  for (const block of blocks) {
    const last = runs.at(-1);
    if (block.label !== undefined) {
      const fact = { ...block, label: block.label };
      if (last && 'facts' in last) last.facts.push(fact);
      else runs.push({ facts: [fact] });
    } else if (block.item) {
      if (last && 'items' in last) last.items.push(block);
      else runs.push({ items: [block] });
    } else runs.push({ paragraph: block });
  }
  return runs;
}

export interface Section {
  heading: string;
  blocks: Block[];
}
