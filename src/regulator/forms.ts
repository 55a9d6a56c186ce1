import type { FieldProblem } from '../errors.ts';
import { Invalid } from '../errors.ts';
import type { Fields } from '../notices/form/form-reader.ts';
import { isoTime, localInput, parseLocalInput } from '../time.ts';

/** How the names of a form's fields say what they hold: times, numbers, ticks; everything else is text. */
export interface FormShape {
  time: RegExp;
  number: RegExp;
  tick: RegExp;
  /** Objects that are left out unless this field of theirs is filled in: `users` without `value`. */
  needs: Record<string, string>;
}

export interface ReadForm {
  body: unknown;
  /** Times that cannot be read. */
  problems: FieldProblem[];
  /** The field's name in the form of a path in the body: empty rows were left out. */
  place: (path: string) => string;
}

/** Reads `symptoms.0.users.value` and its like into objects and lists, without what was left empty. */
export function readForm(fields: Fields, shape: FormShape, zone: string): ReadForm {
  const problems: FieldProblem[] = [];
  const tree: Branch = new Map();
  for (const [name, typed] of Object.entries(fields)) {
    const value = typedAs(name, typed.trim(), { shape, zone, problems });
    if (value !== undefined) plant(tree, name.split('.'), value);
  }
  const places = new Map<string, string>();
  const body = harvest(tree, shape, '', '', places) ?? {};
  return { body, problems, place: (path) => placed(path, places) };
}

type Branch = Map<string, Branch | string | number | boolean>;

function typedAs(
  name: string,
  typed: string,
  { shape, zone, problems }: { shape: FormShape; zone: string; problems: FieldProblem[] },
): string | number | boolean | undefined {
  if (typed === '' || name.endsWith('.rows')) return undefined;
  if (shape.tick.test(name)) return typed === 'on';
  if (shape.number.test(name)) {
    // 約3万 is no number, １２，０００ is one
    const plain = typed.normalize('NFKC').replaceAll(/[,\s]/g, '');
    return /^\d+$/.test(plain) ? Number(plain) : typed;
  }
  if (!shape.time.test(name)) return typed;
  const at = parseLocalInput(typed, zone);
  if (at === undefined) {
    problems.push({
      field: name,
      ja: '日時を 2014-03-06T07:34 の形で入力してください。',
      en: 'Enter date and time as 2014-03-06T07:34.',
    });
    return undefined;
  }
  return isoTime(at, zone);
}

function plant(tree: Branch, path: string[], value: string | number | boolean): void {
  const [head = '', ...rest] = path;
  if (rest.length === 0) {
    tree.set(head, value);
    return;
  }
  const below = tree.get(head);
  const branch: Branch = below instanceof Map ? below : (new Map() as Branch);
  tree.set(head, branch);
  plant(branch, rest, value);
}

/** The branch as an object or a list; undefined where what it needs is missing. `places` learns where each part stood. */
function harvest(tree: Branch, shape: FormShape, path: string, from: string, places: Map<string, string>): unknown {
  const needed = shape.needs[path.split('.').at(-1) ?? ''];
  if (needed !== undefined && !tree.has(needed)) return undefined;
  const list = [...tree.keys()].every((key) => /^\d+$/.test(key)) && tree.size > 0;
  const parts: [string, unknown][] = [];
  const keys = list ? [...tree.keys()].sort((a, b) => Number(a) - Number(b)) : [...tree.keys()];
  for (const key of keys) {
    const at = join(path, list ? String(parts.length) : key);
    const value = tree.get(key);
    const whole = value instanceof Map ? harvest(value, shape, at, join(from, key), places) : value;
    if (whole === undefined) continue;
    places.set(at, join(from, key));
    parts.push([key, whole]);
  }
  if (list) return parts.map(([, value]) => value);
  return Object.fromEntries(parts);
}

const join = (path: string, key: string) => (path === '' ? key : `${path}.${key}`);

function placed(path: string, places: Map<string, string>): string {
  const parts = path.split('.');
  for (let count = parts.length; count > 0; count--) {
    const known = places.get(parts.slice(0, count).join('.'));
    if (known !== undefined) return [known, ...parts.slice(count)].join('.');
  }
  return path;
}

/** Parses what a form says, naming fields as the form does. @throws Invalid with every wrong field. */
export function parseForm<T>(read: ReadForm, parse: (body: unknown) => T): T {
  let parsed: { value: T } | undefined;
  const found: FieldProblem[] = [...read.problems];
  try {
    parsed = { value: parse(read.body) };
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    found.push(...error.problems.map((one) => ({ ...one, field: read.place(one.field) })));
  }
  if (!parsed || found.length > 0) throw new Invalid(found);
  return parsed.value;
}

/** The other way: an object as the fields of its form. */
export function fieldsFrom(value: unknown, shape: FormShape, zone: string, path = ''): Fields {
  if (value === null || value === undefined || value === false) return {};
  if (value === true) return { [path]: 'on' };
  if (typeof value === 'number') return { [path]: shape.time.test(path) ? localInput(value, zone) : String(value) };
  if (typeof value === 'string') return { [path]: value };
  if (typeof value !== 'object') return {};
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, part]) => fieldsFrom(part, shape, zone, join(path, key))),
  ) as Fields;
}
