import type { FastifyInstance } from 'fastify';
import { loadNames } from '../../catalogue/read.ts';
import type { Database } from '../../db/open.ts';
import { NotFound } from '../../errors.ts';
import { type Operator, page } from '../../http/views.ts';
import { findNotice } from '../../notices/read.ts';
import type { Clock } from '../../time.ts';
import type { Edition } from '../edition/edition.ts';
import { textsOf } from './texts.ts';

export interface TextGround {
  db: Database;
  clock: Clock;
  operator: Operator;
  publicUrl: string;
  edition: Edition;
}

/** What staff copy into other channels once a report is out. */
export function textRoutes(app: FastifyInstance, ground: TextGround): void {
  const { db, clock, operator, publicUrl, edition } = ground;
  const audience = { who: 'staff', may: 'notice:draft' } as const;

  app.get('/console/notices/:id/texts', { config: { audience } }, async (request, reply) => {
    const { id } = request.params as { id: string };
    const notice = await findNotice(db.kysely, id);
    if (!notice) throw new NotFound({ ja: 'このお知らせは見つかりませんでした。', en: 'There is no such notice.' });
    // Just published elsewhere: what the telephone system says must be of the same minute.
    await edition.refresh();
    const names = await loadNames(db.kysely);
    const texts = textsOf(notice, { names, publicUrl, zone: operator.timeZone, now: clock.now(), edition });
    return page(request, reply, 'console/texts', { notice, texts });
  });
}
