import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Database, Reader } from '../db/open.ts';
import { NotFound } from '../errors.ts';
import { line, parse } from '../http/forms.ts';
import { hashToken } from '../http/sessions.ts';
import type { Clock, Instant } from '../time.ts';
import { type Actor, record } from './audit.ts';
import { staffStore } from './store.ts';

export const SCOPES = [
  'catalogue:write',
  'notices:write',
  'notices:read',
  'notices:backfill',
  'alarms:write',
  'portal:read',
  'regulator:read',
  'regulator:write',
  'bounces:write',
  'audit:read',
  'channels:manage',
] as const;

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

/** A program's key as those see it who manage keys; the key itself nobody sees again. */
export interface ApiKey {
  id: string;
  name: string;
  scopes: string[];
  createdAt: Instant;
  revokedAt: Instant | null;
}

/** All that were ever made, the newest first. */
export async function listKeys(db: Reader): Promise<ApiKey[]> {
  return (await staffStore.keys(db)).map((row) => ({
    id: row.id,
    name: row.name,
    scopes: JSON.parse(row.scopes) as string[],
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  }));
}

/** The next call with it is refused. @throws NotFound where there is no such key, or it was revoked before. */
export async function revokeKey(db: Database, clock: Clock, actor: Actor, id: string): Promise<void> {
  await db.transaction(async (tx) => {
    const row = await staffStore.revokeKey(tx, id, clock.now());
    if (!row)
      throw new NotFound({ ja: '使えるキーに、この番号のものはありません。', en: 'No working key has this number.' });
    await record(
      tx,
      clock.now(),
      actor,
      'key:revoke',
      'key',
      id,
      { name: row.name, revoked: false },
      { revoked: true },
    );
  });
}
