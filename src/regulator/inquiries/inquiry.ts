import type { Message } from '../../errors.ts';
import type { Instant } from '../../time.ts';

export const CHANNELS = ['phone', 'mail', 'web', 'chat', 'shop', 'sns', 'other', 'all'] as const;
export type Channel = (typeof CHANNELS)[number];
export const DIRECTIONS = ['in', 'out'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const CHANNEL_WORDS: Record<Channel, Message> = {
  phone: { ja: '電話', en: 'Telephone' },
  mail: { ja: 'メール', en: 'Mail' },
  web: { ja: 'Webフォーム', en: 'Web form' },
  chat: { ja: 'チャット', en: 'Chat' },
  shop: { ja: '店頭', en: 'Shop' },
  sns: { ja: 'SNS', en: 'Social networks' },
  other: { ja: 'その他', en: 'Other' },
  all: { ja: '窓口の合計', en: 'All channels together' },
};

export const DIRECTION_WORDS: Record<Direction, Message> = {
  in: { ja: '受けた問い合わせ', en: 'Received' },
  out: { ja: 'こちらからの連絡', en: 'Made by us' },
};

/** A count as it stood at a time. */
export interface Inquiry {
  asOf: Instant;
  count: number;
  channel: Channel;
  direction: Direction;
  /** A desk or an operator; empty where it is not split. */
  desk: string;
  /** Class of complaint to count; one inquiry may be in several. */
  voices: Record<string, number>;
  note: string | null;
  recordedAt: Instant;
  recordedBy: string;
}

export interface InquiryTotals {
  received: number;
  made: number;
  /** The newest time that the sums contain; null where nothing is recorded. */
  asOf: Instant | null;
  /** The snapshots that the sums are made of. */
  counted: Inquiry[];
  /** By class, of received ones. */
  voices: Map<string, number>;
}

/**
 * The sums as they stand: of each desk and direction the newest snapshot of each channel, or the one of all channels together where
 * that is newer. Snapshots are never added to earlier ones of the same kind.
 */
export function inquiryTotals(inquiries: Inquiry[]): InquiryTotals {
  const groups = new Map<string, Inquiry[]>();
  for (const one of inquiries) {
    const key = `${one.direction} ${one.desk}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const counted = [...groups.values()].flatMap(newestOf);
  const voices = new Map<string, number>();
  for (const one of counted.filter(({ direction }) => direction === 'in')) {
    for (const [id, count] of Object.entries(one.voices)) voices.set(id, (voices.get(id) ?? 0) + count);
  }
  const sum = (direction: Direction) =>
    counted.reduce((total, one) => total + (one.direction === direction ? one.count : 0), 0);
  const asOf = counted.length === 0 ? null : Math.max(...counted.map((one) => one.asOf));
  return { received: sum('in'), made: sum('out'), asOf, counted, voices };
}

function newestOf(group: Inquiry[]): Inquiry[] {
  const byChannel = new Map<Channel, Inquiry>();
  const inOrder = group.toSorted((a, b) => a.asOf - b.asOf || a.recordedAt - b.recordedAt);
  for (const one of inOrder) byChannel.set(one.channel, one);
  const whole = byChannel.get('all');
  byChannel.delete('all');
  const split = [...byChannel.values()];
  if (whole && split.every((one) => one.asOf <= whole.asOf)) return [whole];
  return split;
}
