import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Writes those of the Digital Agency's design tokens that public/*.css uses into the head of public/style.css: `npm run tokens`. */
const style = join(import.meta.dirname, '..', 'public', 'style.css');
const BEGIN =
  '/* Design tokens (MIT) of the Digital Agency of Japan, those that are used. Made by `npm run tokens`: */';
const END = '/* End of the tokens. */';

/** The style sheet with exactly the tokens in its head that it uses. @throws where it uses one that does not exist. */
export function withTokens(css: string, others: string[] = []): string {
  const rest = css.slice(css.indexOf(END) + END.length);
  const known = new Map(
    readFileSync(createRequire(import.meta.url).resolve('@digital-go-jp/design-tokens/dist/tokens.css'), 'utf8')
      .split('\n')
      .flatMap((line) => {
        const [, name, value] = /^\s*(--[\w-]+): (.*);$/.exec(line) ?? [];
        return name && value ? [[name, value] as const] : [];
      }),
  );
  const used = new Set(
    [rest, ...others].flatMap((text) => text.match(/(?<=var\()--(color|font|line-height|border)-[\w-]+/g) ?? []),
  );
  const unknown = [...used].filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`There are no such tokens: ${unknown.join(', ')}`);
  const lines = [...known].filter(([name]) => used.has(name)).map(([name, value]) => `  ${name}: ${value};`);
  return `${BEGIN}\n:root {\n${lines.join('\n')}\n}\n${END}${rest}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(style, withTokens(readFileSync(style, 'utf8')));
