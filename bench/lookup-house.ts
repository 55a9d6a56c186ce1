import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/config.ts';
import { openDatabase } from '../src/db/open.ts';
import { hashToken } from '../src/http/sessions.ts';
import { DAY } from '../src/time.ts';
import { seedSite } from './seed.ts';
import { serve, startFlags } from './wrk.ts';

/** How many customers the lookup chooses from. */
const CUSTOMERS = 100_000;

/** The built server on SQLite with customers, of whom one is signed in. Needs `npm run build` before. */
export async function lookupHouse(port: number) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-lookup-'));
  const now = Date.now();
  await seedSite(join(folder, 'shirase.db'), 50, now);
  const token = await seedCustomers(join(folder, 'shirase.db'), now);
  const base = `http://127.0.0.1:${port}`;
  const server = await serve(['node', ...startFlags(), join(packageRoot, 'dist/main.js')], `${base}/`, {
    PORT: String(port),
    METRICS_PORT: '0',
    PUBLIC_URL: base,
    DATA_DIR: folder,
    EXAMPLE: 'false',
    LOG_LEVEL: 'error',
  });
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { process: server.process, base, cookie: `cookie: session=${token}`, stop };
}

async function seedCustomers(file: string, now: number): Promise<string> {
  const db = openDatabase(`sqlite:${file}`, () => {});
  const token = randomBytes(32).toString('base64url');
  await db.transaction(async (tx) => {
    for (let from = 0; from < CUSTOMERS; from += 1000) {
      const some = Array.from({ length: 1000 }, (_, n) => `c-${from + n}`);
      const customers = some.map((id) => ({ id, login: id, display_name: null, password_hash: null, created_at: 0 }));
      await tx.insertInto('customers').values(customers).execute();
      const mailboxes = some.map((id) => ({
        address: `${id}@m121.example`,
        customer_id: id,
        facility: '121',
        created_at: 0,
      }));
      await tx.insertInto('mailboxes').values(mailboxes).execute();
    }
    const session = { audience: 'customer', subject: 'c-777', created_at: now, proved_at: now, expires_at: now + DAY };
    await tx
      .insertInto('sessions')
      .values({ token_hash: hashToken(token), ...session } as never)
      .execute();
  });
  await db.close();
  return token;
}
