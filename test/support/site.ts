import type { LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';
import type { Ground } from '../../src/app.ts';
import type { NoticeGround } from '../../src/notices/ground.ts';
import { type Shirase, startApp } from './app.ts';
import { freshDatabase } from './database.ts';
import { smallCatalogue } from './notices.ts';

export interface Site extends Shirase {
  /** For acts of publishing; what they publish is read by the next `get`. */
  notices: NoticeGround;
  /** Reads a page of the newest edition, which must have come out. */
  get: (url: string) => Promise<LightMyRequestResponse>;
}

/** A server with a small catalogue, for what everybody reads. */
export async function startSite(options: Partial<Ground> & { now?: string } = {}): Promise<Site> {
  const db = options.db ?? (await freshDatabase());
  if (!options.db) await smallCatalogue(db);
  const shirase = await startApp({ ...options, db });
  const { app, ground } = shirase;
  return {
    ...shirase,
    notices: { ...ground, announce: () => {} },
    get: async (url) => {
      await app.edition.refresh();
      expect(app.edition.trouble).toBeUndefined();
      return app.inject({ url });
    },
  };
}
