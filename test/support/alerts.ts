import type { AlertGround } from '../../src/alerts/expand.ts';
import type { Database } from '../../src/db/open.ts';
import { letterSince } from '../../src/notices/letter-since.ts';
import type { Clock } from '../../src/time.ts';

/** What the alerts room needs, as a small operator would set it. */
export function alertGround(db: Database, clock: Clock, overrides: Partial<AlertGround> = {}): AlertGround {
  const operator = { name: { ja: 'OCN', en: 'OCN' }, timeZone: 'Asia/Tokyo' };
  const publicUrl = 'http://status.example';
  return {
    db,
    clock,
    operator,
    publicUrl,
    letterSince: letterSince({ operator, publicUrl }),
    secret: 'x'.repeat(32),
    alertsPerNotice: 3,
    ...overrides,
  };
}
