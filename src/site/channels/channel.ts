import { z } from 'zod';
import type { ChannelPostsTable, ChannelsTable } from '../../db/tables/channels.ts';
import { line, sentenceFor } from '../../http/forms.ts';
import type { Instant, Language } from '../../time.ts';

export const KINDS = ['webhook', 'slack', 'mail'] as const;
export const ABOUT = ['all', 'prominent'] as const;

/** Where else every publication is told. */
export interface Channel {
  id: string;
  kind: ChannelsTable['kind'];
  name: string;
  /** A URL, or a mail address. */
  target: string;
  /** Every notice, or the prominent ones. */
  about: ChannelsTable['about'];
  language: Language;
  /** quarantined: it failed for so long that nothing is sent until somebody has looked. What is published meanwhile waits for it. */
  state: ChannelsTable['state'];
  stateSince: Instant;
  createdAt: Instant;
}

/** One publication, or a test, on its way to one channel. */
export interface Post {
  /** What a webhook's receiver knows it by: the same at every attempt. */
  id: string;
  title: string;
  isTest: boolean;
  state: ChannelPostsTable['state'];
  attempts: number;
  nextAttemptAt: Instant | null;
  /** Of the last answer, where there was one. */
  status: number | null;
  answer: string | null;
  createdAt: Instant;
  endedAt: Instant | null;
}

const LONGEST = 500;
const MAIL = /^[^\s@,;:<>()[\]"\\]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;

/** What somebody types in. Whether the address may be called is asked where it is stored, and at each call again. */
export const channelInput = z
  .strictObject({
    kind: z.enum(KINDS),
    name: line(80),
    target: z.string().trim().min(1).max(LONGEST),
    about: z.enum(ABOUT).default('all'),
    language: z.enum(['ja', 'en']).default('ja'),
  })
  .superRefine(({ kind, target }, context) => {
    if (kind === 'mail' && !MAIL.test(target)) context.addIssue({ code: 'custom', path: ['target'], ...NOT_MAIL });
    if (kind !== 'mail' && !/^https?:\/\//.test(target))
      context.addIssue({ code: 'custom', path: ['target'], ...NOT_HTTPS });
  });

export type ChannelInput = z.output<typeof channelInput>;

const NOT_MAIL = sentenceFor(
  'メールアドレスを正しい形で1つ入力してください（例: noc@partner.example）。',
  'Enter one mail address like noc@partner.example.',
);
const NOT_HTTPS = sentenceFor('https:// で始まるURLを入力してください。', 'Enter a URL that begins with https://.');

export function channelOf(row: ChannelsTable): Channel {
  const { id, kind, name, target, about, language, state } = row;
  return { id, kind, name, target, about, language, state, stateSince: row.state_since, createdAt: row.created_at };
}

export function postOf(row: ChannelPostsTable): Post {
  const { id, title, state, attempts, status, answer } = row;
  return {
    ...{ id, title, state, attempts, status, answer },
    isTest: row.fanout_id === null,
    nextAttemptAt: row.next_attempt_at,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}
