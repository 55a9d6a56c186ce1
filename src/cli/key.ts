import { parseArgs } from 'node:util';
import { SYSTEM } from '../staff/audit.ts';
import { addKey, SCOPES } from '../staff/keys.ts';
import { systemClock } from '../time.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

/** `shirase key add --name N --scope S`: prints the key and nothing else, so that it can be put into a variable. */
export async function keyCommand([verb, ...words]: string[]): Promise<void> {
  if (verb !== 'add') throw new UsageError('Only "key add" is known.');
  const { values } = parseArgs({
    args: words,
    options: { name: { type: 'string' }, scope: { type: 'string', multiple: true } },
    strict: true,
  });
  const scopes = (values.scope ?? []).flatMap((text) => text.split(/[\s,]+/)).filter((text) => text !== '');
  const { name } = values;
  if (!name || scopes.length === 0) throw new UsageError(`key add needs --name and --scope (${SCOPES.join(', ')}).`);
  const key = await withDatabase((db) => addKey(db, systemClock, SYSTEM, { name, scopes }));
  process.stdout.write(`${key}\n`);
}
