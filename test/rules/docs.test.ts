import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { filesBelow, textOf } from './source.ts';

const documents = [
  'README.md',
  'CHANGELOG.md',
  'test/README.md',
  ...filesBelow('docs').filter((path) => path.endsWith('.md')),
];

test('the README stays short', () => {
  expect(textOf('README.md').split('\n').length).toBeLessThan(150);
});

test('every file that a document names is there', () => {
  const missing = documents.flatMap((path) =>
    pathsIn(path)
      .filter((named) => !exists(path, named))
      .map((named) => `${path}: ${named}`),
  );
  expect(missing).toEqual([]);
});

/** Paths of ours in backticks and the targets of links. A `*` stands for any file. */
function pathsIn(document: string): string[] {
  const text = textOf(document);
  const ticked = [
    ...text.matchAll(/`((?:src|test|docs|templates|migrations|example|public)\/[^`\s]*|[\w.-]+\.(?:md|json|yml|ts))`/g),
  ];
  const linked = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)];
  return [...ticked, ...linked].map((match) => match[1] ?? '');
}

function exists(document: string, named: string): boolean {
  if (named.includes('*')) {
    const pattern = new RegExp(
      `^${named
        .split('*')
        .map((part) => part.replace(/[.]/g, '\\.'))
        .join('[^/]*')}$`,
    );
    return filesBelow(named.split('/')[0] ?? '').some((path) => pattern.test(path));
  }
  // a name alone, such as store.ts, is that of a file which each room may have
  if (!named.includes('/') && filesBelow('src').some((path) => path.endsWith(`/${named}`))) return true;
  return [named, normalize(join(dirname(document), named))].some((path) => existsSync(join(packageRoot, path)));
}

test('every option stands in docs/configuration.md, and nothing else does', () => {
  const options = [...textOf('src/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map((match) => match[1]);
  const table = textOf('docs/configuration.md');
  const cells = [...table.matchAll(/^\| (`[^|]+`) \|/gm)].map((match) => match[1] ?? '');
  const told = cells.flatMap((cell) => [...cell.matchAll(/`([A-Z_]+)`/g)].map((match) => match[1]));
  expect(told.toSorted()).toEqual(options.toSorted());
  expect(options.length).toBeGreaterThan(15);
});

test('every command that a document names exists', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const named = documents.flatMap((path) =>
    [...textOf(path).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map((match) => match[1] ?? ''),
  );
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test('documents name no address that is only on somebody’s machine', () => {
  const found = documents.filter((path) => /\/(?:home|Users|tmp|work|root)\//.test(textOf(path)));
  expect(found).toEqual([]);
});
