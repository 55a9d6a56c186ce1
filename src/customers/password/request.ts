import { createHmac, randomBytes } from 'node:crypto';
import type { Database, Tx } from '../../db/open.ts';
import { networkOf } from '../../http/attempts.ts';
import { hashToken } from '../../http/sessions.ts';
import { current, type Secret } from '../../http/signing.ts';
import { record } from '../../staff/audit.ts';
import { DAY, HOUR, type Language, MINUTE } from '../../time.ts';
import { loginKey } from '../customer.ts';
import { customerStore } from '../store.ts';
import { contactsDigest, linkContacts, type MailGround, mailContacts } from './contacts.ts';
import type { PasswordGuard } from './guard.ts';
import { passwordStore } from './password-store.ts';

export interface PasswordGround extends MailGround {
  db: Database;
  secret: Secret;
  guard: PasswordGuard;
}

/** ASVS 6.5.5 asks for ten minutes; greylisting alone costs five to twelve, so the link lives for thirty. */
const RESET_LIVES = 30 * MINUTE;
const INVITATION_LIVES = 7 * DAY;

/** So many are answered in an hour. A network is a carrier's gateway with thousands behind it, so it has many more. */
const MOST = { login: 3, network: 60 } as const;

/**
 * Notes that somebody asked for a new password. Known and unknown logins are one read and one row each: whoever asks learns
 * nothing, not even by a clock. What follows is done afterwards by answerRequests().
 */
export async function requestReset(
  ground: PasswordGround,
  asked: { login: string; ip: string; language: Language },
): Promise<void> {
  const { db, clock } = ground;
  const login = loginKey(asked.login);
  const customer = await customerStore.byLogin(db.kysely, login);
  await passwordStore.addRequest(db.kysely, {
    id: randomBytes(12).toString('hex'),
    login_hash: createHmac('sha256', current(ground.secret)).update(`reset:${login}`).digest('base64url'),
    customer_id: customer?.id ?? null,
    network: networkOf(asked.ip),
    language: asked.language,
    created_at: clock.now(),
    answered_at: null,
  });
}

/** Answers what has been asked for: a mail with a link to those who exist, nothing to the rest. Safe on several nodes at once. */
export async function answerRequests(ground: PasswordGround): Promise<void> {
  const open = await passwordStore.openRequests(ground.db.kysely, 100);
  for (const request of open) {
    const verdict = request.customer_id === null ? null : await ground.guard.ask(request.customer_id);
    await ground.db.transaction(async (tx) => {
      const now = ground.clock.now();
      if (!(await passwordStore.takeRequest(tx, request.id, now))) return;
      if (request.customer_id === null || verdict === null) return;
      const since = request.created_at - HOUR;
      const times = await passwordStore.rankOf(tx, request, { login_hash: request.login_hash }, since);
      const near = await passwordStore.rankOf(tx, request, { network: request.network }, since);
      if (times > MOST.login || near > MOST.network || now - request.created_at > RESET_LIVES) return;
      if (!verdict.allowed) {
        const contacts = await linkContacts(tx, request.customer_id, request.language);
        const view = { reason: verdict.reason, notice: verdict.notice };
        await mailContacts(ground, tx, contacts, { template: 'mail/password-closed', view, notAfter: now + DAY });
        await record(tx, now, BY_REQUEST, 'password.refused', 'customer', request.customer_id, undefined, {
          notice: verdict.notice?.id ?? null,
        });
        return;
      }
      await sendLink(ground, tx, { customerId: request.customer_id, language: request.language, purpose: 'reset' });
    });
  }
}

const BY_REQUEST = { kind: 'system', id: null, name: 'password reset' } as const;

const TEMPLATES = { reset: 'mail/password-reset', invitation: 'mail/password-invitation' } as const;

/** Makes the one link that counts for this account, and mails it. */
export async function sendLink(
  ground: MailGround,
  tx: Tx,
  to: { customerId: string; language: Language; purpose: 'reset' | 'invitation' },
): Promise<void> {
  const now = ground.clock.now();
  const { customerId, language, purpose } = to;
  const contacts = await linkContacts(tx, customerId, language);
  if (contacts.length === 0) return;
  const token = randomBytes(32).toString('base64url');
  const expiresAt = now + (purpose === 'reset' ? RESET_LIVES : INVITATION_LIVES);
  await passwordStore.endResetsOf(tx, customerId, now);
  await passwordStore.addReset(tx, {
    id: randomBytes(12).toString('hex'),
    customer_id: customerId,
    purpose,
    token_hash: hashToken(token),
    contacts: await contactsDigest(tx, customerId),
    created_at: now,
    expires_at: expiresAt,
    used_at: null,
    ended_at: null,
  });
  await mailContacts(ground, tx, contacts, {
    template: TEMPLATES[purpose],
    view: { token, expiresAt },
    notAfter: expiresAt,
  });
  await record(tx, now, BY_REQUEST, `password.${purpose}`, 'customer', customerId);
}

/** Requests carry what counts them for a day, links what can be looked into for a month. */
export async function forgetOldRequests({ db, clock }: Pick<PasswordGround, 'db' | 'clock'>): Promise<void> {
  await passwordStore.forgetBefore(db.kysely, clock.now() - DAY, clock.now() - 30 * DAY);
}
