import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { addCustomer } from '../../src/customers/add-customer.ts';
import type { Database } from '../../src/db/open.ts';
import { addStaff } from '../../src/staff/add-staff.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { addKey } from '../../src/staff/keys.ts';
import type { Role } from '../../src/staff/permissions.ts';
import type { Shirase } from './app.ts';

/** One password for everybody: hashing is slow on purpose. */
export const PASSWORD = 'correct horse battery staple';

/** A browser: keeps cookies, fills in forms. */
export class Browser {
  readonly #app: FastifyInstance;
  readonly cookies = new Map<string, string>();
  readonly headers: Record<string, string> = {};

  constructor(app: FastifyInstance) {
    this.#app = app;
  }

  async get(url: string): Promise<LightMyRequestResponse> {
    return this.#send({ method: 'GET', url });
  }

  /** Posts a form as a page of ours would: with the token of that page. */
  async submit(
    pageUrl: string,
    action: string,
    fields: Record<string, string | string[]>,
  ): Promise<LightMyRequestResponse> {
    const token = csrfOf(await this.get(pageUrl));
    return this.post(action, { _csrf: token, ...fields });
  }

  async post(url: string, fields: Record<string, string | string[]>): Promise<LightMyRequestResponse> {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one);
    return this.#send({
      method: 'POST',
      url,
      payload: body.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  }

  async #send(options: {
    method: 'GET' | 'POST';
    url: string;
    payload?: string;
    headers?: Record<string, string>;
  }): Promise<LightMyRequestResponse> {
    const answer = await this.#app.inject({
      ...options,
      headers: { ...this.headers, ...options.headers },
      cookies: Object.fromEntries(this.cookies),
    });
    for (const cookie of answer.cookies) {
      if (cookie.value === '' || (cookie.expires && cookie.expires.getTime() === 0)) this.cookies.delete(cookie.name);
      else this.cookies.set(cookie.name, cookie.value);
    }
    return answer;
  }
}

/** The token in a page's form. */
export function csrfOf(page: LightMyRequestResponse): string {
  const match = /name="_csrf" value="([^"]+)"/.exec(page.body);
  if (!match?.[1]) throw new Error(`no form on this page (${page.statusCode}): ${page.body.slice(0, 300)}`);
  return match[1];
}

/** A member of staff of this role at his browser, signed in. */
export async function staffAt({ app, db, clock }: Shirase, role: Role): Promise<Browser> {
  await addStaff(db, clock, SYSTEM, { login: role, name: `担当 ${role}`, role, password: PASSWORD });
  const browser = new Browser(app);
  const answer = await browser.submit('/console/sign-in', '/console/sign-in', { login: role, password: PASSWORD });
  if (answer.statusCode !== 303) throw new Error(`sign-in answered ${answer.statusCode}: ${answer.body}`);
  return browser;
}

/** A customer with mailboxes on these facilities at his browser, signed in. */
export async function customerAt(
  shirase: Shirase,
  login: string,
  facilities: string[],
): Promise<Browser & { id: string }> {
  const { app, db, clock } = shirase;
  const { id } = await addCustomer(db, clock, {
    login,
    password: PASSWORD,
    mailboxes: facilities.map((facility) => ({ address: `${login}@m${facility}.example`, facility })),
  });
  const browser = new Browser(app);
  const answer = await browser.submit('/my/sign-in', '/my/sign-in', { login, password: PASSWORD });
  if (answer.statusCode !== 303) throw new Error(`sign-in answered ${answer.statusCode}: ${answer.body}`);
  return Object.assign(browser, { id });
}

/** The header of a program with a key of these scopes. */
export async function keyFor(
  db: Database,
  clock: { now(): number },
  ...scopes: string[]
): Promise<{ authorization: string }> {
  return { authorization: `Bearer ${await addKey(db, clock, SYSTEM, { name: 'test', scopes })}` };
}
