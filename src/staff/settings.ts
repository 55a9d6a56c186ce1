import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { Database, Reader, Tx } from '../db/open.ts';
import { type FieldProblem, Invalid } from '../errors.ts';
import { parse, sentenceFor } from '../http/forms.ts';
import type { Clock } from '../time.ts';
import { type Actor, record } from './audit.ts';
import { FACTOR_GROUPS } from './factor/required.ts';
import { staffStore } from './store.ts';

const timeOfDay = z
  .string()
  .refine(
    (text) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text),
    sentenceFor('時刻は 06:00 のように入力してください。', 'Enter a time of day like 06:00.'),
  );

const surfaceLine = z
  .string()
  .max(200)
  .refine(
    (text) => /^[a-z][a-z0-9_]{0,39} *= *[^/= ][^/=]*(\/[^/=]+)?$/.test(text),
    sentenceFor(
      'press = 報道発表 / Press release のように、半角英小文字のキー、日本語の名前、英語の名前（任意）を入力してください。',
      'Enter a key in lower case and its names, like press = 報道発表 / Press release.',
    ),
  );

const mailAddress = z
  .string()
  .max(254)
  .refine(
    (text) => /^[^\s@,;:<>()[\]"\\]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(text),
    sentenceFor(
      'メールアドレスを正しい形で入力してください（例: noc@example.jp）。',
      'Enter a mail address like noc@example.com.',
    ),
  );

const webAddress = z
  .string()
  .max(500)
  .refine(
    (text) => text === '' || (/^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).username === ''),
    sentenceFor('https:// で始まるアドレスを入力してください。', 'Enter an address that begins with https://.'),
  );

const hostOrNetwork = z
  .string()
  .max(253)
  .refine(
    (text) =>
      /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text) || ipaddr.isValid(text) || ipaddr.isValidCIDR(text),
    sentenceFor(
      'ホスト名、IPアドレス、または 10.1.0.0/16 のような範囲を入力してください。',
      'Enter a host name, an address or a network like 10.1.0.0/16.',
    ),
  );

const REPORT_KINDS = [
  ...(['first', 'update', 'partial_recovery', 'recovery', 'delay_recovery', 'final'] as const),
  ...(['plan', 'start', 'extend', 'complete', 'cancel'] as const),
] as const;

/**
 * What an administrator may change while the service runs, each with its default, unit and reason. What the process needs to start
 * is an option of the environment (config.ts). A rule that the law may change stands here and not in code. What the page of settings
 * says of each stands in settings-page/labels.ts.
 */
export const SETTINGS = {
  /**
   * Whether customers may change their password while it cannot be determined if their mail server is in a fault. open: a lookup
   * that is broken must not lock accounts.
   */
  passwordWhenUnknown: z.enum(['open', 'closed']).default('open'),
  /** Minutes from the clock's start to the first report. REGULATION 1.6. */
  firstReportMinutes: z.int().min(5).max(240).default(30),
  /**
   * Minutes that recovery mails wait after publication: a server that fails again within them has sent nobody two mails. 5 is a good
   * choice where servers flap; 0 tells at once. RELIABILITY 3.3.
   */
  recoveryHoldMinutes: z.int().min(0).max(30).default(0),
  /** Minutes from report to report while something is broken. REGULATION 1.8. */
  updateMinutes: z.int().min(10).max(720).default(60),
  /**
   * Versions of the serious-accident criteria whose day in force nobody could verify, each with the day from which it counts:
   * `proposal-2025-09=2026-04-01`, several with commas. Empty: none. REGULATION 3.
   */
  criteriaLater: z
    .string()
    .max(400)
    .regex(/^$|^[a-z0-9-]+=\d{4}-\d{2}-\d{2}(, ?[a-z0-9-]+=\d{4}-\d{2}-\d{2})*$/)
    .default(''),
  /** Days from occurrence to the detailed report. REGULATION 2.3. */
  detailedReportDays: z.int().min(1).max(365).default(30),
  /** What one periodic report covers; a draft of 2025 makes it the fiscal year. REGULATION 2.4, 2.7. */
  periodicReportEach: z.enum(['quarter', 'fiscal_year']).default('quarter'),
  /** Months from the end of the period to its report. REGULATION 2.4. */
  periodicReportMonths: z.int().min(1).max(12).default(2),
  /** Days before a report to the ministry is due at which staff are reminded; again on the last day, and when it has passed. */
  reportReminderDays: z.int().min(1).max(60).default(7),
  /** Whether everybody may read at /timeliness how soon faults were told. */
  timelinessPublic: z.enum(['hidden', 'shown']).default('hidden'),
  /** The hours in which no update is owed. REGULATION 1.8 excepts "late night and early morning" and names no hours. */
  nightFrom: timeOfDay.default('00:00'),
  nightTo: timeOfDay.default('06:00'),
  /** Minutes from recovery to the report that tells it: half of the operators took over two hours (SYSTEMS 23). */
  recoveryReportMinutes: z.int().min(5).max(720).default(30),
  /** Days from recovery to the final report; in 2014 it took 134 (SYSTEMS 20). */
  finalReportDays: z.int().min(1).max(365).default(30),
  finalReportFor: z.enum(['serious', 'all']).default('serious'),
  /** Minutes before a limit at which it is coloured and staff are warned. */
  warnBeforeMinutes: z.int().min(1).max(120).default(10),
  /** Mails of one publication above which its publisher types their number; 0: never. */
  typedCountAbove: z.int().min(0).max(100_000_000).default(100_000),
  /** Kinds of report whose text another person than its writer must approve before it is published. */
  secondPersonFor: z.array(z.enum(REPORT_KINDS)).default([]),
  /** Who must give a code of an authenticator when signing in. Publishing speaks in the operator's name to everybody. */
  secondFactorFor: z.enum(FACTOR_GROUPS).default('nobody'),
  /** Days before work begins by which it is announced; later ones are told so, and may be published all the same. */
  workLeadDays: z.int().min(0).max(90).default(7),
  /** Where else a report appears: other top pages, brands, resellers. `key = 日本語 / English`; staff record when each had it. */
  surfaces: z
    .array(surfaceLine)
    .max(40)
    .default(['corporate_top = 会社のトップページ / Corporate top page', 'press = 報道発表 / Press release']),
  /** Whom the clocks warn by mail, at most 20. */
  warnMail: z.array(mailAddress).max(20).default([]),
  warnLanguage: z.enum(['ja', 'en']).default('ja'),
  /** Called with each warning, signed by the rules of Standard Webhooks; empty: nobody is called. */
  warnWebhook: webAddress.default(''),
  /** Hosts, addresses and networks inside that calls of ours may reach; everything else must be public and https. */
  outboundAllow: z.array(hostOrNetwork).max(50).default([]),
};

const known = z.object(SETTINGS);

export type Settings = z.output<typeof known>;
export type SettingKey = keyof Settings;

export const SETTING_DEFAULTS: Settings = known.parse({});

/** What is wrong with these values, each by its key (of a list's entry `key.index`). */
export function wrongSettings(values: object): FieldProblem[] {
  try {
    parse(z.strictObject(SETTINGS).partial(), values);
    return [];
  } catch (error) {
    if (error instanceof Invalid) return error.problems;
    throw error;
  }
}

/** All settings; those that nobody changed, or whose stored value is no longer allowed, have their default. */
export async function readSettings(db: Reader): Promise<Settings> {
  const stored = new Map((await staffStore.settings(db)).map((row) => [row.key, JSON.parse(row.value) as unknown]));
  return known.parse(
    Object.fromEntries(
      Object.entries(SETTINGS).flatMap(([key, schema]) =>
        stored.has(key) && schema.safeParse(stored.get(key)).success ? [[key, stored.get(key)]] : [],
      ),
    ),
  );
}

/**
 * Changes settings; those that are not named stay. Whoever did it is recorded with before and after.
 * `told` comes in the same transaction: the public side is told that what it reads is another.
 * @throws Invalid naming every wrong one.
 */
export async function changeSettings(
  db: Database,
  clock: Clock,
  actor: Actor,
  changes: object,
  told: (tx: Tx) => Promise<void> = () => Promise.resolve(),
): Promise<Settings> {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const wanted = parse(z.strictObject(SETTINGS).partial(), given) as Partial<Settings>;
  const now = clock.now();
  return db.transaction(async (tx) => {
    const before = await readSettings(tx);
    const changed = (Object.keys(given) as SettingKey[]).filter(
      (key) => JSON.stringify(wanted[key]) !== JSON.stringify(before[key]),
    );
    for (const key of changed) {
      const row = { key, value: JSON.stringify(wanted[key]), changed_at: now, changed_by: actor.name };
      await staffStore.changeSetting(tx, row);
      await record(tx, now, actor, 'setting:change', 'setting', key, before[key], wanted[key]);
    }
    if (changed.length > 0) await told(tx);
    return readSettings(tx);
  });
}
