import { hash as argon2 } from '@node-rs/argon2';
import { hash as bcrypt } from '@node-rs/bcrypt';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { expect, onTestFinished } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { Hasher, type Order } from '../../src/http/hashing/hasher.ts';
import { hashingGate, passwordMatches } from '../../src/http/passwords.ts';
import { hashToken } from '../../src/http/sessions.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import { passwordGround } from '../customers/world.ts';
import { type Shirase, startApp } from '../support/app.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';
import { Browser, csrfOf, PASSWORD } from '../support/people.ts';

const CHEAP = { algorithm: 2, memoryCost: 8, timeCost: 1, parallelism: 1 } as const;

/** Whose a password is does not depend on what its hash costs; a hundred thousand histories at full cost would take the night. */
class CheapHasher extends Hasher {
  override ask<Kind extends Order['kind']>(order: Extract<Order, { kind: Kind }>) {
    return super.ask<Kind>({ ...order, ...(order.kind === 'hash' && { cost: CHEAP }) });
  }
}

async function hashCheaply(): Promise<void> {
  // The hash that nobody has is made once in a process and kept: other tests want the dear one.
  await passwordMatches(null, PASSWORD);
  const { hasher } = hashingGate;
  onTestFinished(() => void Object.assign(hashingGate, { hasher }));
  Object.assign(hashingGate, { hasher: new CheapHasher(1, { yields: false }) });
}

export const FACILITIES = ['051', '062', '121'];

/** A customer as the model has him. `hash` and `addresses` are what the database last had, and change only where a deed says so. */
export interface Person {
  login: string;
  mailbox: string;
  facility: string;
  /** The hash in the operator's file; empty: he comes without a password and is invited. */
  filed: string;
  there: boolean;
  id: string;
  password: string | null;
  hash: string | null;
  frozen: boolean;
  addresses: string;
  confirmed: string[];
  /** Wrong passwords since the last right one: more than four must wait. */
  failures: number;
}

export interface Link {
  kind: 'password' | 'address';
  token: string;
  of: Person;
  expiresAt: number;
  /** Where the account could be reached when it was made. */
  contacts: string;
  over: boolean;
}

interface SignedIn {
  of: Person;
  provedAt: number;
  expiresAt: number;
}

/** One browser: whoever sits there may have anybody's link and anybody's session. */
export class Seat {
  readonly browser: Browser;
  link: Link | undefined;
  #token = '';

  constructor(browser: Browser) {
    this.browser = browser;
  }

  /** By a form that everybody has; where its page has expired, it is read again as the answer says. */
  async post(action: string, fields: Record<string, string>): Promise<LightMyRequestResponse> {
    const answer = this.#token && (await this.browser.post(action, { _csrf: this.#token, ...fields }));
    if (answer && answer.statusCode !== 403) return answer;
    this.#token = csrfOf(await this.browser.get('/my/password/reset'));
    return this.browser.post(action, { _csrf: this.#token, ...fields });
  }
}

/** What one deed was allowed to change, and what came of it. */
export interface Outcome {
  what: string;
  /** Whose password's hash changed, and must have. */
  hashOf?: Person | undefined;
  /** Whose alert addresses may have changed. */
  addressesOf?: Person | undefined;
}

export const reachable = (person: Person) => JSON.stringify([...person.confirmed, person.mailbox].sort());

/** One server, on which many histories are lived one after the other, each with people of its own. */
export class Town {
  shirase!: Shirase;
  people: Person[] = [];
  seats: Seat[] = [];
  links: Link[] = [];
  /** By the hash of its cookie, every session's row there must be. */
  sessions = new Map<string, SignedIn>();
  /** Who was asked for and is not answered yet. */
  asked: Person[] = [];
  faults = new Map<string, string>();
  #app!: FastifyInstance;
  #seen = new Set<string>();
  #history = 0;
  #phrases = 0;
  #filed: string[] = [];

  static async build(): Promise<Town> {
    const town = new Town();
    town.shirase = await startApp();
    town.#app = town.shirase.app;
    onTestFinished(() => town.#app.close());
    await smallCatalogue(town.shirase.db);
    await hashCheaply();
    // Processes die here and no machine does: what was committed is there without being forced to the disk.
    if (town.shirase.db.engine === 'sqlite') await town.shirase.db.exec('PRAGMA synchronous = OFF');
    // Real ones of the older system.
    const cheap = await argon2(PASSWORD, CHEAP);
    town.#filed = [cheap, await bcrypt(PASSWORD, 4), cheap, '', cheap];
    return town;
  }

  /** Everybody who was here before has gone with the next import. */
  async begin(count: number): Promise<void> {
    for (const facility of this.faults.keys()) await this.repair(facility);
    this.shirase.clock.advance(2 * HOUR);
    const prefix = `h${++this.#history}`;
    this.people = Array.from({ length: count }, (_, n) => ({
      ...{ login: `${prefix}-p${n}`, mailbox: `${prefix}-p${n}@m.example`, facility: FACILITIES[n % 3] ?? '' },
      ...{ filed: this.#filed[n] ?? '', there: true, id: '', password: this.#filed[n] ? PASSWORD : null },
      ...{ hash: this.#filed[n] || null, frozen: false, addresses: '[]', confirmed: [], failures: 0 },
    }));
    // The same program after a restart: browsers know its address only.
    const door = { inject: (options: never) => this.#app.inject(options) } as unknown as FastifyInstance;
    this.seats = Array.from({ length: 3 }, () => new Seat(new Browser(door)));
    this.links = [];
    this.sessions.clear();
    this.asked = [];
  }

  /** An address that several of them may want. */
  email = (n: number) => `h${this.#history}-e${n % 3}@phone.example`;

  phrase = () => `a long phrase of number ${++this.#phrases}`;

  get now(): number {
    return this.shirase.clock.now();
  }

  get ground() {
    return passwordGround(this.shirase);
  }

  /** Whose session that browser has, where it still counts. */
  at(seat: Seat): (SignedIn & { key: string }) | undefined {
    const key = hashToken(seat.browser.cookies.get('session') ?? '');
    const session = this.sessions.get(key);
    return session && session.expiresAt > this.now ? { ...session, key } : undefined;
  }

  endSessions(which: (session: SignedIn, key: string) => boolean): void {
    for (const [key, session] of this.sessions) if (which(session, key)) this.sessions.delete(key);
  }

  endLinks(of: Person): void {
    for (const link of this.links) if (link.kind === 'password' && link.of === of) link.over = true;
  }

  /** What came by mail since it was last read: links are added to the model, whose they are is told by who reads them. */
  async readMails(registered?: Person): Promise<{ to: string; subject: string }[]> {
    const rows = await this.shirase.db.kysely
      .selectFrom('mails')
      .innerJoin('letters', 'letters.id', 'mails.letter_id')
      .select(['mails.id', 'mails.recipient as to', 'letters.subject', 'letters.text_body as text'])
      .where('mails.recipient', 'like', `h${this.#history}-%`)
      .orderBy('mails.created_at')
      .execute();
    const fresh = rows.filter(({ id }) => !this.#seen.has(id));
    for (const { id, to, subject, text } of fresh) {
      this.#seen.add(id);
      const [, password] = /\/my\/password\/reset\/([\w-]+)/.exec(text) ?? [];
      const [, address] = /\/confirm\/([\w-]+)/.exec(text) ?? [];
      if (password !== undefined) this.#passwordLink(password, to, subject);
      if (address !== undefined && registered) this.#addLink('address', address, registered, DAY);
    }
    return fresh;
  }

  #passwordLink(token: string, to: string, subject: string): void {
    const of = this.people.find(
      (one) => one.there && (one.confirmed.length > 0 ? one.confirmed : [one.mailbox]).includes(to),
    );
    if (!of) throw new Error(`a link went to ${to}, who is nobody's`);
    if (this.links.some((link) => link.token === token)) return;
    // The newest is the one that counts.
    this.endLinks(of);
    const invited = !subject.includes('30分');
    expect(invited || this.asked.includes(of), `${of.login} has a link and nobody asked for it`).toBe(true);
    this.#addLink('password', token, of, invited ? 7 * DAY : 30 * MINUTE);
  }

  #addLink(kind: Link['kind'], token: string, of: Person, lives: number): void {
    this.links.push({ kind, token, of, expiresAt: this.now + lives, contacts: reachable(of), over: false });
  }

  async breakDown(facility: string): Promise<void> {
    const since = new Date(this.now).toISOString();
    const impacts = [{ service: 'mail', facilities: [facility], symptom: 'unavailable', startedAt: since }];
    const input = faultInput({ occurredAt: since, impacts }, { mail: false });
    const { id } = await publishNotice({ ...this.shirase.ground, announce: () => {} }, publisher, input);
    this.faults.set(facility, id);
  }

  async repair(facility: string): Promise<void> {
    const id = this.faults.get(facility);
    if (id === undefined) return;
    const recovered = [{ impact: `${id}-1`, at: new Date(this.now).toISOString() }];
    const report = nextReport({ phase: 'recovery', recovered, mail: false });
    await publishReport({ ...this.shirase.ground, announce: () => {} }, publisher, id, report);
    this.faults.delete(facility);
  }

  /** The process dies between two deeds; what it had not done is left to the next. */
  async restart(): Promise<void> {
    await this.#app.close();
    this.#app = await buildApp(this.shirase.ground);
    for (const person of this.people) person.failures = 0;
  }

  /** Holds the database against the model: nothing but what the deed was allowed may be different. @throws */
  async check({ hashOf, addressesOf }: Outcome): Promise<void> {
    const { kysely } = this.shirase.db;
    const customers = await kysely
      .selectFrom('customers')
      .select(['id', 'login', 'password_hash', 'frozen_at'])
      .where('login', 'like', `h${this.#history}-%`)
      .execute();
    expect(customers.map(({ login }) => login).sort()).toEqual(
      this.people.filter((one) => one.there).map(({ login }) => login),
    );
    const ids = [...new Set([...this.people.map(({ id }) => id), ...customers.map(({ id }) => id)])];
    const addresses = await kysely.selectFrom('addresses').selectAll().where('customer_id', 'in', ids).execute();
    const sessions = await kysely.selectFrom('sessions').select('token_hash').where('subject', 'in', ids).execute();
    expect(sessions.map((row) => row.token_hash).sort(), 'sessions').toEqual([...this.sessions.keys()].sort());
    for (const person of this.people) {
      const row = customers.find(({ login }) => login === person.login);
      if (!row) continue;
      if (person === hashOf) expect(row.password_hash, `${person.login} has a new password`).not.toBe(person.hash);
      else expect(row.password_hash, `the password of ${person.login}`).toBe(person.hash);
      expect(row.frozen_at !== null, `whether ${person.login} is closed`).toBe(person.frozen);
      const own = addresses.filter((address) => address.customer_id === row.id);
      if (person !== addressesOf) expect(JSON.stringify(own), `addresses of ${person.login}`).toBe(person.addresses);
      Object.assign(person, {
        ...{ id: row.id, hash: row.password_hash, addresses: JSON.stringify(own) },
        confirmed: own.filter((one) => one.confirmed_at !== null).map((one) => one.email),
      });
    }
  }
}
