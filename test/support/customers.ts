import { randomBytes } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { hashToken } from '../../src/http/sessions.ts';
import { DAY } from '../../src/time.ts';
import type { Shirase } from './app.ts';
import { Browser } from './people.ts';

/** The browser of a customer who is in the database already, with a session of its own: no password is hashed for it. */
export async function signedIn({ app, db, clock }: Shirase, customerId: string): Promise<FormBrowser> {
  const browser = new FormBrowser(app);
  const token = randomBytes(32).toString('base64url');
  const now = clock.now();
  const row = { audience: 'customer' as const, subject: customerId, created_at: now, proved_at: now };
  await db.kysely
    .insertInto('sessions')
    .values({ ...row, token_hash: hashToken(token), expires_at: now + 30 * DAY })
    .execute();
  browser.cookies.set('session', token);
  return browser;
}

/** A browser that remembers the token of the last form it saw, so that a test can press a button that is gone meanwhile. */
export class FormBrowser extends Browser {
  #token = '';

  override async get(url: string): Promise<LightMyRequestResponse> {
    const answer = await super.get(url);
    this.#token = /name="_csrf" value="([^"]+)"/.exec(answer.body)?.[1] ?? this.#token;
    return answer;
  }

  /** Opens that page and posts from it. */
  async press(pageUrl: string, action: string, fields: Record<string, string> = {}): Promise<LightMyRequestResponse> {
    await this.get(pageUrl);
    return this.post(action, { _csrf: this.#token, ...fields });
  }
}
