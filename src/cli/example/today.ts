import type { NoticeGround } from '../../notices/ground.ts';
import { parseNotice } from '../../notices/input.ts';
import type { Poster } from '../../notices/poster.ts';
import { publishNotice } from '../../notices/publish.ts';
import { SYSTEM } from '../../staff/audit.ts';
import { DAY, HOUR, type Instant, isoTime, MINUTE, wallClock } from '../../time.ts';

const POSTER: Poster = { ...SYSTEM, mayPublish: true, mayBackfill: true };

/** Something to see today: a small open fault, a work in progress and one ahead. Their texts say that they are examples. */
export async function loadToday(ground: NoticeGround): Promise<void> {
  const zone = ground.operator.timeZone;
  const now = ground.clock.now();
  const iso = (at: Instant) => isoTime(at, zone);
  const began = now - 25 * MINUTE;
  await publishNotice(
    ground,
    POSTER,
    parseNotice({
      kind: 'fault',
      title: {
        ja: '【例】OCNメール設備121・122でメールがご利用いただけません',
        en: 'Example: OCN Mail is unavailable on equipment 121 and 122',
      },
      occurredAt: iso(began),
      approximate: true,
      recognisedAt: iso(began + 4 * MINUTE),
      impacts: [
        {
          service: 'mail',
          facilities: ['121', '122'],
          area: { ja: '全国', en: 'Nationwide' },
          symptom: 'unavailable',
          startedAt: iso(began),
        },
      ],
      report: {
        phase: 'first',
        body: {
          ja: 'これはお試し用の例です。実際の障害ではありません。\n\n対象の設備をお使いのお客さまは、メールの送受信ができない状態です。復旧の作業を進めています。ご不便をおかけし、申し訳ございません。',
          en: 'This is an example and no real fault.\n\nCustomers on the equipment named below cannot send or receive mail. We are working on it and are sorry for the inconvenience.',
        },
        cause: { state: 'investigating' },
        unaffected: {
          ja: 'ほかの設備のメールは、通常どおりご利用いただけます。',
          en: 'Mail on all other equipment works as usual.',
        },
        expectedRecoveryAt: null,
        nextUpdateAt: iso(now + 35 * MINUTE),
        mail: false,
      },
      publish: true,
    }),
  );
  const w = wallClock(now, zone);
  const midnight = now - ((w.hour * 60 + w.minute) * 60 + w.second) * 1000;
  await work(ground, ['062'], now - 30 * MINUTE, now + 3 * HOUR);
  await work(ground, ['141', '142'], midnight + 7 * DAY + 2 * HOUR, midnight + 7 * DAY + 5 * HOUR);
}

function work(ground: NoticeGround, facilities: string[], from: Instant, to: Instant) {
  const zone = ground.operator.timeZone;
  const names = facilities.join('・');
  return publishNotice(
    ground,
    POSTER,
    parseNotice({
      kind: 'work',
      title: {
        ja: `【例】OCNメール設備${names}の工事`,
        en: `Example: work on OCN Mail equipment ${facilities.join(' and ')}`,
      },
      planned: { from: isoTime(from, zone), to: isoTime(to, zone) },
      impacts: [{ service: 'mail', facilities, symptom: 'unavailable' }],
      report: {
        phase: 'plan',
        body: {
          ja: 'これはお試し用の例です。\n\n設備の入れ替えのため、工事の時間帯はメールの送受信ができません。お預かりしたメールは、工事の後にお届けします。',
          en: 'This is an example.\n\nEquipment is being replaced. During the work mail cannot be sent or received; what we hold is delivered afterwards.',
        },
        mail: false,
      },
      publish: true,
    }),
  );
}
