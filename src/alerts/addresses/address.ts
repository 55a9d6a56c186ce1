import type { Message } from '../../errors.ts';
import type { Instant, Language } from '../../time.ts';

export const SCOPES = ['mine', 'services', 'all'] as const;
/** mine: notices on the customer's own mail servers. services: chosen ones. */
export type AddressScope = (typeof SCOPES)[number];

/** A destination of alert mails that a customer registered. */
export interface Address {
  id: string;
  customerId: string;
  place: number;
  email: string;
  emailKey: string;
  language: Language;
  scope: AddressScope;
  works: boolean;
  /** In which parts of the day it may be mailed, in bits of timing.ts; for updates, or for everything. */
  hours: number;
  hoursForAll: boolean;
  /** Wants final reports that come days after recovery. */
  lateFinal: boolean;
  confirmedAt: Instant | null;
  stoppedAt: Instant | null;
  quarantinedAt: Instant | null;
}

export type AddressState = 'unconfirmed' | 'active' | 'stopped' | 'unreachable';

export const ADDRESS_STATE_WORDS: Record<AddressState, Message> = {
  unconfirmed: { ja: '確認待ち', en: 'Waiting for confirmation' },
  active: { ja: '有効', en: 'Active' },
  stopped: { ja: '停止中', en: 'Stopped' },
  unreachable: { ja: '届かないため停止', en: 'Stopped: mail does not arrive' },
};

export function addressState(address: Pick<Address, 'confirmedAt' | 'stoppedAt' | 'quarantinedAt'>): AddressState {
  if (address.confirmedAt === null) return 'unconfirmed';
  if (address.quarantinedAt !== null) return 'unreachable';
  return address.stoppedAt === null ? 'active' : 'stopped';
}

/** The lowest place that is free, or undefined where the customer has as many as he may. */
export function freePlace(taken: readonly number[], limit: number): number | undefined {
  if (taken.length >= limit) return undefined;
  for (let place = 1; place <= limit; place++) if (!taken.includes(place)) return place;
  return undefined;
}
