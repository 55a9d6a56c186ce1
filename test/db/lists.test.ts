import { expect, test } from 'vitest';
import { evenly } from '../../src/db/asking.ts';
import { freshDatabase } from '../support/database.ts';

const FOUND = ['a', 'b', 'c'];

// Both engines limit the parameters of one statement: SQLite takes 32,766, PostgreSQL 65,535.
test.each([0, 1, 3, 500, 20_000, 32_000])('whoever is in a list of %i, or not, is found', async (length) => {
  const { kysely } = await freshDatabase();
  await kysely
    .insertInto('customers')
    .values(FOUND.map((id) => ({ id, login: id, display_name: null, password_hash: null, created_at: 0 })))
    .execute();
  const list = Array.from({ length }, (_, n) => FOUND[n] ?? `none-${n}`);
  const rows = await kysely
    .selectFrom('customers')
    .select('id')
    .where('id', 'in', evenly(list))
    .where('created_at', '=', 0)
    .orderBy('id')
    .execute();
  expect(rows.map(({ id }) => id)).toEqual(FOUND.slice(0, length));
});
