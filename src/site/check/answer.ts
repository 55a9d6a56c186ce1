import type { Catalogue, Facility, Name } from '../../catalogue/catalogue.ts';
import type { Message } from '../../errors.ts';
import { affected, type Headline, type KnownNotice, type MailboxStatus, type Touching } from '../../lookup/affected.ts';
import type { Notice } from '../../notices/notice.ts';
import { workWindows } from '../../notices/windows.ts';
import type { Instant } from '../../time.ts';
import type { Asked } from './asked.ts';

/** A notice with how many of the servers that were asked for it touches. */
export interface CheckedNotice extends Touching {
  servers: number;
}

export interface Checked {
  kind: 'checked';
  /** The domain, or the facility's name. */
  of: Name;
  headline: Message;
  tone: Headline;
  /** Servers behind the domain, and those of them that are touched. */
  servers: number;
  touched: number;
  notices: CheckedNotice[];
  ahead: MailboxStatus['ahead'];
  lately: MailboxStatus['lately'];
}

/** `unknown`: it is none of ours, of which nothing can be said; never "normal". */
export type CheckAnswer = Checked | { kind: 'unknown'; of: Name };

const WORST_FIRST: readonly Headline[] = ['stopped', 'hard', 'delayed', 'beside', 'work', 'normal'];

const WORDS: Record<Headline, Message> = {
  stopped: { ja: 'のメールは現在ご利用いただけません', en: 'is not available at the moment' },
  hard: { ja: 'のメールは現在ご利用しづらくなっています', en: 'is hard to use at the moment' },
  delayed: { ja: 'のメールは遅れて届いています', en: 'is arriving late' },
  beside: {
    ja: 'のメールの一部の機能がご利用しづらくなっています',
    en: 'is hard to use in part at the moment',
  },
  work: { ja: 'のメールサーバーは現在工事中です', en: 'is on a server under planned work' },
  normal: { ja: 'のメールは正常です', en: 'is working normally' },
};

/** Is mail of this domain, or on this server, affected? Answered by what is published, and by nothing about any account. */
export function check(catalogue: Catalogue, notices: readonly KnownNotice[], asked: Asked, at: Instant): CheckAnswer {
  const servers = serversOf(catalogue, asked);
  const of = nameOf(asked, servers[0]);
  if (servers.length === 0) return { kind: 'unknown', of };
  const statuses = servers.map(({ code, service }) => affected(notices, { address: '', facility: code, service }, at));
  const tone = WORST_FIRST.find((headline) => statuses.some((one) => one.headline === headline)) ?? 'normal';
  const touched = statuses.filter((one) => one.headline !== 'normal').length;
  const some = touched > 0 && touched < servers.length;
  return {
    kind: 'checked',
    of,
    tone,
    servers: servers.length,
    touched,
    headline: {
      ja: `${of.ja} ${WORDS[tone].ja}${some ? '（一部のメールサーバー）' : ''}`,
      en: `Mail of ${of.en ?? of.ja} ${WORDS[tone].en}${some ? ' on some of its servers' : ''}`,
    },
    notices: together(statuses),
    ahead: once(statuses.flatMap((one) => one.ahead)),
    lately: once(statuses.flatMap((one) => one.lately)),
  };
}

function serversOf({ facilities }: Catalogue, asked: Asked): Facility[] {
  if (asked.kind === 'facility') return facilities.filter((one) => one.code === asked.code);
  return facilities.filter((one) => one.mailDomains?.includes(asked.domain));
}

function nameOf(asked: Asked, server: Facility | undefined): Name {
  if (asked.kind === 'domain') return { ja: `@${asked.domain}`, en: `@${asked.domain}` };
  return server?.name ?? { ja: asked.code };
}

/** Each notice once, the worst first as affected() orders them, with how many servers it touches. */
function together(statuses: MailboxStatus[]): CheckedNotice[] {
  const found = new Map<string, CheckedNotice>();
  for (const notice of statuses.flatMap((one) => one.notices)) {
    const known = found.get(notice.id);
    found.set(notice.id, { ...(known ?? notice), servers: (known?.servers ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => (a.kind === b.kind ? a.since - b.since : a.kind === 'fault' ? -1 : 1));
}

function once<Thing extends { id: string }>(things: Thing[]): Thing[] {
  return [...new Map(things.map((thing) => [thing.id, thing])).values()];
}

/** The edition's notices as the lookup's rule reads them. */
export function knownNotices(notices: readonly Notice[], catalogue: Catalogue): KnownNotice[] {
  const partOf = new Map(catalogue.services.map((service) => [service.key, service.partOf ?? null]));
  return notices.map((notice) => {
    const report = notice.reports.at(-1);
    return {
      id: notice.id,
      kind: notice.kind,
      title: notice.title,
      expectedRecoveryAt: report?.picture.expectedRecoveryAt ?? null,
      windows: report?.phase === 'cancel' ? [] : workWindows(notice),
      advice: report?.picture,
      impacts: notice.impacts.map((impact) => ({
        service: impact.service,
        partOf: partOf.get(impact.service) ?? null,
        facilities: impact.facilities === 'all' ? 'all' : new Set(impact.facilities),
        symptom: impact.symptom,
        startedAt: impact.startedAt,
        approximate: impact.approximate,
        recoveredAt: impact.recoveredAt,
      })),
    };
  });
}
