import { randomBytes } from 'node:crypto';
import type { Message } from '../../errors.ts';
import { tellStaff } from '../../notices/warnings/tell.ts';
import { readSettings } from '../../staff/settings.ts';
import { DAY, type Instant, isoTime } from '../../time.ts';
import { loadAccidents } from '../accidents.ts';
import type { RegulatorGround } from '../ground.ts';
import { parsePeriod } from './deadlines.ts';
import { type Due, dueOf, LATEST_DUE, REPORT_WORDS } from './due.ts';
import { submissionStore } from './submission-store.ts';

type Stage = 'ahead' | 'day' | 'over';
interface Reminder extends Due {
  kind: 'detailed' | 'periodic';
  due: Instant;
  stage: Stage;
}

/** What passed longer ago is no news: somebody who sets this up is not told of the whole past. */
const NEWS = 7 * DAY;

/**
 * Reminds staff of each report to the ministry that was not handed in: some days before it is due, on the last day, and once when that
 * has passed, by mail and by call as settings name them. A chore. @returns how many it told of.
 */
export async function remindOfReports(
  ground: Pick<RegulatorGround, 'db' | 'clock' | 'operator' | 'publicUrl'>,
): Promise<number> {
  const { db, clock, operator } = ground;
  const settings = await readSettings(db.kysely);
  if (settings.warnMail.length === 0 && settings.warnWebhook === '') return 0;
  const [zone, now] = [operator.timeZone, clock.now()];
  const accidents = await loadAccidents(db.kysely, zone, now, { from: now - LATEST_DUE, to: now });
  const found = (await dueOf(accidents, { db: db.kysely, zone, now })).flatMap((one): Reminder[] => {
    const { kind, due } = one;
    const stage = due === null ? null : stageOf(due - now, settings.reportReminderDays);
    return kind === 'prompt' || due === null || stage === null ? [] : [{ ...one, kind, due, stage }];
  });
  if (found.length === 0) return 0;
  return db.transaction(async (tx) => {
    const fresh: Reminder[] = [];
    for (const one of found) {
      const { subject, kind, due, stage } = one;
      if (await submissionStore.takeReminder(tx, { subject, kind, due_at: due, stage, reminded_at: now })) {
        fresh.push(one);
      }
    }
    if (fresh.length === 0) return 0;
    const news = fresh.map((one) => ({ ...one, title: titleOf(one, zone), url: `${ground.publicUrl}${one.path}` }));
    const warnings = news.map((one) => ({
      ...{ title: one.title, url: one.url, word: REPORT_WORDS[one.kind], due: one.due },
      ...{ over: one.stage === 'over', left: Math.abs(one.due - now) },
    }));
    const reports = news.map(({ kind, subject, title, url, stage, due }) => ({
      ...{ report: kind, subject, title, url, stage, dueAt: isoTime(due, zone) },
    }));
    await tellStaff(ground, tx, {
      id: `reports.${randomBytes(12).toString('hex')}`,
      template: 'mail/reports-due',
      view: { warnings },
      call: { type: 'reports.due', timestamp: new Date(now).toISOString(), data: { reports } },
    });
    return fresh.length;
  });
}

function stageOf(left: number, days: number): Stage | null {
  if (left < 0) return left > -NEWS ? 'over' : null;
  if (left <= DAY) return 'day';
  return left <= days * DAY ? 'ahead' : null;
}

function titleOf({ title, subject }: Due, zone: string): Message | NonNullable<Due['title']> {
  return title ?? periodWords(subject, zone);
}

/** 2015年度 第1四半期 */
function periodWords(key: string, zone: string): Message {
  const period = parsePeriod(key, zone);
  if (!period) return { ja: key, en: key };
  const { fiscalYear, quarter } = period;
  if (quarter === null) return { ja: `${fiscalYear}年度`, en: `fiscal ${fiscalYear}` };
  return { ja: `${fiscalYear}年度 第${quarter}四半期`, en: `fiscal ${fiscalYear}, quarter ${quarter}` };
}
