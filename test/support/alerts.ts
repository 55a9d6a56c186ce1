import type { AlertGround } from '../../src/alerts/expand.ts';
import type { Database } from '../../src/db/open.ts';
import type { Clock } from '../../src/time.ts';

/** What the alerts room needs, as a small operator would set it. */
export function alertGround(db: Database, clock: Clock, overrides: Partial<AlertGround> = {}): AlertGround {
  return {
    db,
    clock,
    operator: { name: { ja: 'OCN', en: 'OCN' }, timeZone: 'Asia/Tokyo' },
    publicUrl: 'http://status.example',
    secret: 'x'.repeat(32),
    alertsPerNotice: 3,
    ...overrides,
  };
}
