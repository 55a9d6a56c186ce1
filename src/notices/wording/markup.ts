import MarkdownIt, { type Token } from 'markdown-it';
import type { Language } from '../../time.ts';
import { compareTexts, type Run } from '../compare.ts';

/** Paragraphs, lists, emphasis, tables and links: what staff may use. No HTML, no pictures, and only links that lead somewhere plain. */
const markdown = new MarkdownIt('default', { html: false, linkify: true, breaks: true, typographer: false });
markdown.disable(['image', 'heading', 'lheading', 'code', 'fence', 'backticks', 'html_block', 'html_inline']);
markdown.validateLink = (url) => /^(https?:\/\/|mailto:|\/(?!\/))/i.test(url);
const openLink = markdown.renderer.rules.link_open;
markdown.renderer.rules.link_open = (tokens, index, options, env, self) => {
  tokens[index]?.attrSet('rel', 'noopener nofollow');
  return openLink ? openLink(tokens, index, options, env, self) : self.renderToken(tokens, index, options);
};

/** Staff text as HTML. It is data: nothing in it is a template or markup beyond the subset. */
export function bodyHtml(text: string): string {
  return markdown.render(text);
}

/**
 * The same with `<ins>` around what the text before did not say. Compared are the words that readers see, so that no mark ever
 * falls into markup; what only looks different is no change.
 */
export function changedBodyHtml(before: string, after: string, language: Language): string {
  const tokens = markdown.parse(after, {});
  const pieces = piecesOf(tokens);
  const runs = compareTexts(wordsOf(piecesOf(markdown.parse(before, {}))), wordsOf(pieces), language);
  const shown = runs.filter(({ kind }) => kind !== 'removed');
  for (const { token, text } of pieces) {
    const own = take(shown, text.length);
    if (token) token.meta = { runs: own };
  }
  return markdown.renderer.render(tokens, markdown.options, {});
}

interface Piece {
  /** What shows it; a break after a block is shown nowhere. */
  token?: Token;
  text: string;
}

/** The words that readers see, in order: a line for each block and line break. */
function piecesOf(tokens: Token[]): Piece[] {
  return tokens
    .filter(({ type }) => type === 'inline')
    .flatMap(({ children }) => [...(children ?? []).flatMap(pieceOf), { text: '\n' }]);
}

function pieceOf(token: Token): Piece[] {
  if (token.type === 'text') return [{ token, text: token.content }];
  return token.type === 'softbreak' || token.type === 'hardbreak' ? [{ text: '\n' }] : [];
}

function wordsOf(pieces: Piece[]): string {
  return pieces.map(({ text }) => text).join('');
}

/** The next `length` characters of a text in runs, taken off it. */
function take(runs: Run[], length: number): Run[] {
  const taken: Run[] = [];
  for (let left = length; left > 0; ) {
    const run = runs[0];
    if (!run) break;
    taken.push({ kind: run.kind, text: run.text.slice(0, left) });
    left -= run.text.length;
    if (left < 0) runs[0] = { kind: run.kind, text: run.text.slice(left) };
    else runs.shift();
  }
  return taken;
}

markdown.renderer.rules.text = (tokens, index) => {
  const token = tokens[index];
  const runs = (token?.meta as { runs?: Run[] } | null)?.runs ?? [
    { kind: 'kept' as const, text: token?.content ?? '' },
  ];
  const { escapeHtml } = markdown.utils;
  return runs
    .map(({ kind, text }) => (kind === 'added' ? `<ins>${escapeHtml(text)}</ins>` : escapeHtml(text)))
    .join('');
};

/**
 * The same without markup: a line for each paragraph, list item, row of a table and line break. For readers of plain text and for
 * voices. A link's address follows its words where it says more than they do.
 */
export function plainLines(text: string): string[] {
  const lines: string[] = [];
  const lists: { number: number | null }[] = [];
  let row: string[] | undefined;
  let mark = '';
  for (const token of markdown.parse(text, {})) {
    if (token.type === 'bullet_list_open') lists.push({ number: null });
    else if (token.type === 'ordered_list_open') lists.push({ number: Number(token.attrGet('start') ?? 1) });
    else if (/_list_close$/.test(token.type)) lists.pop();
    else if (token.type === 'list_item_open') mark = markOf(lists.at(-1));
    else if (token.type === 'tr_open') row = [];
    else if (token.type === 'tr_close') {
      lines.push((row ?? []).join('　'));
      row = undefined;
    } else if (token.type === 'inline') {
      const said = inlineText(token.children ?? []);
      if (row) row.push(said.join(' '));
      else lines.push(...said.map((line, index) => (index === 0 ? mark + line : line)));
      mark = '';
    }
  }
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

function markOf(list: { number: number | null } | undefined): string {
  if (!list || list.number === null) return '・';
  list.number += 1;
  return `${list.number - 1}. `;
}

function inlineText(tokens: Token[]): string[] {
  let said = '';
  let link: { href: string; from: number } | undefined;
  for (const token of tokens) {
    if (token.type === 'softbreak' || token.type === 'hardbreak') said += '\n';
    else if (token.type === 'link_open') link = { href: String(token.attrGet('href')), from: said.length };
    else if (token.type === 'link_close' && link) {
      const words = said.slice(link.from);
      if (!link.href.endsWith(words)) said += `（${link.href}）`;
      link = undefined;
    } else said += token.content;
  }
  return said.split('\n');
}
