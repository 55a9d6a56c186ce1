import { expect, test } from 'vitest';
import { filesBelow, textOf } from './source.ts';

test('every template is shown somewhere', () => {
  const readers = [...filesBelow('src'), ...filesBelow('templates')].map((path) => ({ path, text: textOf(path) }));
  const unused = filesBelow('templates')
    .filter((path) => path.endsWith('.eta'))
    .filter((path) => {
      // a mail's subject, text and HTML are one letter, named once
      const name = path.slice('templates/'.length).replace(/(\.(html|text|subject))?\.eta$/, '');
      return !readers.some(
        (reader) => reader.path !== path && new RegExp(`['"\`]/?${name}(\\.[^'"\`]*)?['"\`]`).test(reader.text),
      );
    });
  expect(unused).toEqual([]);
});

test('every word on a page stands in both languages', () => {
  const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/;
  const found = filesBelow('templates')
    // a mail branches by its reader's language as a whole
    .filter((path) => path.endsWith('.eta') && !path.startsWith('templates/mail/'))
    .flatMap((path) => {
      const outsideTags = textOf(path).replace(/<%[\s\S]*?%>/g, '');
      return outsideTags
        .split('\n')
        .filter((line) => japanese.test(line) && !/日本語/.test(line))
        .map((line) => `${path}: ${line.trim()}`);
    });
  expect(found).toEqual([]);
});

test('a mail’s own heading is one line on a telephone: 358 pixels of 22 each', () => {
  const headings = filesBelow('templates/mail')
    .filter((path) => path.endsWith('.html.eta'))
    .flatMap((path) => [...textOf(path).matchAll(/<h1[^>]*><%= it\.say\('([^']+)'/g)].map((match) => match[1] ?? ''));
  expect(headings.length).toBeGreaterThan(2);
  expect(headings.filter((heading) => heading.length > 16)).toEqual([]);
});
