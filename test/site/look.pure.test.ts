import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withTokens } from '../../scripts/tokens.ts';
import { contrast, ENOUGH, GROUNDS, readableAccent } from '../../src/brand/colour.ts';
import { packageRoot } from '../../src/config.ts';
import { shorterCss } from '../../src/http/assets.ts';

const folder = join(packageRoot, 'public');
const sheet = (file: string) => readFileSync(join(folder, file), 'utf8');
const sheets = readdirSync(folder).filter((file) => file.endsWith('.css'));
const css = sheets.map((file) => shorterCss(sheet(file))).join('');

type Scheme = 'light' | 'dark';
const SCHEMES: Scheme[] = ['light', 'dark'];

/** `--accent: #0017c1` of each `:root`, as a browser would resolve it. */
function colours(scheme: Scheme): Map<string, string> {
  const roots = [...css.matchAll(/(@media screen and \(prefers-color-scheme:dark\)\{)?:root\{([^}]*)\}/g)];
  const said = new Map<string, string>();
  for (const [, inTheDark, body = ''] of roots) {
    if (inTheDark && scheme === 'light') continue;
    for (const [, name = '', value = ''] of body.matchAll(/(--[\w-]+):([^;]*)/g)) said.set(name, value);
  }
  const resolve = (value: string): string => {
    const name = /^var\((--[\w-]+)\)$/.exec(value)?.[1];
    return name ? resolve(said.get(name) ?? '') : value.replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3');
  };
  return new Map([...said].map(([name, value]) => [name, resolve(value)]));
}

/** Each text colour of the sheets with the ground it stands on: its rule's, else both of the page's. */
function pairs(): [text: string, ground: string][] {
  const found = new Map<string, [string, string]>();
  for (const [, body = ''] of css.matchAll(/\{([^{}]*)\}/g)) {
    const of = (property: string) => new RegExp(`(?:^|;)${property}:var\\((--[\\w-]+)\\)`).exec(body)?.[1];
    const [text, ground] = [of('color'), of('background(?:-color)?')];
    const grounds = ground ? [ground] : ['--page', '--raised'];
    if (text || ground) for (const one of grounds) found.set(`${text} ${one}`, [text ?? '--text', one]);
  }
  return [...found.values()];
}

describe('the look', () => {
  test('has the design tokens that it uses, as the package has them, and no others', () => {
    const others = sheets.filter((file) => file !== 'style.css').map(sheet);
    // Otherwise: npm run tokens
    expect(sheet('style.css')).toBe(withTokens(sheet('style.css'), others));
  });

  test.each(SCHEMES)('can be read in the %s: what is read at length at 7 to 1, everything at 4.5 to 1', (scheme) => {
    const known = colours(scheme);
    const ratio = (one: string, other: string) => contrast(known.get(one) ?? '', known.get(other) ?? '');
    const table = pairs().map(([text, ground]) => {
      const needed = text === '--text' || text === '--muted' ? 7 : ENOUGH;
      return { text, ground, needed, ratio: ratio(text, ground) };
    });
    expect(table.length).toBeGreaterThan(10);
    expect(table.filter((pair) => !(pair.ratio >= pair.needed))).toEqual([]);
    // The ring around what has the focus and the edges of fields (WCAG 2.2, 1.4.11).
    for (const ground of ['--page', '--raised']) {
      expect(ratio('--focus', ground)).toBeGreaterThanOrEqual(3);
      expect(ratio('--muted', ground)).toBeGreaterThanOrEqual(3);
    }
  });

  test.each(SCHEMES)('stands on the grounds that an operator’s colour is held against, in the %s', (scheme) => {
    const known = colours(scheme);
    expect({ page: known.get('--page'), raised: known.get('--raised') }).toEqual(GROUNDS[scheme]);
    // What stands on the accent has the page's colour: one ratio holds for both.
    expect(known.get('--on-accent')).toBe(GROUNDS[scheme].page);
    expect(readableAccent(known.get('--accent') ?? '', scheme)).toBe(known.get('--accent'));
  });
});
