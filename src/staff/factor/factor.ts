import type { Database, Reader, Tx } from '../../db/open.ts';
import { Busy, Conflict, Invalid } from '../../errors.ts';
import { endSessionsOf } from '../../http/sessions.ts';
import { type Secret, seal, unseal } from '../../http/signing.ts';
import { type Clock, type Instant, MINUTE, SECOND } from '../../time.ts';
import { type Actor, record } from '../audit.ts';
import type { StaffMember } from '../staff.ts';
import { newSecret, stepOf } from './code.ts';
import { factorStore } from './factor-store.ts';
import { hashRecoveryCode, newRecoveryCodes } from './recovery.ts';

/** The second factor of staff: an authenticator's codes (TOTP), and recovery codes for the day the telephone is gone. */
export interface FactorGround {
  db: Database;
  clock: Clock;
  /** Seals the authenticators' secrets. */
  secret: Secret;
}

export interface Factor {
  /** null: begun, not yet confirmed by a code, and worth nothing so far. */
  confirmedAt: Instant | null;
  codesLeft: number;
}

const PURPOSE = 'staff-totp';

export async function factorOf(db: Reader, staffId: string): Promise<Factor | null> {
  const row = await factorStore.find(db, staffId);
  return row ? { confirmedAt: row.confirmed_at, codesLeft: await factorStore.codesLeft(db, staffId) } : null;
}

/** Makes a secret to be put into an authenticator. @throws Conflict where there is one that counts: that is removed first. */
export async function beginFactor(ground: FactorGround, staffId: string): Promise<void> {
  await ground.db.transaction(async (tx) => {
    if ((await factorStore.take(tx, staffId))?.confirmed_at != null) throw hasOne();
    await factorStore.begin(tx, {
      staff_id: staffId,
      secret: seal(ground.secret, `${PURPOSE}:${staffId}`, newSecret()),
      created_at: ground.clock.now(),
      confirmed_at: null,
      last_step: 0,
      failures: 0,
      failed_at: null,
    });
  });
}

/** The secret that waits to be confirmed; once it is, nobody is shown it again. */
export async function waitingSecret(ground: FactorGround, staffId: string): Promise<string | undefined> {
  const row = await factorStore.find(ground.db.kysely, staffId);
  if (!row || row.confirmed_at !== null) return undefined;
  return unseal(ground.secret, `${PURPOSE}:${staffId}`, row.secret);
}

/**
 * From now on a code is asked for at every sign-in; other sessions end, since they were begun without one.
 * @returns the recovery codes, shown this once. @throws Invalid where the code is wrong.
 */
export async function confirmFactor(
  ground: FactorGround,
  member: StaffMember,
  code: string,
  session: string,
): Promise<string[]> {
  return ground.db.transaction(async (tx) => {
    const now = ground.clock.now();
    const row = await factorStore.take(tx, member.id);
    if (!row || row.confirmed_at !== null) throw hasOne();
    const step = stepOf(unseal(ground.secret, `${PURPOSE}:${member.id}`, row.secret), digitsOf(code), now);
    if (step === null) throw wrongCode();
    await factorStore.change(tx, member.id, { confirmed_at: now, last_step: step });
    await endSessionsOf(tx, { audience: 'staff', subject: member.id }, { but: session });
    await record(tx, now, actorOf(member), 'factor:add', 'staff', member.id, { factor: false }, { factor: true });
    return freshCodes(tx, member.id, now);
  });
}

/** New recovery codes; those before work no more. @throws Invalid, Busy */
export async function renewCodes(ground: FactorGround, member: StaffMember, code: string): Promise<string[]> {
  await proveFactor(ground, member, code);
  return ground.db.transaction(async (tx) => {
    await record(tx, ground.clock.now(), actorOf(member), 'factor:codes', 'staff', member.id);
    return freshCodes(tx, member.id, ground.clock.now());
  });
}

/** Gives the factor up, by its owner. @throws Invalid, Busy */
export async function giveUpFactor(ground: FactorGround, member: StaffMember, code: string): Promise<void> {
  await proveFactor(ground, member, code);
  await ground.db.transaction(async (tx) => {
    await factorStore.remove(tx, member.id);
    await record(
      tx,
      ground.clock.now(),
      actorOf(member),
      'factor:remove',
      'staff',
      member.id,
      { factor: true },
      { factor: false },
    );
  });
}

/** Takes a person's factor away because he lost it: his sessions end, and half-finished sign-ins too. @returns whether there was one. */
export async function resetFactor(ground: FactorGround, actor: Actor, staffId: string): Promise<boolean> {
  return ground.db.transaction(async (tx) => {
    const gone = await factorStore.remove(tx, staffId);
    await endSessionsOf(tx, { audience: 'staff', subject: staffId });
    await factorStore.endSignIns(tx, { staffId });
    if (gone)
      await record(
        tx,
        ground.clock.now(),
        actor,
        'factor:reset',
        'staff',
        staffId,
        { factor: true },
        { factor: false },
      );
    return gone;
  });
}

/**
 * Whether this is the person's code now, or one of his recovery codes. A code works once; wrong ones make the next wait, on all
 * nodes together.
 * @throws Invalid where it is wrong or was used; Busy where he has to wait.
 */
export async function proveFactor(ground: FactorGround, member: StaffMember, given: string): Promise<void> {
  const now = ground.clock.now();
  const right = await ground.db.transaction(async (tx) => {
    const row = await factorStore.take(tx, member.id);
    if (!row || row.confirmed_at === null) return false;
    const wait = pauseAfter(row.failures, row.failed_at) - now;
    if (wait > 0) throw tooMany(Math.ceil(wait / SECOND));
    const secret = unseal(ground.secret, `${PURPOSE}:${member.id}`, row.secret);
    const digits = digitsOf(given);
    const step = /^\d{6}$/.test(digits) ? stepOf(secret, digits, now) : null;
    const byCode = step !== null && step > row.last_step;
    const recovered = !byCode && (await factorStore.useCode(tx, member.id, hashRecoveryCode(member.id, given), now));
    if (byCode)
      await factorStore.change(tx, member.id, {
        last_step: step,
        failures: 0,
        failed_at: null,
        // A changed SHIRASE_SECRET takes over what the one before had sealed.
        secret: seal(ground.secret, `${PURPOSE}:${member.id}`, secret),
      });
    else if (recovered) {
      await factorStore.change(tx, member.id, { failures: 0, failed_at: null });
      await record(tx, now, actorOf(member), 'factor:recovery-code', 'staff', member.id);
    } else await factorStore.change(tx, member.id, { failures: row.failures + 1, failed_at: now });
    return byCode || recovered;
  });
  if (!right) throw wrongCode();
}

/** Four may be wrong at once; then 1 s, 2 s, 4 s … 15 min. A stranger would have to know the password to make anybody wait. */
function pauseAfter(failures: number, failedAt: Instant | null): Instant {
  if (failedAt === null || failures <= 4) return 0;
  return failedAt + Math.min(15 * MINUTE, SECOND * 2 ** (failures - 5));
}

async function freshCodes(tx: Tx, staffId: string, now: Instant): Promise<string[]> {
  const codes = newRecoveryCodes();
  await factorStore.replaceCodes(
    tx,
    staffId,
    codes.map((code) => hashRecoveryCode(staffId, code)),
    now,
  );
  return codes;
}

function digitsOf(code: string): string {
  return code.normalize('NFKC').replace(/\s/g, '');
}

function actorOf({ id, name }: StaffMember): Actor {
  return { kind: 'staff', id, name };
}

function hasOne(): Conflict {
  return new Conflict({
    ja: '2段階認証の設定は、すでに変わっています。画面を開き直してください。',
    en: 'The two-step sign-in has been changed meanwhile. Open this page again.',
  });
}

function wrongCode(): Invalid {
  return new Invalid([
    {
      field: 'code',
      ja: 'コードが正しくないか、すでに使われています。認証アプリに今表示されている6桁を入力してください。端末の時計がずれていると一致しません。',
      en: 'This code is wrong or was used already. Enter the six digits that your app shows now; the clock of the device must be right.',
    },
  ]);
}

function tooMany(seconds: number): Busy {
  return new Busy(seconds, {
    ja: `続けて間違えられたため、安全のためお待ちいただいています。あと${seconds}秒ほどしてからお試しください。`,
    en: `After several wrong codes you have to wait for safety. Please try again in about ${seconds} seconds.`,
  });
}
