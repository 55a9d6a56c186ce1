import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Database, isUniqueViolation, type Reader, type Tx } from '../../db/open.ts';
import type { StaffTable } from '../../db/tables/staff.ts';
import { Conflict, Invalid, NotFound } from '../../errors.ts';
import { line, parse, sentenceFor } from '../../http/forms.ts';
import { endSessionsOf } from '../../http/sessions.ts';
import type { Clock, Instant } from '../../time.ts';
import { type Actor, record } from '../audit.ts';
import { factorStore } from '../factor/factor-store.ts';
import { ROLES, type Role } from '../permissions.ts';
import { addSetupLink } from '../setup-link.ts';
import { staffStore } from '../store.ts';

/** Who works at the console, as those see it who manage people. */
export interface Person {
  id: string;
  login: string;
  name: string;
  role: Role;
  mail: string | null;
  createdAt: Instant;
  disabledAt: Instant | null;
  /** Has a password; before that only a set-up link lets him in. */
  hasPassword: boolean;
  hasFactor: boolean;
  /** Who he is at the OpenID Connect provider. */
  oidcSubject: string | null;
}

interface PeopleGround {
  db: Database;
  clock: Clock;
}

/** What the mail room takes as one plain address. */
const mail = z
  .string()
  .trim()
  .max(254)
  .transform((text) => (text === '' ? null : text))
  .refine(
    (text) => text === null || /^[^\s@,;:<>()[\]"\\]{1,64}@[A-Za-z0-9.-]{1,253}$/.test(text),
    sentenceFor(
      'メールアドレスは taro@example.jp のように入力してください。',
      'Enter an address like taro@example.jp.',
    ),
  );
/** As the provider writes it; an empty field unties it. */
const oidcSubject = z
  .string()
  .trim()
  .max(255)
  .transform((text) => (text === '' ? null : text))
  .refine(
    (text) => text === null || /^[!-~]+$/.test(text),
    sentenceFor(
      '空白や日本語を含まない識別子（sub）を入力してください。',
      'Enter the identifier (sub), without blanks.',
    ),
  );
const facts = { name: line(80), role: z.enum(ROLES), mail: mail.optional() };
const newPerson = z.strictObject({ login: line(80).transform((login) => login.toLowerCase()), ...facts });
const changedPerson = z.strictObject({ ...facts, oidcSubject: oidcSubject.optional() });

export async function listPeople(db: Reader): Promise<Person[]> {
  const confirmed = new Set(await factorStore.confirmed(db));
  return (await staffStore.all(db)).map((row) => personOf(row, confirmed.has(row.id)));
}

/** @throws NotFound */
export async function findPerson(db: Reader, id: string): Promise<Person> {
  const row = await staffStore.byId(db, id);
  if (!row) throw noPerson();
  return personOf(row, (await factorStore.find(db, id))?.confirmed_at != null);
}

/** @throws NotFound */
export async function personByLogin(db: Reader, login: string): Promise<Person> {
  const row = await staffStore.byLogin(db, login.trim().toLowerCase());
  if (!row) throw noPerson();
  return findPerson(db, row.id);
}

/**
 * Adds somebody without a password: he chooses it himself by a link that works once. @returns his id and the link's token.
 * @throws Invalid where a field is wrong or the login is taken.
 */
export async function addPerson(
  ground: PeopleGround,
  actor: Actor,
  input: z.input<typeof newPerson>,
): Promise<{ id: string; token: string }> {
  const { login, name, role, mail: address } = parse(newPerson, input);
  const id = randomBytes(8).toString('hex');
  const now = ground.clock.now();
  try {
    const token = await ground.db.transaction(async (tx) => {
      const row = { id, login, name, role, password_hash: '', created_at: now, disabled_at: null, oidc_subject: null };
      await staffStore.add(tx, { ...row, mail: address ?? null });
      await record(tx, now, actor, 'staff:add', 'staff', id, undefined, { login, name, role, mail: address ?? null });
      return addSetupLink(tx, now, id);
    });
    return { id, token };
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new Invalid([
      { field: 'login', ja: 'このログイン名はすでに使われています。', en: 'This login is already taken.' },
    ]);
  }
}

/** Another name, role or address; a role counts from the next request on. @throws Invalid, NotFound, Conflict */
export async function changePerson(
  ground: PeopleGround,
  actor: Actor,
  id: string,
  input: z.input<typeof changedPerson>,
): Promise<void> {
  const { name, role, mail: address, oidcSubject: subject } = parse(changedPerson, input);
  await change(ground, actor, id, 'staff:change', async (tx, before) => {
    if (before.role === 'admin' && role !== 'admin') await anotherAdmin(tx, id);
    const next = {
      ...{ name, role, mail: address === undefined ? before.mail : address },
      oidc_subject: subject === undefined ? before.oidc_subject : subject,
    };
    if (next.oidc_subject !== null && next.oidc_subject !== before.oidc_subject) {
      if (await staffStore.bySubject(tx, next.oidc_subject)) throw subjectTaken();
    }
    await staffStore.change(tx, id, next);
    // Whoever is tied to another identity comes in anew.
    if (next.oidc_subject !== before.oidc_subject) await endSessionsOf(tx, { audience: 'staff', subject: id });
    const { mail: mailBefore, oidc_subject } = before;
    return { before: { name: before.name, role: before.role, mail: mailBefore, oidc_subject }, after: next };
  });
}

/** He is out at once, on every device; what he did keeps his name. @throws NotFound, Conflict */
export async function disablePerson(ground: PeopleGround, actor: Actor, id: string): Promise<void> {
  await change(ground, actor, id, 'staff:disable', async (tx, before, now) => {
    if (before.disabled_at !== null) return null;
    if (before.role === 'admin') await anotherAdmin(tx, id);
    await staffStore.change(tx, id, { disabled_at: now });
    await staffStore.endSetupLinks(tx, id, now);
    await factorStore.endSignIns(tx, { staffId: id });
    await endSessionsOf(tx, { audience: 'staff', subject: id });
    return { before: { disabled: false }, after: { disabled: true } };
  });
}

/** @throws NotFound */
export async function enablePerson(ground: PeopleGround, actor: Actor, id: string): Promise<void> {
  await change(ground, actor, id, 'staff:enable', async (tx, before) => {
    if (before.disabled_at === null) return null;
    await staffStore.change(tx, id, { disabled_at: null });
    return { before: { disabled: true }, after: { disabled: false } };
  });
}

/** A link with which he sets a new password; older ones work no more. @returns its token. @throws NotFound, Conflict */
export async function newSetupLink(ground: PeopleGround, actor: Actor, id: string): Promise<string> {
  let token = '';
  await change(ground, actor, id, 'staff:link', async (tx, before, now) => {
    if (before.disabled_at !== null) {
      throw new Conflict({ ja: '先に利用停止を解除してください。', en: 'Enable this person first.' });
    }
    await staffStore.endSetupLinks(tx, id, now);
    token = await addSetupLink(tx, now, id);
    return {};
  });
  return token;
}

type Change = { before?: unknown; after?: unknown } | null;

async function change(
  ground: PeopleGround,
  actor: Actor,
  id: string,
  act: string,
  work: (tx: Tx, before: StaffTable, now: Instant) => Promise<Change>,
): Promise<void> {
  const now = ground.clock.now();
  await ground.db.transaction(async (tx) => {
    const before = await staffStore.byId(tx, id);
    if (!before) throw noPerson();
    const done = await work(tx, before, now);
    if (done) await record(tx, now, actor, act, 'staff', id, done.before, done.after);
  });
}

/** Somebody must be left who can let others in. Locks the administrators, so that two cannot send each other away. */
async function anotherAdmin(tx: Tx, but: string): Promise<void> {
  if ((await staffStore.lockAdmins(tx)).some((id) => id !== but)) return;
  throw new Conflict({
    ja: '最後の管理者です。先にほかの管理者を登録してください。',
    en: 'This is the last administrator. Make another one first.',
  });
}

function personOf(row: StaffTable, hasFactor: boolean): Person {
  return {
    id: row.id,
    login: row.login,
    name: row.name,
    role: row.role,
    mail: row.mail,
    createdAt: row.created_at,
    disabledAt: row.disabled_at,
    hasPassword: row.password_hash !== '',
    hasFactor,
    oidcSubject: row.oidc_subject,
  };
}

function subjectTaken(): Invalid {
  return new Invalid([
    {
      field: 'oidcSubject',
      ja: 'この識別子はほかの担当者に登録されています。',
      en: 'This identifier is tied to another person.',
    },
  ]);
}

function noPerson(): NotFound {
  return new NotFound({ ja: 'この担当者は見つかりませんでした。', en: 'There is no such person.' });
}
