import { randomBytes } from 'node:crypto';
import { type Reader, retryOnCollision, type Tx } from '../../db/open.ts';
import { Invalid, NotFound } from '../../errors.ts';
import type { Language } from '../../time.ts';
import { cancelAlertsOf, cancelUnchosen } from '../cancel.ts';
import { unreachable } from '../reachable.ts';
import { ANY_HOUR } from '../timing.ts';
import { type Address, type AddressScope, type AddressState, addressState, freePlace } from './address.ts';
import { addressStore } from './address-store.ts';
import { type AddressGround, type Asked, askForConfirmation } from './confirm.ts';
import { type EmailAddress, parseEmailAddress } from './email-address.ts';
import { type MutedNotice, muteStore } from './mute-store.ts';
import { recordByOwner } from './owner-record.ts';
import { stopMails } from './stop.ts';

export interface Choice {
  scope: AddressScope;
  language: Language;
  works: boolean;
  hours?: number | undefined;
  hoursForAll?: boolean | undefined;
  lateFinal?: boolean | undefined;
}

export interface ListedAddress extends Address {
  /** About these notices it wants no more mail. */
  muted: MutedNotice[];
  state: AddressState;
  /** It lives on a server of ours: mail about that server's fault cannot reach it. */
  onOurServer: boolean;
  /** And that server is in fault now: not even the confirmation mail arrives. */
  broken: boolean;
}

/** The customer's addresses as he sees them. */
export async function listAddresses(ground: AddressGround, customerId: string): Promise<ListedAddress[]> {
  const { kysely } = ground.db;
  const addresses = await addressStore.ofCustomer(kysely, customerId);
  const domainOf = (address: Address) => address.email.slice(address.email.lastIndexOf('@') + 1);
  const ours = await addressStore.ourDomains(kysely, addresses.map(domainOf));
  const own = await addressStore.mailboxesOf(kysely, customerId);
  const keys = addresses.map((address) => address.emailKey);
  const broken = await unreachable(kysely, keys, customerId);
  const muted = await muteStore.muted(
    kysely,
    addresses.map(({ id }) => id),
  );
  return addresses.map((address) => ({
    ...address,
    state: addressState(address),
    muted: muted.get(address.id) ?? [],
    onOurServer: ours.has(domainOf(address)) || own.has(address.emailKey),
    broken: broken.has(address.emailKey),
  }));
}

/** A customer with mailboxes wants his own servers' notices; one without would get nothing by that. */
export async function defaultScope(ground: AddressGround, customerId: string): Promise<AddressScope> {
  return (await addressStore.mailboxesOf(ground.db.kysely, customerId)).size > 0 ? 'mine' : 'all';
}

/**
 * Registers an address and asks it for confirmation. The answer is the same whether or not somebody else has it.
 * @throws Invalid
 */
export async function addAddress(
  ground: AddressGround,
  customerId: string,
  input: Choice & { email: string },
): Promise<Asked> {
  const email = parseEmailAddress(input.email);
  if (!email)
    throw wrong(
      'メールアドレスを1つ、正しい形で入力してください（例: taro@example.jp）。',
      'Enter one mail address, for example taro@example.com.',
    );
  // On PostgreSQL two may choose the same place, or write to the same mailbox, at once: each round somebody gets on, and there are
  // three places and one mail.
  return retryOnCollision(() => tryAdd(ground, customerId, email, input));
}

async function tryAdd(ground: AddressGround, customerId: string, email: EmailAddress, choice: Choice): Promise<Asked> {
  const now = ground.clock.now();
  return ground.db.transaction(async (tx) => {
    const own = await addressStore.ofCustomer(tx, customerId);
    if (own.some((address) => address.emailKey === email.key)) {
      throw wrong('このアドレスはすでに登録されています。', 'You have registered this address already.');
    }
    const limit = ground.addressesPerCustomer;
    const place = freePlace(
      own.map((address) => address.place),
      limit,
    );
    if (place === undefined) {
      throw wrong(
        `登録できるのは${limit}件までです。追加するには、どれかを削除してください。`,
        `You can register up to ${limit}. Remove one of them to add another.`,
      );
    }
    const address: Address = {
      id: randomBytes(16).toString('base64url'),
      customerId,
      place,
      email: email.email,
      emailKey: email.key,
      language: choice.language,
      scope: choice.scope,
      works: choice.works,
      hours: choice.hours ?? ANY_HOUR,
      hoursForAll: choice.hoursForAll ?? false,
      lateFinal: choice.lateFinal ?? false,
      confirmedAt: null,
      stoppedAt: null,
      quarantinedAt: null,
    };
    await addressStore.add(tx, {
      id: address.id,
      customer_id: customerId,
      place,
      email: address.email,
      email_key: address.emailKey,
      language: address.language,
      scope: address.scope,
      works: address.works ? 1 : 0,
      hours: address.hours,
      hours_for_all: address.hoursForAll ? 1 : 0,
      late_final: address.lateFinal ? 1 : 0,
      created_at: now,
      confirmed_at: null,
      stopped_at: null,
      quarantined_at: null,
      quarantine_reply: null,
    });
    const asked = await askForConfirmation(ground, tx, address);
    if (asked === 'too_many') {
      throw wrong(
        '確認メールの送信が1日の上限に達しました。明日もう一度お試しください。',
        'You have asked for as many confirmation mails as we send in a day. Please try again tomorrow.',
      );
    }
    await recordByOwner(tx, now, address, 'address.add', undefined, { state: 'unconfirmed' });
    return asked;
  });
}

/** Gone at once, and what is queued for it does not go. @throws NotFound */
export async function removeAddress(ground: AddressGround, customerId: string, id: string): Promise<void> {
  await ground.db.transaction(async (tx) => {
    const address = found(await addressStore.find(tx, customerId, id));
    await cancelAlertsOf(tx, address.id, 'removed');
    await addressStore.remove(tx, address.id);
    await recordByOwner(tx, ground.clock.now(), address, 'address.remove', stateOf(address));
  });
}

/** @throws NotFound */
export async function changeChoice(
  ground: AddressGround,
  customerId: string,
  id: string,
  choice: Choice,
): Promise<void> {
  await ground.db.transaction(async (tx) => {
    await choose(ground, tx, found(await addressStore.find(tx, customerId, id)), choice);
  });
}

/**
 * The address that a link in a mail was made for, or undefined where it is gone or was never confirmed: whoever holds such a link may
 * choose less or other mail without signing in, as he may stop it.
 */
export async function addressBehindLink(db: Reader, id: string): Promise<Address | undefined> {
  const address = await addressStore.byId(db, id);
  return address && address.confirmedAt !== null ? address : undefined;
}

/** @throws NotFound */
export async function changeChoiceByLink(ground: AddressGround, id: string, choice: Choice): Promise<Address> {
  return ground.db.transaction(async (tx) => {
    await choose(ground, tx, found(await addressBehindLink(tx, id)), choice, { by: 'link' });
    return found(await addressStore.byId(tx, id));
  });
}

async function choose(
  ground: AddressGround,
  tx: Tx,
  address: Address,
  choice: Choice,
  how: { by?: 'link' } = {},
): Promise<void> {
  const { scope, language, works, hours, hoursForAll, lateFinal } = address;
  const before = { scope, language, works, hours, hoursForAll, lateFinal };
  // What the form did not ask for stays as it was.
  await addressStore.choose(tx, address.id, {
    ...before,
    ...choice,
    hours: choice.hours ?? hours,
    hoursForAll: choice.hoursForAll ?? hoursForAll,
    lateFinal: choice.lateFinal ?? lateFinal,
  });
  await cancelUnchosen(tx, address.id);
  const after = { ...choice, ...how };
  await recordByOwner(tx, ground.clock.now(), address, 'address.choice', before, after);
}

/** Stops the mails to it; it stays registered. @throws NotFound */
export async function stopOwnAddress(ground: AddressGround, customerId: string, id: string): Promise<void> {
  await ground.db.transaction(async (tx) => {
    const address = found(await addressStore.find(tx, customerId, id));
    await stopMails(tx, ground.clock.now(), address.id);
  });
}

/**
 * Sets a stopped address going again. One that was never confirmed, or that mail no longer reaches, is asked by a mail first.
 * @throws NotFound
 */
export async function startAgain(ground: AddressGround, customerId: string, id: string): Promise<Asked | 'started'> {
  // Somebody else may write to the same mailbox at this moment.
  return retryOnCollision(() =>
    ground.db.transaction(async (tx) => {
      const address = found(await addressStore.find(tx, customerId, id));
      const state = addressState(address);
      if (state === 'unconfirmed' || state === 'unreachable') return askForConfirmation(ground, tx, address);
      await addressStore.start(tx, address.id);
      await recordByOwner(tx, ground.clock.now(), address, 'address.start', stateOf(address), { state: 'active' });
      return 'started';
    }),
  );
}

/** One click in a mail: the token named the address. Unknown ones and repeats change nothing. */
export async function stopAddress(ground: AddressGround, id: string): Promise<void> {
  await ground.db.transaction((tx) => stopMails(tx, ground.clock.now(), id, 'link'));
}

function found(address: Address | undefined): Address {
  if (!address) throw new NotFound();
  return address;
}

function wrong(ja: string, en: string): Invalid {
  return new Invalid([{ field: 'email', ja, en }]);
}

/** What the trail keeps of it: never the address itself. */
function stateOf(address: Parameters<typeof addressState>[0]) {
  return { state: addressState(address) };
}
