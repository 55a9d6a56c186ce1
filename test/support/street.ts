import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { publishNotice } from '../../src/notices/publish.ts';
import { ROLES, type Role } from '../../src/staff/permissions.ts';
import { type Shirase, startApp } from './app.ts';
import { faultInput, publisher, smallCatalogue } from './notices.ts';
import { csrfOf, customerAt, keyFor, staffAt } from './people.ts';

export type Route = FastifyInstance['audiences'][number];

/** Whoever knocks. Keys come twice: with the scope that a route asks for, and with all the others. */
export type Visitor = 'anonymous' | 'customer' | Role | 'key without the scope' | 'key with the scope';
export const VISITORS: Visitor[] = ['anonymous', 'customer', ...ROLES, 'key without the scope', 'key with the scope'];

export const changes = (route: Route) => !['GET', 'HEAD', 'OPTIONS'].includes(route.method);
export const byBrowser = ({ audience }: Route) =>
  audience.who === 'customer' || audience.who === 'staff' || (audience.who === 'everyone' && audience.form === true);

/** The house with somebody of every kind in front of it. */
export async function street(options: Parameters<typeof startApp>[0] = {}) {
  const shirase = await startApp(options);
  const { app, db, clock, ground }: Shirase = shirase;
  await smallCatalogue(db);
  const notice = await publishNotice({ ...ground, announce: () => {} }, publisher, faultInput());
  const people = new Map([['customer', await customerAt(shirase, 'taro', ['121'])]] as const) as Map<
    Visitor,
    Awaited<ReturnType<typeof staffAt>>
  >;
  for (const role of ROLES) people.set(role, await staffAt(shirase, role));
  const scopes = [
    ...new Set(app.audiences.flatMap(({ audience }) => (audience.who === 'key' ? [audience.scope] : []))),
  ];
  const keys = new Map<string, { authorization: string }>();
  for (const scope of scopes) {
    keys.set(`with ${scope}`, await keyFor(db, clock, scope));
    keys.set(`without ${scope}`, await keyFor(db, clock, ...scopes.filter((other) => other !== scope)));
  }
  const knock = (route: Route, visitor: Visitor, more: { fields?: Record<string, string> } = {}) => {
    const options: InjectOptions = {
      method: route.method,
      url: route.url
        .replace(/:id\b/, notice.id)
        .replace(/:hash\b/, '0')
        .replace(/:\w+|\*/g, '1'),
      cookies: Object.fromEntries(people.get(visitor)?.cookies ?? []),
    };
    const scope = route.audience.who === 'key' ? route.audience.scope : (scopes[0] ?? '');
    if (visitor.startsWith('key')) options.headers = keys.get(`${visitor.split(' ')[1]} ${scope}`) ?? {};
    if (!changes(route)) return app.inject(options);
    const form = byBrowser(route);
    const headers = { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json' };
    const payload = form ? new URLSearchParams(more.fields ?? {}).toString() : '{}';
    return app.inject({ ...options, headers: { ...options.headers, ...headers }, payload });
  };
  /** The header of a program that may call this route. */
  const keyOf = async (route: Route) =>
    keys.get(`with ${route.audience.who === 'key' ? route.audience.scope : ''}`) ?? { authorization: 'Bearer none' };
  /** The token of a form that this visitor sees. */
  const token = async (visitor: Visitor) => {
    const page = visitor === 'customer' ? '/my' : '/console';
    return csrfOf((await people.get(visitor)?.get(page)) as LightMyRequestResponse);
  };
  return { ...shirase, notice, people, knock, token, keyOf };
}
