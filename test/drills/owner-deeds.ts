import { Readable } from 'node:stream';
import { expect } from 'vitest';
import { forgetCustomers } from '../../src/alerts/addresses/forget-customers.ts';
import { applyImport, stageImport } from '../../src/customers/import-customers.ts';
import { sendInvitations } from '../../src/customers/password/invitations.ts';
import { answerRequests, requestReset } from '../../src/customers/password/request.ts';
import { hashToken } from '../../src/http/sessions.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { DAY, MINUTE } from '../../src/time.ts';
import { PASSWORD } from '../support/people.ts';
import { FACILITIES, type Link, type Outcome, type Person, reachable, type Seat, type Town } from './owners.ts';

/** Everything is chosen by number and taken round: which person, browser, link, guess. */
export interface Deed {
  do: keyof typeof DEEDS;
  by: number;
  who: number;
  n: number;
}

const BUSY = [429, 503];
const PROOF = 30 * MINUTE;
const SESSION = 30 * DAY;
const FIELDS = ['login', 'email', 'customer_id', 'account', 'token'];

const seatOf = (town: Town, { by }: Deed) => town.seats[by % town.seats.length] as Seat;
/** One more than there are: a name that nobody has. */
const personOf = (town: Town, { who }: Deed) => town.people[who % (town.people.length + 1)];
const loginOf = (town: Town, deed: Deed) => personOf(town, deed)?.login ?? `${town.people[0]?.login}-nobody`;
const newest = <T>(all: T[], n: number): T | undefined => all[all.length - 1 - (n % Math.max(1, all.length))];
const isFresh = (town: Town, session: { provedAt: number }) => town.now - session.provedAt <= PROOF;

const linksOf = (town: Town, kind: Link['kind']) => town.links.filter((link) => link.kind === kind);

async function answer(town: Town): Promise<void> {
  await answerRequests(town.ground);
  await town.readMails();
  await sendInvitations({ ...town.ground, db: town.shirase.db });
  await town.readMails();
  town.asked = [];
}

/** One of the last links, whosever it is. */
async function follow(town: Town, seat: Seat, n: number): Promise<boolean> {
  const link = newest(linksOf(town, 'password'), n >> 2);
  if (link) await seat.browser.get(`/my/password/reset/${link.token}`);
  seat.link = link ?? seat.link;
  return link !== undefined;
}

/** Somebody else's, the one of before, or his own. */
function guessed(town: Town, person: Person | undefined, n: number): string {
  const others = town.people.map(({ password }) => password).filter((one) => one !== null && one !== person?.password);
  return n % 3 === 0 ? (others[n % Math.max(1, others.length)] ?? 'wrong') : (person?.password ?? PASSWORD);
}

function signedIn(town: Town, seat: Seat, of: Person): void {
  const key = hashToken(seat.browser.cookies.get('session') ?? '');
  town.sessions.set(key, { of, provedAt: town.now, expiresAt: town.now + SESSION });
  of.failures = 0;
}

/** @throws where somebody is told to wait who has not been wrong often. */
function throttled(status: number, person: Person | undefined): boolean {
  if (!BUSY.includes(status)) return false;
  if ((person?.failures ?? 99) <= 4) throw new Error(`${person?.login} was told to wait`);
  return true;
}

/** Who has a session here that may change something, or how it came to nothing. */
function mayChange(town: Town, seat: Seat): Person | undefined {
  const session = town.at(seat);
  return session && isFresh(town, session) ? session.of : undefined;
}

type Act = (town: Town, deed: Deed) => Promise<Outcome>;

export const DEEDS = {
  async ask(town, deed) {
    const seat = seatOf(town, deed);
    const own = deed.n % 2 === 0 ? town.at(seat)?.of : undefined;
    const person = own ?? personOf(town, deed);
    if (person?.there) town.asked.push(person);
    const { statusCode } = await seat.post('/my/password/reset', { login: person?.login ?? loginOf(town, deed) });
    await answer(town);
    return { what: `ask ${statusCode}` };
  },

  /** The process dies before it answers; the chore of the next one does. */
  async askInVain(town, deed) {
    const person = personOf(town, deed);
    if (person?.there) town.asked.push(person);
    await requestReset(town.ground, { login: loginOf(town, deed), ip: '192.0.2.1', language: 'ja' });
    return { what: 'ask and die' };
  },

  async answer(town) {
    await answer(town);
    return { what: 'answer' };
  },

  async open(town, deed) {
    const seat = seatOf(town, deed);
    if (!(await follow(town, seat, deed.n))) return { what: 'open none' };
    return { what: `open ${(await seat.browser.get('/my/password/new')).statusCode}` };
  },

  async set(town, deed) {
    const seat = seatOf(town, deed);
    if (!seat.link && deed.n % 8 > 0) await follow(town, seat, deed.n);
    const password = town.phrase();
    const foreign = deed.n % 4 === 0;
    const fields = foreign ? { password, [FIELDS[deed.who % FIELDS.length] ?? '']: loginOf(town, deed) } : { password };
    const { statusCode, body } = await seat.post('/my/password/new', fields);
    const { link } = seat;
    const counts =
      link !== undefined && !link.over && town.now < link.expiresAt && reachable(link.of) === link.contacts;
    const done = counts && !foreign && !town.faults.has(link.of.facility);
    expect(body.includes('パスワードを設定しました'), `set answered ${statusCode}`).toBe(done);
    if (!done) return { what: `set ${statusCode}` };
    seat.link = undefined;
    newPassword(town, link.of, password);
    return { what: 'set', hashOf: link.of };
  },

  async change(town, deed) {
    const seat = seatOf(town, deed);
    const person = town.at(seat)?.of;
    const present = guessed(town, person, deed.n);
    const password = town.phrase();
    const { statusCode } = await seat.post('/my/password', { present, password });
    if (!person) return { what: 'change by nobody' };
    if (throttled(statusCode, person)) return { what: 'change too often' };
    const right = present === person.password;
    const closed = town.faults.has(person.facility);
    expect(statusCode, 'change').toBe(closed ? 409 : right ? 303 : 422);
    if (!closed && !right) person.failures++;
    if (closed || !right) return { what: `change ${statusCode}` };
    newPassword(town, person, password);
    signedIn(town, seat, person);
    return { what: 'change', hashOf: person };
  },

  async signIn(town, deed) {
    const seat = seatOf(town, deed);
    const person = personOf(town, deed);
    const password = guessed(town, person, deed.n);
    const before = town.at(seat)?.key;
    const form = { login: loginOf(town, deed), password };
    const { statusCode } = await seat.post('/my/sign-in', form);
    if (throttled(statusCode, person)) return { what: 'sign in too often' };
    const right = person?.there === true && !person.frozen && password === person.password;
    expect(statusCode, 'sign-in').toBe(right ? 303 : 422);
    if (!right) {
      if (person) person.failures++;
      return { what: 'sign in 422' };
    }
    if (before !== undefined) town.sessions.delete(before);
    signedIn(town, seat, person);
    return { what: 'sign in', hashOf: person.hash?.startsWith('$argon2id$') ? undefined : person };
  },

  async signOut(town, deed) {
    const seat = seatOf(town, deed);
    const session = town.at(seat);
    await seat.post('/my/sign-out', {});
    if (session) town.sessions.delete(session.key);
    return { what: session ? 'sign out' : 'sign out nobody' };
  },

  async endOthers(town, deed) {
    const seat = seatOf(town, deed);
    const person = mayChange(town, seat);
    const own = town.at(seat)?.key;
    await seat.post('/my/account/sessions/end-others', {});
    if (!person) return { what: 'end others stale' };
    town.endSessions(({ of }, key) => of === person && key !== own);
    return { what: 'end others' };
  },

  /** Anybody's session, by its id. */
  async endOne(town, deed) {
    const seat = seatOf(town, deed);
    const [key = 'none', session] = newest([...town.sessions], deed.n) ?? [];
    const person = mayChange(town, seat);
    const { statusCode } = await seat.post(`/my/account/sessions/${key}/end`, {});
    if (!person) return { what: 'end one stale' };
    const own = session?.of === person && session.expiresAt > town.now;
    expect(statusCode, 'end one').toBe(own ? 303 : 404);
    if (own) town.sessions.delete(key);
    return { what: `end one ${statusCode}` };
  },

  async freeze(town, deed) {
    const seat = seatOf(town, deed);
    const person = mayChange(town, seat);
    await seat.post('/my/password/freeze', {});
    if (!person) return { what: 'freeze stale' };
    person.frozen = true;
    town.endSessions(({ of }) => of === person);
    return { what: 'freeze' };
  },

  async register(town, deed) {
    const seat = seatOf(town, deed);
    const person = mayChange(town, seat);
    const form = { email: town.email(deed.n), scope: 'mine', language: 'ja' };
    const { statusCode } = await seat.post('/my/addresses', form);
    if (!person) return { what: 'register stale' };
    await town.readMails(person);
    // Asked for again within the hour, it brings no mail: the newest link may be another's.
    const link = linksOf(town, 'address').at(-1);
    if (deed.who % 2 === 0 && link?.of === person) await seat.post(`/confirm/${link.token}`, {});
    return { what: `register ${statusCode}`, addressesOf: person };
  },

  /** Whoever has the link, signed in as whomever: the address is its account's. */
  async confirm(town, deed) {
    const link = newest(linksOf(town, 'address'), deed.n);
    if (!link) return { what: 'confirm none' };
    const { statusCode } = await seatOf(town, deed).post(`/confirm/${link.token}`, {});
    return { what: `confirm ${statusCode}`, addressesOf: link.of };
  },

  async removeAddress(town, deed) {
    const seat = seatOf(town, deed);
    const person = mayChange(town, seat);
    const all = town.people.flatMap((of) =>
      (JSON.parse(of.addresses) as { id: string }[]).map(({ id }) => ({ id, of })),
    );
    const address = newest(all, deed.n);
    if (!address) return { what: 'remove none' };
    const { statusCode } = await seat.post(`/my/addresses/${address.id}/remove`, {});
    if (!person) return { what: 'remove stale' };
    expect(statusCode, 'remove').toBe(address.of === person ? 303 : 404);
    return { what: `remove ${statusCode}`, addressesOf: address.of === person ? person : undefined };
  },

  /** One of them goes, comes back, or moves to another server. */
  async take(town, deed) {
    const person = town.people[deed.who % town.people.length] as Person;
    const goes = person.there && deed.n % 3 !== 0;
    const comes = !person.there;
    if (goes) {
      person.there = false;
      town.endLinks(person);
      town.endSessions(({ of }) => of === person);
      town.asked = town.asked.filter((one) => one !== person);
    } else {
      person.facility = FACILITIES[deed.n % FACILITIES.length] ?? '';
      if (comes) Object.assign(person, { there: true, frozen: false, password: person.filed ? PASSWORD : null });
      if (comes) Object.assign(person, { hash: person.filed || null, addresses: '[]', confirmed: [] });
    }
    await takeFile(town);
    return { what: goes ? 'go' : comes ? 'come back' : 'move' };
  },

  async breakDown(town, deed) {
    const facility = FACILITIES[deed.n % FACILITIES.length] ?? '';
    if (town.faults.has(facility)) return { what: 'broken already' };
    await town.breakDown(facility);
    return { what: 'break down' };
  },

  async repair(town) {
    const [facility] = [...town.faults.keys()];
    if (facility === undefined) return { what: 'nothing to repair' };
    await town.repair(facility);
    return { what: 'repair' };
  },

  async wait(town, deed) {
    const end = newest(linksOf(town, 'password'), deed.who)?.expiresAt ?? 0;
    const left = end - town.now;
    const ways = [1, MINUTE, left - 1, left, MINUTE, 20 * MINUTE, 1, MINUTE, 31 * MINUTE, DAY, MINUTE, 31 * DAY];
    const milliseconds = ways[deed.n % ways.length] ?? 1;
    if (milliseconds > 0) town.shirase.clock.advance(milliseconds);
    return { what: 'wait' };
  },

  async restart(town) {
    await town.restart();
    return { what: 'restart' };
  },
} satisfies Record<string, Act>;

function newPassword(town: Town, person: Person, password: string): void {
  person.password = password;
  person.frozen = false;
  town.endSessions(({ of }) => of === person);
  town.endLinks(person);
}

/** Of a new password hear those alone whose it is. */
export function mailedTo({ to, subject }: { to: string; subject: string }, { what, hashOf }: Outcome): void {
  if (subject !== 'パスワードが変更されました') return;
  expect(hashOf && reachable(hashOf), `${to} was told of ${what}`).toContain(to);
}

/** The operator's file as it now is: with it, whoever is not in it loses everything here. */
export async function takeFile(town: Town): Promise<void> {
  const { db, clock } = town.shirase;
  const rows = town.people
    .filter(({ there }) => there)
    .map(({ login, filed, mailbox, facility }) => `${login},"${filed}",,${mailbox},${facility}\n`);
  const file = `login,password_hash,display_name,mailbox,facility\n${rows.join('')}`;
  const staged = await stageImport(db, clock, Readable.from([file]));
  await applyImport(db, clock, SYSTEM, staged, { forget: forgetCustomers, invite: true });
}
