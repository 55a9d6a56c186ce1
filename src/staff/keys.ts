import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Database } from '../db/open.ts';
import { line, parse } from '../http/forms.ts';
import { hashToken } from '../http/sessions.ts';
import type { Clock } from '../time.ts';
import { type Actor, record } from './audit.ts';
import { staffStore } from './store.ts';

export const SCOPES = ['catalogue:write', 'notices:write', 'notices:read', 'notices:backfill', 'portal:read'] as const;

const keyInput = z.strictObject({ name: line(80), scopes: z.array(z.enum(SCOPES)).min(1) });

/**
 * Makes a key for a program. It is shown this once; the database keeps its SHA-256 only.
 * @throws Invalid naming an unknown scope.
 */
export async function addKey(
  db: Database,
  clock: Clock,
  actor: Actor,
  input: { name: string; scopes: string[] },
): Promise<string> {
  const { name, scopes } = parse(keyInput, input);
  const key = `shirase_${randomBytes(32).toString('base64url')}`;
  const id = randomBytes(8).toString('hex');
  const now = clock.now();
  await db.transaction(async (tx) => {
    const row = {
      id,
      name,
      key_hash: hashToken(key),
      scopes: JSON.stringify(scopes),
      created_at: now,
      revoked_at: null,
    };
    await staffStore.addKey(tx, row);
    await record(tx, now, actor, 'key:add', 'key', id, undefined, { name, scopes });
  });
  return key;
}
