import { DAY, type Instant } from '../time.ts';

export type Symptom = 'unavailable' | 'degraded' | 'delayed' | 'login';

/** The order in which a reader is told: the worst first. */
const WORST_FIRST: readonly Symptom[] = ['unavailable', 'degraded', 'login', 'delayed'];

/** A time of work. */
interface Window {
  from: Instant;
  to: Instant;
}

export interface KnownImpact {
  service: string;
  /** The service that this one is a way of using: webmail is part of mail. */
  partOf: string | null;
  facilities: ReadonlySet<string> | 'all';
  symptom: Symptom;
  startedAt: Instant;
  approximate: boolean;
  recoveredAt: Instant | null;
}

export interface Text {
  ja: string;
  en?: string | undefined;
}

/** What the newest report says to whoever is touched. */
export interface Advice {
  /** What works meanwhile. */
  unaffected?: Text | undefined;
  /** What can be done meanwhile. */
  workaround?: Text | undefined;
  /** What is left after recovery. */
  residual?: Text | undefined;
}

/** A published notice as far as the lookup needs it. */
export interface KnownNotice {
  id: string;
  kind: 'fault' | 'work';
  title: { ja: string; en?: string | undefined };
  /** null: 確認中 */
  expectedRecoveryAt: Instant | null;
  /** Works only, the earliest first: the actual times where they are known, else the planned ones. None: cancelled. */
  windows: readonly Window[];
  advice?: Advice | undefined;
  impacts: KnownImpact[];
}

/** Where a mailbox lives. */
export interface Place {
  facility: string;
  /** The service that the facility belongs to. */
  service: string;
  /** Where it lived until then: what ended before is the old server's history, and not the new one's. */
  moved?: { at: Instant; from: string } | null;
}

export interface Mailbox extends Place {
  address: string;
}

/** A notice that touches a mailbox now. */
export interface Touching {
  id: string;
  kind: 'fault' | 'work';
  title: { ja: string; en?: string | undefined };
  since: Instant;
  approximate: boolean;
  expectedRecoveryAt: Instant | null;
  symptoms: Symptom[];
  /** It touches by "all facilities" and not by this facility's code. */
  serviceWide: boolean;
  /** It touches the mail itself, not only a way of using it. */
  direct: boolean;
  advice: Advice;
}

interface WorkAhead {
  id: string;
  title: { ja: string; en?: string | undefined };
  from: Instant;
  to: Instant;
  symptoms: Symptom[];
}

interface LatelyRecovered {
  id: string;
  title: { ja: string; en?: string | undefined };
  since: Instant;
  approximate: boolean;
  recoveredAt: Instant;
  symptoms: Symptom[];
  residual: Text | null;
}

/** What the one big sentence says. `beside`: the mail itself works, a way of using it (webmail) does not. */
export type Headline = 'stopped' | 'hard' | 'delayed' | 'beside' | 'work' | 'normal';

/** How a mailbox is. */
export interface Condition {
  state: 'fault' | 'work' | 'normal';
  /** The badge: 故障中, 遅延 (nothing but delays), 工事中, 回復 (lately), 正常. */
  shown: 'fault' | 'delay' | 'work' | 'recovered' | 'normal';
  headline: Headline;
  symptoms: Symptom[];
  /** Faults first, then works; the earliest first. */
  notices: Touching[];
  ahead: WorkAhead[];
  lately: LatelyRecovered[];
}

export interface MailboxStatus extends Condition {
  mailbox: Mailbox;
}

/** Is my mail affected? The whole rule, for one mailbox at one moment. */
export function affected(notices: readonly KnownNotice[], mailbox: Mailbox, at: Instant): MailboxStatus {
  return { mailbox, ...conditionOf(notices, mailbox, at) };
}

/** Those on one facility are alike, but for one that was moved lately: what its old server had is not the new one's. */
export function movedLately({ moved }: Place, at: Instant): boolean {
  return Boolean(moved && moved.at > at - DAY);
}

/** The first moment after this at which a condition may be another one though nothing is published. */
export function nextTurn(notices: readonly KnownNotice[], at: Instant): Instant {
  const turns = notices.flatMap(({ windows, impacts }) => [
    ...windows.flatMap(({ from, to }) => [from, to]),
    ...impacts.flatMap(({ startedAt, recoveredAt }) =>
      recoveredAt === null ? [startedAt] : [startedAt, recoveredAt, recoveredAt + DAY],
    ),
  ]);
  return Math.min(...turns.filter((turn) => turn > at));
}

/** Of any mailbox on this facility, at one moment. */
export function conditionOf(notices: readonly KnownNotice[], mailbox: Place, at: Instant): Condition {
  const touching = notices
    .flatMap((notice) => touch(notice, mailbox, at) ?? [])
    .sort((a, b) => (a.kind === b.kind ? a.since - b.since : a.kind === 'fault' ? -1 : 1));
  const faults = touching.filter((notice) => notice.kind === 'fault');
  // A fault outranks work: while there is one, what the work does is not what the customer feels.
  const telling = faults.length > 0 ? faults : touching;
  const state = faults.length > 0 ? 'fault' : touching.length > 0 ? 'work' : 'normal';
  const symptoms = worstFirst(telling.flatMap((notice) => notice.symptoms));
  const lately = latelyRecovered(notices, mailbox, at);
  const onlyDelays = symptoms.every((symptom) => symptom === 'delayed');
  return {
    state,
    shown: badgeOf(state, onlyDelays, lately.length > 0),
    headline: state === 'fault' ? faultHeadline(faults) : state,
    symptoms,
    notices: touching,
    ahead: worksAhead(notices, mailbox, at),
    lately,
  };
}

function badgeOf(state: MailboxStatus['state'], onlyDelays: boolean, lately: boolean): MailboxStatus['shown'] {
  if (state === 'fault' && onlyDelays) return 'delay';
  return state === 'normal' && lately ? 'recovered' : state;
}

/** The notice as it touches this mailbox at this moment, or nothing. */
function touch(notice: KnownNotice, mailbox: Place, at: Instant): Touching | undefined {
  const impacts = notice.impacts.filter((impact) => reaches(impact, mailbox) && inForce(notice, impact, at));
  if (impacts.length === 0) return undefined;
  const window = windowNow(notice, at);
  const since = window?.from ?? Math.min(...impacts.map((impact) => impact.startedAt));
  return {
    id: notice.id,
    kind: notice.kind,
    title: notice.title,
    since,
    approximate: impacts.some((impact) => impact.startedAt === since && impact.approximate),
    expectedRecoveryAt: notice.kind === 'work' ? (window?.to ?? null) : notice.expectedRecoveryAt,
    symptoms: worstFirst(impacts.map((impact) => impact.symptom)),
    serviceWide: impacts.every((impact) => impact.facilities === 'all'),
    direct: impacts.some((impact) => impact.service === mailbox.service),
    advice: notice.advice ?? {},
  };
}

/** Direct: its facility is named, or all of its service. Indirect: all of a service that is part of its service. */
function reaches(impact: KnownImpact, mailbox: Place): boolean {
  if (impact.service === mailbox.service) {
    return impact.facilities === 'all' || impact.facilities.has(mailbox.facility);
  }
  return impact.partOf === mailbox.service && impact.facilities === 'all';
}

/** The mailbox as it lived at that moment. */
function livingAt(mailbox: Place, at: Instant): Place {
  return mailbox.moved && at < mailbox.moved.at ? { ...mailbox, facility: mailbox.moved.from } : mailbox;
}

/** The minute of the start belongs to the fault, the minute of the recovery does not. */
function inForce(notice: KnownNotice, impact: KnownImpact, at: Instant): boolean {
  if (notice.kind === 'work') return windowNow(notice, at) !== undefined;
  return impact.startedAt <= at && (impact.recoveredAt === null || at < impact.recoveredAt);
}

/** The time of work that it is. */
function windowNow(notice: KnownNotice, at: Instant): Window | undefined {
  return notice.windows.find((window) => window.from <= at && at < window.to);
}

function faultHeadline(faults: Touching[]): Headline {
  const direct = worstFirst(faults.filter((fault) => fault.direct).flatMap((fault) => fault.symptoms));
  switch (direct[0]) {
    case 'unavailable':
      return 'stopped';
    case 'degraded':
    case 'login':
      return 'hard';
    case 'delayed':
      return 'delayed';
    default:
      return 'beside';
  }
}

function worksAhead(notices: readonly KnownNotice[], mailbox: Place, at: Instant): WorkAhead[] {
  return notices
    .flatMap((notice) => {
      const impacts = notice.impacts.filter((impact) => reaches(impact, mailbox));
      const next = notice.windows.find((window) => at < window.from);
      if (notice.kind !== 'work' || !next || impacts.length === 0) return [];
      const symptoms = worstFirst(impacts.map((impact) => impact.symptom));
      return [{ id: notice.id, title: notice.title, from: next.from, to: next.to, symptoms }];
    })
    .sort((a, b) => a.from - b.from);
}

function latelyRecovered(notices: readonly KnownNotice[], mailbox: Place, at: Instant): LatelyRecovered[] {
  return notices
    .flatMap((notice) => {
      if (notice.kind !== 'fault') return [];
      const over = notice.impacts.flatMap((impact) => {
        const { recoveredAt } = impact;
        if (recoveredAt === null || recoveredAt > at || recoveredAt <= at - DAY) return [];
        if (!reaches(impact, livingAt(mailbox, recoveredAt))) return [];
        return [{ ...impact, recoveredAt }];
      });
      if (over.length === 0) return [];
      const since = Math.min(...over.map((impact) => impact.startedAt));
      return [
        {
          id: notice.id,
          title: notice.title,
          since,
          approximate: over.some((impact) => impact.startedAt === since && impact.approximate),
          recoveredAt: Math.max(...over.map((impact) => impact.recoveredAt)),
          symptoms: worstFirst(over.map((impact) => impact.symptom)),
          residual: notice.advice?.residual ?? null,
        },
      ];
    })
    .sort((a, b) => b.recoveredAt - a.recoveredAt);
}

function worstFirst(symptoms: Symptom[]): Symptom[] {
  return WORST_FIRST.filter((symptom) => symptoms.includes(symptom));
}

/** A service as somebody who uses it asks for it, without a facility of his own. */
export interface ServiceStatus {
  service: string;
  state: 'fault' | 'work' | 'normal';
  shown: MailboxStatus['shown'];
  /** Some of its facilities only, as far as each notice says. */
  partly: boolean;
  notices: { id: string; kind: 'fault' | 'work'; title: Text; since: Instant; approximate: boolean }[];
}

/** How a service is: by everything that names it, on whatever facility. */
export function serviceStatus(notices: readonly KnownNotice[], service: string, at: Instant): ServiceStatus {
  const touching = notices.flatMap((notice) => {
    const impacts = notice.impacts.filter((impact) => impact.service === service && inForce(notice, impact, at));
    if (impacts.length === 0) return [];
    const since = windowNow(notice, at)?.from ?? Math.min(...impacts.map((impact) => impact.startedAt));
    const approximate = impacts.some((impact) => impact.startedAt === since && impact.approximate);
    return [{ id: notice.id, kind: notice.kind, title: notice.title, since, approximate, impacts }];
  });
  const faults = touching.filter((one) => one.kind === 'fault');
  const telling = faults.length > 0 ? faults : touching;
  const state = faults.length > 0 ? 'fault' : touching.length > 0 ? 'work' : 'normal';
  const impacts = telling.flatMap((one) => one.impacts);
  return {
    service,
    state,
    shown: badgeOf(
      state,
      impacts.every((impact) => impact.symptom === 'delayed'),
      false,
    ),
    partly: impacts.length > 0 && impacts.every((impact) => impact.facilities !== 'all'),
    notices: touching
      .sort((a, b) => a.since - b.since)
      .map(({ id, kind, title, since, approximate }) => ({ id, kind, title, since, approximate })),
  };
}
