import { randomBytes } from 'node:crypto';
import type { Tx } from '../../db/open.ts';
import { render } from '../../http/views.ts';
import { addLetter, queueMails } from '../../mail/outbox.ts';
import { readSettings, type Settings } from '../../staff/settings.ts';
import { DAY, HOUR, isoTime } from '../../time.ts';
import { alarmsEndedAt, loadAlarms } from '../alarms/take-alarms.ts';
import { idsOfBoard } from '../clocks/board-store.ts';
import { type Limit, limitsOf, stageOf } from '../clocks/clocks.ts';
import { LIMIT_WORDS } from '../clocks/limit-words.ts';
import type { NoticeGround } from '../ground.ts';
import type { Notice } from '../notice.ts';
import { noticeStore } from '../store.ts';
import { warningStore } from './warning-store.ts';

export type WarnGround = Pick<NoticeGround, 'db' | 'clock' | 'operator' | 'publicUrl'>;

export interface Warning {
  notice: Notice;
  limit: Limit;
  stage: 'soon' | 'over';
}

/** What passed longer ago is no news: somebody who sets this up is not told of the whole past. */
const NEWS = DAY;

/**
 * Tells staff of every limit that comes near or has passed, each once, by mail and by a call to an address where settings name them.
 * The chore of the clocks. @returns how many it told of.
 */
export async function warnOfLimits(ground: WarnGround): Promise<number> {
  const settings = await readSettings(ground.db.kysely);
  if (settings.warnMail.length === 0 && settings.warnWebhook === '') return 0;
  const found = await dueWarnings(ground, settings);
  if (found.length === 0) return 0;
  const now = ground.clock.now();
  return ground.db.transaction(async (tx) => {
    const fresh: Warning[] = [];
    for (const warning of found) {
      const { notice, limit, stage } = warning;
      const row = { notice_id: notice.id, kind: limit.kind, due_at: limit.due, stage, warned_at: now };
      if (await warningStore.take(tx, row)) fresh.push(warning);
    }
    if (fresh.length === 0) return 0;
    await mail(ground, tx, settings, fresh);
    if (settings.warnWebhook !== '') {
      await warningStore.addCall(tx, `msg_${randomBytes(12).toString('hex')}`, bodyOf(ground, fresh), now);
    }
    return fresh.length;
  });
}

async function dueWarnings(ground: WarnGround, settings: Settings): Promise<Warning[]> {
  const { kysely } = ground.db;
  const facts = { settings, zone: ground.operator.timeZone, now: ground.clock.now() };
  const ids = await idsOfBoard(kysely, facts.now - 14 * DAY);
  const notices = ids.length === 0 ? [] : await noticeStore.byIds(kysely, ids);
  const alarms = await loadAlarms(kysely, ids);
  return notices
    .flatMap((notice) =>
      limitsOf(notice, { ...facts, recoverySeenAt: alarmsEndedAt(alarms.get(notice.id) ?? []) }).flatMap((limit) => {
        const stage = stageOf(limit, facts);
        const news = (stage === 'soon' || stage === 'over') && limit.due > facts.now - NEWS;
        return news ? [{ notice, limit, stage }] : [];
      }),
    )
    .sort((a, b) => a.limit.due - b.limit.due);
}

async function mail(ground: WarnGround, tx: Tx, settings: Settings, warnings: Warning[]): Promise<void> {
  if (settings.warnMail.length === 0) return;
  const now = ground.clock.now();
  const view = {
    publicUrl: ground.publicUrl,
    warnings: warnings.map(({ notice, limit, stage }) => ({
      title: notice.title,
      url: consoleUrl(ground, notice),
      word: LIMIT_WORDS[limit.kind],
      over: stage === 'over',
      left: Math.abs(limit.due - now),
      due: limit.due,
    })),
  };
  const part = (name: string) => render(`mail/warning.${name}`, settings.warnLanguage, ground.operator, view);
  const id = `warning.${randomBytes(12).toString('hex')}`;
  const subject = part('subject').replace(/\s+/g, ' ').trim();
  await addLetter(tx, { id, subject, text: `${part('text').trim()}\n`, html: part('html'), headers: {} }, now);
  const host = new URL(ground.publicUrl).hostname;
  const orders = settings.warnMail.map((recipient, index) => ({
    id: `${id}.${index}`,
    class: 'urgent' as const,
    letterId: id,
    recipient,
    fields: {},
    headers: {},
    messageId: `<${id}.${index}@${host}>`,
    datedAt: now,
    budget: null,
    repeatable: true,
    notBefore: now,
    notAfter: now + HOUR,
  }));
  await queueMails(tx, orders, now);
}

/** For programs: a paging service or a chat. */
function bodyOf(ground: WarnGround, warnings: Warning[]): string {
  const zone = ground.operator.timeZone;
  return JSON.stringify({
    type: 'limits.warning',
    timestamp: new Date(ground.clock.now()).toISOString(),
    data: {
      warnings: warnings.map(({ notice, limit, stage }) => ({
        notice: notice.id,
        title: notice.title,
        url: consoleUrl(ground, notice),
        limit: limit.kind,
        text: LIMIT_WORDS[limit.kind],
        stage,
        dueAt: isoTime(limit.due, zone),
      })),
    },
  });
}

function consoleUrl(ground: WarnGround, notice: Notice): string {
  return `${ground.publicUrl}/console/notices/${notice.id}`;
}
