import { type OwnMailbox, type Scope, touches, touchesDirectly } from './scope.ts';

/** 1: the first word. 2: recovery, reserved. 3: the one more that staff choose. */
export type Slot = 1 | 2 | 3;

export const FIRST: Slot = 1;
export const RECOVERY: Slot = 2;
export const LAST_WORD: Slot = 3;

/** What a report is to those who are mailed. The publisher says it; slots follow from it. */
export type Purpose =
  | 'first' // the first word on a fault or a work
  | 'update' // more, because staff chose to mail it
  | 'recovery' // everything, or this address' own server, works again
  | 'delay_cleared' // what was left after recovery is over
  | 'last_word'; // final report, correction: after everything

/** Who an address belongs to and what he chose. */
export interface Addressee {
  scope: 'mine' | 'services' | 'all';
  services: string[];
  mailboxes: OwnMailbox[];
}

/** What a publication touches, and what is still broken in all notices of its root fault. */
export interface Reach {
  purpose: Purpose;
  all: Scope[];
  open: Scope[];
}

/** Whether the notice concerns this address at all, by its owner's choice. */
export function concerns(addressee: Addressee, scopes: Scope[]): boolean {
  switch (addressee.scope) {
    case 'all':
      return true;
    case 'services':
      return scopes.some((scope) => addressee.services.includes(scope.service));
    case 'mine':
      return scopes.some((scope) => addressee.mailboxes.some((mailbox) => touches(scope, mailbox)));
  }
}

/**
 * The slot that a report takes for one address, or null where it is not mailed. `taken` are the slots that this address has
 * used, or has a mail on its way for, on the same root fault.
 *
 * Recovery belongs to the address: whoever is on a server that is still broken waits for the report that tells of his own.
 * RELIABILITY 3.2 and 3.3.
 */
export function slotFor(addressee: Addressee, reach: Reach, taken: ReadonlySet<Slot>, limit: number): Slot | null {
  if (!concerns(addressee, reach.all)) return null;
  const wanted = wantedSlot(addressee, reach, taken);
  return wanted === null || wanted > limit || taken.has(wanted) ? null : wanted;
}

function wantedSlot(addressee: Addressee, reach: Reach, taken: ReadonlySet<Slot>): Slot | null {
  switch (reach.purpose) {
    case 'first':
      return FIRST;
    case 'update':
      // Whoever joins late, or whose server is named only now, gets his first word.
      return taken.size === 0 ? FIRST : LAST_WORD;
    case 'recovery':
      return stillBroken(addressee, reach.open) ? null : RECOVERY;
    case 'delay_cleared':
      return taken.has(RECOVERY) || stillBroken(addressee, reach.open) ? LAST_WORD : RECOVERY;
    case 'last_word':
      return LAST_WORD;
  }
}

/**
 * The slot of what takes the place of older text that waits; `slot` is what it would have by itself, `waits` where the older text
 * waits, `taken` what else is used. What replaces a recovery that has not arrived goes in recovery's place, which is kept for it,
 * while another may be gone: unless the address is broken again, and recovery must be free for the true one.
 */
export function slotOfHeir(
  slot: Slot | null,
  waits: readonly Slot[],
  broken: boolean,
  taken: ReadonlySet<Slot>,
  limit: number,
): Slot {
  const first = Math.min(...waits) as Slot;
  if (!waits.includes(RECOVERY)) return slot ?? first;
  if (!broken) return RECOVERY;
  return slot ?? [FIRST, LAST_WORD].find((free) => free <= limit && !taken.has(free)) ?? first;
}

/** Whether the notices' root fault leaves something broken that this address is told of. */
export function stillBroken(addressee: Addressee, open: Scope[]): boolean {
  switch (addressee.scope) {
    case 'all':
      return open.length > 0;
    case 'services':
      return open.some((scope) => addressee.services.includes(scope.service));
    case 'mine':
      return open.some((scope) => addressee.mailboxes.some((mailbox) => touchesDirectly(scope, mailbox)));
  }
}

/** How many tickets must be left for others: until recovery has its own, nothing else may take the last one. */
export function reserveFor(slot: Slot, recoveryHandedOver: boolean, limit: number): number {
  if (slot === RECOVERY || limit < RECOVERY) return 0;
  return recoveryHandedOver ? 0 : 1;
}
