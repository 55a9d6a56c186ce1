import type { NoticeGround } from '../../notices/ground.ts';
import { parseNotice, parseReport } from '../../notices/input.ts';
import { recordPosting } from '../../notices/post.ts';
import type { Poster } from '../../notices/poster.ts';
import { publishNotice, publishReport } from '../../notices/publish.ts';
import { SYSTEM } from '../../staff/audit.ts';
import type { Instant } from '../../time.ts';
import { causesOf, codesOf, type Day, measuresOf, toldBy, windowOf, wordsOf } from './day.ts';

const POSTER: Poster = { ...SYSTEM, mayPublish: true, mayBackfill: true };

/** Ten in the morning: the paper gives the day of the last publication only. */
const LAST_DAY = '2014-07-18T10:00:00+09:00';

/**
 * The day of 6 March 2014 by the acts that staff use, each at its historic time: the clock is an argument. Four notices of one root
 * fault. Their equipment notices carry no posting time, so each is published with the posting that told of it.
 */
export async function loadHistory(ground: NoticeGround, day: Day): Promise<void> {
  let at: Instant = 0;
  const then: NoticeGround = { ...ground, clock: { now: () => at } };
  const time = (iso: string) => {
    at = Date.parse(iso);
    return iso;
  };
  const mail = windowOf(day, 'notice-1');

  time('2014-03-06T08:00:00+09:00');
  const first = await publishNotice(
    then,
    POSTER,
    parseNotice({
      kind: 'fault',
      title: { ja: 'OCNメールがご利用いただけません', en: 'OCN Mail is unavailable' },
      occurredAt: day.incident.occurred_at,
      approximate: true,
      impacts: [
        {
          service: 'mail',
          facilities: codesOf(day, 'notice-1'),
          area: { ja: '全国', en: 'Nationwide' },
          symptom: 'unavailable',
          startedAt: mail.startedAt,
          approximate: true,
        },
      ],
      report: {
        phase: 'first',
        body: wordsOf(day, 'p-01'),
        cause: { state: 'investigating' },
        expectedRecoveryAt: null,
        mail: false,
      },
      publish: true,
    }),
  );
  const report = (iso: string, overrides: object) => {
    time(iso);
    return publishReport(then, POSTER, first.id, parseReport({ mail: false, publish: true, ...overrides }));
  };
  const posted = (reportNumber: number, surface: string, iso: string, note?: string) =>
    recordPosting(then, POSTER, first.id, { reportNumber, surface, postedAt: Date.parse(time(iso)), note });

  await report('2014-03-06T10:00:00+09:00', { phase: 'update', body: wordsOf(day, 'p-02'), prominent: true });
  await posted(2, 'ocn_top', '2014-03-06T10:00:00+09:00');
  await posted(2, 'official_top', '2014-03-06T10:00:00+09:00');
  await posted(2, 'press', '2014-03-06T14:00:00+09:00', '2014-R020');

  await report('2014-03-06T20:07:00+09:00', {
    phase: 'recovery',
    body: wordsOf(day, 'p-05'),
    recovered: [{ impact: `${first.id}-1`, at: mail.recoveredAt }],
    residual: {
      ja: 'お預かりしているメールは、順番にお届けしています。到着が遅れることがあります。',
      en: 'Mail that we hold is being delivered in order and may arrive late.',
    },
  });
  await posted(3, 'ocn_top', '2014-03-06T20:07:00+09:00');
  await loadOtherNotices(then, day, first.id, time);
  await posted(3, 'official_top', '2014-03-06T20:15:00+09:00');
  await posted(3, 'press', '2014-03-06T20:15:00+09:00', '2014-R022');

  await report('2014-07-03T17:00:00+09:00', {
    phase: 'update',
    body: wordsOf(day, 'p-11'),
    cause: { state: 'confirmed' },
    causes: causesOf(day),
  });
  await report(LAST_DAY, {
    phase: 'final',
    body: wordsOf(day, 'p-12'),
    cause: { state: 'confirmed' },
    causes: causesOf(day),
    measures: measuresOf(day),
  });
  await posted(5, 'official_top', LAST_DAY, '時刻は資料にありません');
}

/** The second fault of two servers, the late mail and the hard sign-in: told when the recovery was. */
async function loadOtherNotices(
  then: NoticeGround,
  day: Day,
  root: string,
  time: (iso: string) => string,
): Promise<void> {
  const open = (notice: 'notice-2' | 'notice-3' | 'notice-4', title: object, impact: object, told: string) => {
    const { startedAt, recoveredAt } = windowOf(day, notice);
    const over = notice === 'notice-3' ? {} : { recoveredAt };
    return publishNotice(
      then,
      POSTER,
      parseNotice({
        kind: 'fault',
        title,
        occurredAt: startedAt,
        approximate: true,
        sharesRootWith: root,
        impacts: [{ startedAt, approximate: true, ...over, ...impact }],
        report: {
          phase: 'first',
          body: notice === 'notice-3' ? wordsOf(day, told) : toldBy(day, notice),
          mail: false,
        },
        publish: true,
      }),
    );
  };
  time('2014-03-06T20:07:00+09:00');
  await open(
    'notice-2',
    {
      ja: 'OCNメール設備121・122で再びメールがご利用いただけません',
      en: 'OCN Mail is unavailable again on equipment 121 and 122',
    },
    { service: 'mail', facilities: codesOf(day, 'notice-2'), symptom: 'unavailable' },
    'p-05',
  );
  const delay = await open(
    'notice-3',
    { ja: 'OCNメールの到着が遅れています', en: 'OCN Mail is being delivered late' },
    { service: 'mail', facilities: 'all', symptom: 'delayed' },
    'p-05',
  );
  await open(
    'notice-4',
    { ja: 'WebメールにOCN IDでログインしづらくなっています', en: 'It is hard to sign in to webmail with an OCN ID' },
    { service: 'webmail', facilities: 'all', symptom: 'login' },
    'p-05',
  );
  time('2014-03-06T21:29:00+09:00');
  await publishReport(
    then,
    POSTER,
    delay.id,
    parseReport({
      phase: 'delay_recovery',
      body: wordsOf(day, 'p-09'),
      recovered: [{ impact: `${delay.id}-1`, at: windowOf(day, 'notice-3').recoveredAt }],
      mail: false,
      publish: true,
    }),
  );
  await recordPosting(then, POSTER, delay.id, {
    reportNumber: 2,
    surface: 'ocn_top',
    postedAt: Date.parse('2014-03-06T21:29:00+09:00'),
  });
}
