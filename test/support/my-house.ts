import { randomBytes } from 'node:crypto';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { onTestFinished } from 'vitest';
import type { Database } from '../../src/db/open.ts';
import { Forbidden, NotSignedIn } from '../../src/errors.ts';
import { guardRoutes } from '../../src/http/audience.ts';
import { answerErrors } from '../../src/http/errors.ts';
import { stripLanguage } from '../../src/http/language.ts';
import { findSession, hashToken } from '../../src/http/sessions.ts';
import { MINUTE } from '../../src/time.ts';
import { clockAt, type TestClock } from './clock.ts';
import { freshDatabase } from './database.ts';

export const PUBLIC_URL = 'https://status.example';
export const SECRET = 'a secret of the tests, long enough';

export interface House {
  app: FastifyInstance;
  db: Database;
  clock: TestClock;
}

type Rooms = (app: FastifyInstance, ground: GroundOfTests) => Promise<void>;
interface GroundOfTests {
  db: Database;
  clock: TestClock;
  publicUrl: string;
  secret: string;
  addressesPerCustomer: number;
}

/** The customer's rooms behind real sessions. */
export async function openHouse(rooms: Rooms, start = '2014-03-06T12:00:00+09:00'): Promise<House> {
  const db = await freshDatabase();
  const clock = clockAt(start);
  const app = Fastify({ rewriteUrl: stripLanguage, routerOptions: { maxParamLength: 300 } });
  app.decorate('operator', { name: { ja: 'OCN', en: 'OCN' }, timeZone: 'Asia/Tokyo' });
  app.decorate('secret', SECRET);
  app.decorate('secure', false);
  for (const name of ['session', 'customer', 'staff', 'apiKey']) app.decorateRequest(name, null);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerErrors(app);
  await app.register(cookie);
  await app.register(formbody);
  guardRoutes(app, {
    customer: async (request, { fresh }) => {
      const session = await findSession(request, db, clock, 'customer');
      if (!session || (fresh && session.provedAt < clock.now() - 30 * MINUTE)) throw new NotSignedIn();
      request.session = session;
      request.customer = { id: session.subject, login: session.subject, displayName: null };
    },
    staff: async () => {},
    key: async (request, scope) => {
      const key = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
      if (!key) throw new NotSignedIn();
      const row = await db.kysely
        .selectFrom('api_keys')
        .selectAll()
        .where('key_hash', '=', hashToken(key))
        .executeTakeFirst();
      if (!row) throw new NotSignedIn();
      if (!(JSON.parse(row.scopes) as string[]).includes(scope)) throw new Forbidden();
      request.apiKey = { id: row.id, name: row.name, scopes: JSON.parse(row.scopes) as string[] };
    },
    anyone: async () => {},
  });
  await rooms(app, { db, clock, publicUrl: PUBLIC_URL, secret: SECRET, addressesPerCustomer: 3 });
  onTestFinished(() => app.close());
  return { app, db, clock };
}

/** A customer's browser: his session's cookie, his forms' tokens. */
export interface Browser {
  cookie: string;
  get(url: string): Promise<LightMyRequestResponse>;
  /** Fills in a form of that page: takes its token and posts. */
  post(url: string, fields: Record<string, string>, from?: string): Promise<LightMyRequestResponse>;
}

export async function signIn({ app, db, clock }: House, customerId: string): Promise<Browser> {
  const token = randomBytes(32).toString('base64url');
  const now = clock.now();
  await db.kysely
    .insertInto('sessions')
    .values({
      token_hash: hashToken(token),
      audience: 'customer',
      subject: customerId,
      created_at: now,
      proved_at: now,
      expires_at: now + 30 * 24 * 60 * MINUTE,
    })
    .execute();
  return browser(app, `session=${token}`);
}

/** A browser without a session keeps the cookie of its forms. */
export function browser(app: FastifyInstance, session = ''): Browser {
  const self: Browser = {
    cookie: session,
    get: async (url) => {
      const answer = await app.inject({ url, headers: { cookie: self.cookie } });
      for (const { name, value } of answer.cookies)
        self.cookie = [self.cookie, `${name}=${value}`].filter(Boolean).join('; ');
      return answer;
    },
    post: async (url, fields, from = url) => {
      const page = await self.get(from);
      const csrf = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
      return app.inject({
        method: 'POST',
        url,
        headers: { cookie: self.cookie, 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ _csrf: csrf, ...fields }).toString(),
      });
    },
  };
  return self;
}

export async function addKey(db: Database, scopes: string[]): Promise<string> {
  const key = randomBytes(24).toString('base64url');
  await db.kysely
    .insertInto('api_keys')
    .values({
      id: key.slice(0, 8),
      name: 'portal',
      key_hash: hashToken(key),
      scopes: JSON.stringify(scopes),
      created_at: 0,
      revoked_at: null,
    })
    .execute();
  return key;
}
