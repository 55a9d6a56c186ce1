import { dependentsOf } from '../../catalogue/dependents.ts';
import { loadCatalogue } from '../../catalogue/read.ts';
import { rowCount } from '../form/form.ts';
import { type Fields, type FormGround, MOST_ROWS } from '../form/form-reader.ts';
import type { NoticeGround } from '../ground.ts';
import type { Notice } from '../notice.ts';
import { foundTemplate } from '../templates/keep.ts';
import { fillForm } from './fill-form.ts';

/** What a button of the form adds to it: a template's text, or the services that hang on those that failed. */
export async function suggested(
  ground: NoticeGround,
  fields: Fields,
  action: string,
  context: FormGround,
  notice?: Notice,
): Promise<Fields | undefined> {
  if (action === 'dependents') return withDependents(ground, fields, notice);
  if (action !== 'template') return undefined;
  const id = fields.template?.trim() ?? '';
  return id === '' ? fields : fillForm(ground, fields, context, await foundTemplate(ground.db.kysely, id), notice);
}

/** One more row for each service that hangs on one of the rows', and is not there yet. Whoever knows better empties it again. */
async function withDependents(ground: NoticeGround, fields: Fields, notice: Notice | undefined): Promise<Fields> {
  const { services } = await loadCatalogue(ground.db.kysely);
  const rows = Array.from({ length: MOST_ROWS }, (_, row) => row);
  const named = rows.flatMap((row) => fields[`impacts.${row}.service`] || []);
  const there = [...named, ...(notice?.impacts ?? []).map(({ service }) => service)];
  const missing = dependentsOf(services, there);
  const used = rows.findLast((row) => fields[`impacts.${row}.service`]) ?? -1;
  const free = rows.filter((row) => row > used);
  const added = missing.slice(0, free.length).map(({ key }, index) => {
    const row = `impacts.${free[index] ?? 0}`;
    return { [`${row}.service`]: key, [`${row}.symptom`]: 'login', [`${row}.facilities`]: '' };
  });
  const count = Math.max(rowCount(fields, 'impacts', 1), used + 1 + added.length);
  return { ...fields, ...Object.assign({}, ...added), 'impacts.rows': String(count) } as Fields;
}
