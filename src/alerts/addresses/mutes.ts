import { NotFound } from '../../errors.ts';
import { DAY } from '../../time.ts';
import { cancelAlertsOf } from '../cancel.ts';
import { addressStore } from './address-store.ts';
import { addressBehindLink } from './addresses.ts';
import type { AddressGround } from './confirm.ts';
import { muteStore, type ToldNotice } from './mute-store.ts';
import { recordByOwner } from './owner-record.ts';

/** As long as it is kept who was mailed what (housekeeping.ts). */
const TOLD_FOR = 90 * DAY;
const LISTED = 5;

/** What this address was mailed about lately: of each its reader may want no more. */
export function toldNotices(ground: AddressGround, addressId: string): Promise<ToldNotice[]> {
  return muteStore.told(ground.db.kysely, addressId, ground.clock.now() - TOLD_FOR, LISTED);
}

/**
 * No more mail about this one notice, recovery included; what waits does not go. Whoever holds the link of a mail may do it without
 * signing in, and only for what that address was told of. @returns the notice; undefined where it was not told of it.
 */
export async function muteByLink(
  ground: AddressGround,
  addressId: string,
  noticeId: string,
): Promise<ToldNotice | undefined> {
  return ground.db.transaction(async (tx) => {
    const address = await addressBehindLink(tx, addressId);
    const now = ground.clock.now();
    const told = await muteStore.told(tx, addressId, now - TOLD_FOR, LISTED);
    const notice = told.find(({ id }) => id === noticeId);
    if (!address || !notice) return undefined;
    await muteStore.mute(tx, addressId, noticeId, now);
    await cancelAlertsOf(tx, addressId, 'unsubscribed', noticeId);
    const after = { notice: noticeId, by: 'link' };
    await recordByOwner(tx, now, address, 'address.mute', undefined, after);
    return notice;
  });
}

/** From the next report on it is mailed about that notice again. @throws NotFound */
export async function unmute(
  ground: AddressGround,
  customerId: string,
  addressId: string,
  noticeId: string,
): Promise<void> {
  await ground.db.transaction(async (tx) => {
    const address = await addressStore.find(tx, customerId, addressId);
    if (!address || !(await muteStore.unmute(tx, address.id, noticeId))) throw new NotFound();
    const before = { notice: noticeId };
    await recordByOwner(tx, ground.clock.now(), address, 'address.unmute', before);
  });
}
