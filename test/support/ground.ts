import type { Ground } from '../../src/app.ts';
import type { Database } from '../../src/db/open.ts';
import type { Clock } from '../../src/time.ts';

/** What the server needs from outside, as a small operator would set it. */
export function testGround(db: Database, clock: Clock): Ground {
  return {
    db,
    clock,
    operator: { name: { ja: 'OCN', en: 'OCN' }, timeZone: 'Asia/Tokyo' },
    publicUrl: 'http://status.example',
    secret: 'a secret of tests, longer than thirty-two characters',
    alertsPerNotice: 3,
    addressesPerCustomer: 3,
    trustProxy: 0,
    statuspageMaintenance: 'none',
    logger: false,
  };
}
