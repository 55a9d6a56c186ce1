import { expect, test } from 'vitest';
import { codeOf, filesBelow, type Import, importsOf } from './source.ts';

/** Who may import whom: a room imports what stands below it, never what stands beside or above. docs/architecture.md draws it. */
const FLOORS: string[][] = [
  ['main.ts'],
  ['cli', 'stand-in.ts'],
  ['start.ts'],
  ['app.ts'],
  ['site', 'regulator'],
  ['notices', 'lookup'],
  ['alerts', 'customers'],
  ['catalogue', 'staff'],
  ['http', 'mail', 'metrics'],
  ['db'],
  ['time.ts', 'errors.ts', 'config.ts', 'chores.ts', 'brand', 'paper'],
];

/** What goes sideways or up nevertheless, and why. */
const EXCEPTIONS: Record<string, string> = {
  'src/lookup/store.ts → src/notices/windows.ts': 'when a work is under way is one rule, for pages and for the lookup',
  'src/catalogue/import-catalogue.ts → src/staff/audit.ts': 'whoever changes something is recorded, beside the change',
};

const sources = filesBelow('src').filter((path) => path.endsWith('.ts'));
const imports = sources.flatMap((path) => importsOf(path));
const own = imports.filter((one) => one.own);

const room = (path: string) => path.split('/')[1] ?? '';
const floor = (path: string) => FLOORS.findIndex((rooms) => rooms.includes(room(path)));
const arrow = ({ from, to }: Import) => `${from} → ${to}`;

test('every room stands on a floor', () => {
  expect([...new Set(sources.filter((path) => floor(path) < 0).map(room))]).toEqual([]);
  expect(own.length).toBeGreaterThan(200);
});

test('imports go down: main, cli, start, app, site and regulator, notices and lookup, alerts and customers, catalogue and staff, http and mail, db', () => {
  const upwards = own.filter((one) => room(one.from) !== room(one.to) && floor(one.from) >= floor(one.to));
  const ground = upwards.filter((one) => floor(one.from) < FLOORS.length - 1);
  expect(ground.map(arrow).filter((one) => !(one in EXCEPTIONS))).toEqual([]);
  expect(Object.keys(EXCEPTIONS).filter((one) => !upwards.map(arrow).includes(one))).toEqual([]);
});

test('the process knows of the commands only how to load the example', () => {
  expect(own.filter((one) => one.from === 'src/main.ts' && room(one.to) === 'cli').map((one) => one.to)).toEqual([
    'src/cli/example.ts',
  ]);
});

test('a room’s tables are asked through that room alone', () => {
  const outside = own.filter((one) => /(^|[/-])store\.ts$/.test(one.to) && room(one.from) !== room(one.to));
  expect(outside.map(arrow)).toEqual([]);
});

test('routes are put together in app.ts and nowhere else', () => {
  const outside = own.filter(
    (one) => /(^|[/-])routes\.ts$/.test(one.to) && one.from !== 'src/app.ts' && room(one.from) !== room(one.to),
  );
  expect(outside.map(arrow)).toEqual([]);
});

const SQL_ELSEWHERE: Record<string, string> = {
  'src/alerts/recipients.ts': 'who may be mailed is one question with one name, and read as such',
};

test('SQL stands in stores', () => {
  const asks = /\.(selectFrom|insertInto|updateTable|deleteFrom)\(/;
  const elsewhere = sources.filter((path) => !/(^|[/-])store\.ts$/.test(path) && asks.test(codeOf(path)));
  expect(elsewhere.filter((path) => !(path in SQL_ELSEWHERE))).toEqual([]);
  expect(Object.keys(SQL_ELSEWHERE).filter((path) => !elsewhere.includes(path))).toEqual([]);
});

/** What decides. It is given the time and what is known, and answers. */
const PURE = [
  ...['notice', 'impact', 'report', 'phases', 'advance', 'reach', 'changes', 'compare'].map(
    (name) => `src/notices/${name}.ts`,
  ),
  ...['words', 'names', 'glossary'].map((name) => `src/notices/wording/${name}.ts`),
  ...['scope', 'slot', 'timing', 'standing', 'personal', 'addresses/email-address'].map(
    (name) => `src/alerts/${name}.ts`,
  ),
  ...['criteria', 'judge', 'forecast', 'words'].map((name) => `src/regulator/criteria/${name}.ts`),
  'src/lookup/affected.ts',
  ...['courier/attempt', 'relay/smtp-reply'].map((name) => `src/mail/${name}.ts`),
];

test('what decides is pure: at run time it needs no database, no server, no relay and no clock', () => {
  const impure = PURE.filter((path) => sources.includes(path)).flatMap((path) => reachedFrom(path));
  expect(impure.filter((one) => !one.own || IMPURE.test(one.to)).map(arrow)).toEqual([]);
  expect(PURE.filter((path) => !sources.includes(path))).toEqual([]);
});

const IMPURE = /(^|[/-])(store|routes|relay|courier|outbox|app|start)\.ts$|^src\/(http|db)\//;

/** All that is loaded with a file: types are gone by then. */
function reachedFrom(path: string, seen = new Set<string>()): Import[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const loaded = importsOf(path).filter((one) => !one.typeOnly && !ALLOWED_IN_PURE.includes(one.to));
  return loaded.flatMap((one) => [one, ...(one.own ? reachedFrom(one.to, seen) : [])]);
}

/** Node's own converter of international domain names; the search for the fewest edits. */
const ALLOWED_IN_PURE = ['node:url', 'diff'];

test('nobody but a clock knows the present', () => {
  const tellers = sources.filter((path) => /\bDate\.now\(|new Date\(\)/.test(codeOf(path)));
  expect(tellers).toEqual(['src/time.ts']);
});
