import { parseArgs } from 'node:util';
import { SYSTEM } from '../staff/audit.ts';
import { addKey, listKeys, revokeKey, SCOPES } from '../staff/keys.ts';
import { systemClock } from '../time.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

const options = {
  name: { type: 'string' },
  scope: { type: 'string', multiple: true },
  id: { type: 'string' },
} as const;

/** `shirase key …`: `add` prints the key and nothing else, so that it can be put into a variable; `list` never shows one. */
export async function keyCommand([verb, ...words]: string[]): Promise<void> {
  const { values } = parseArgs({ args: words, options, strict: true });
  switch (verb) {
    case 'add':
      return add(values.name, values.scope ?? []);
    case 'list':
      return list();
    case 'revoke':
      return revoke(values.id);
    default:
      throw new UsageError('key knows: add, list, revoke.');
  }
}

async function add(name: string | undefined, scope: string[]): Promise<void> {
  const scopes = scope.flatMap((text) => text.split(/[\s,]+/)).filter((text) => text !== '');
  if (!name || scopes.length === 0) throw new UsageError(`key add needs --name and --scope (${SCOPES.join(', ')}).`);
  const key = await withDatabase((db) => addKey(db, systemClock, SYSTEM, { name, scopes }));
  process.stdout.write(`${key}\n`);
}

async function list(): Promise<void> {
  const keys = await withDatabase((db) => listKeys(db.kysely));
  for (const { id, name, scopes, createdAt, revokedAt } of keys) {
    const state = revokedAt === null ? 'works' : `revoked ${new Date(revokedAt).toISOString()}`;
    process.stdout.write(`${[id, name, scopes.join(','), new Date(createdAt).toISOString(), state].join('\t')}\n`);
  }
}

async function revoke(id: string | undefined): Promise<void> {
  if (!id) throw new UsageError('key revoke needs --id; "key list" shows them.');
  await withDatabase((db) => revokeKey(db, systemClock, SYSTEM, id));
  process.stdout.write(`Revoked ${id}.\n`);
}
