import { expect, test } from 'vitest';
import { noticeState } from '../../src/notices/notice.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';
import { keyFor } from '../support/people.ts';
import { startSite } from '../support/site.ts';

const ID = '20140306-1';
const text = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

test('an onset and a symptom told anew stand beside what was said before, with the reason', async () => {
  const { notices, get, clock } = await startSite();
  await publishNotice(notices, publisher, faultInput());
  clock.set('2014-03-06T09:00:00+09:00');
  const revised = [
    { startedAt: '2014-03-06T07:12:00+09:00', reason: '監視の記録を調べたため' },
    {
      impact: `${ID}-1`,
      symptom: 'degraded',
      detail: '送信だけができません',
      users: { count: 36_000, qualifier: 'about' },
      reason: '受信は確かめられたため',
    },
  ];
  const after = await publishReport(notices, publisher, ID, nextReport({ phase: 'update', revised }));
  expect(after).toMatchObject({ occurredAt: Date.parse('2014-03-06T07:12:00+09:00'), occurredApproximate: false });
  expect(after.impacts[0]).toMatchObject({
    startedAt: after.occurredAt,
    symptom: 'degraded',
    users: { count: 36_000, unit: 'people' },
  });
  const page = text((await get(`/notices/${ID}`)).body);
  expect(page).toContain(
    '第2報で訂正 発生 2014年3月6日(木) 7:34頃 JST → 2014年3月6日(木) 7:12 JST。理由: 監視の記録を調べたため',
  );
  expect(page).toContain('影響数 記載なし → 約36,000人');
  expect(page).toContain('症状 ご利用いただけません → ご利用しづらくなっています');
  // What was told anew stays told in the reports after it.
  await publishReport(notices, publisher, ID, nextReport({ phase: 'update' }));
  expect(text((await get(`/en/notices/${ID}`)).body)).toContain('corrected in report 2: start');
});

test('a recovery about a time is told as one on the page, in all items of the report, in the press release and by the API', async () => {
  const { app, db, clock, get, ...site } = await startSite();
  await publishNotice(site.notices, publisher, faultInput());
  clock.set('2014-03-06T20:00:00+09:00');
  const headers = await keyFor(db, clock, 'notices:write');
  const recovered = [{ impact: `${ID}-1`, at: '2014-03-06T19:30:00+09:00', approximate: true }];
  const payload = { phase: 'recovery', body: { ja: '回復しました。' }, recovered, mail: false, publish: true };
  const told = await app.inject({ method: 'POST', url: `/api/v1/notices/${ID}/reports`, headers, payload });
  expect(told.json()).toMatchObject({ impacts: [{ recoveredApproximate: true }] });
  const page = text((await get(`/notices/${ID}`)).body);
  expect(page).toContain('回復 2014年3月6日(木) 19:30頃 JST');
  expect(page).toContain('7:34頃 から 19:30頃 JST まで');
  expect(page).toContain('から 2014年3月6日(木) 19:30頃 JST まで（回復しました）');
  expect(text((await get(`/text/notices/${ID}`)).body)).toContain('19:30頃');
  expect(text((await get(`/notices/${ID}/press`)).body)).toContain('19:30頃');
});

test('who is affected, what not to do, the time of the text and the number of a branch stand on the page', async () => {
  const { notices, get } = await startSite();
  const more = {
    avoid: 'パスワードを変更しないでください。',
    users: { count: 52_000_000, qualifier: 'at_most_about' },
    asOf: '2014-03-06T07:50:00+09:00',
    series: [{ name: { ja: '石川支店' }, number: 3 }],
    cause: { state: 'undisclosed', text: '法令により公表を控えます。' },
  };
  await publishNotice(notices, publisher, faultInput({}, more));
  const page = text((await get(`/notices/${ID}`)).body);
  for (const fact of [
    'パスワードを変更しないでください。',
    '最大約52,000,000人',
    '7:50 現在',
    '第1報（石川支店 第3報）',
    '非公表',
    '法令により公表を控えます。',
  ])
    expect(page).toContain(fact);
  expect(() => faultInput({}, { cause: { state: 'undisclosed' } })).toThrow();
});

test('a closed notice is opened again with a reason only, and is closed again by a final report only', async () => {
  const { notices, clock } = await startSite();
  await publishNotice(notices, publisher, faultInput());
  clock.set('2014-03-06T15:00:00+09:00');
  const at = '2014-03-06T14:00:00+09:00';
  await publishReport(
    notices,
    publisher,
    ID,
    nextReport({ phase: 'recovery', recovered: [{ impact: `${ID}-1`, at }] }),
  );
  const explained = {
    causes: [{ text: '機器の故障' }],
    measures: [{ field: 'hardware', status: 'planned', text: '交換' }],
  };
  const closed = await publishReport(notices, publisher, ID, nextReport({ phase: 'final', ...explained }));
  expect(noticeState(closed, clock.now())).toBe('closed');
  const again = [
    { service: 'mail', facilities: ['051'], symptom: 'unavailable', startedAt: '2014-03-06T14:30:00+09:00' },
  ];
  await expect(
    publishReport(notices, publisher, ID, nextReport({ phase: 'update', impacts: again })),
  ).rejects.toMatchObject({
    problems: [{ field: 'reopenReason' }],
  });
  const reopened = await publishReport(
    notices,
    publisher,
    ID,
    nextReport({ phase: 'update', impacts: again, reopenReason: '届いていないメールが見つかったため' }),
  );
  expect(noticeState(reopened, clock.now())).toBe('partially_recovered');
  const recovered = [{ impact: `${ID}-2`, at: '2014-03-06T14:50:00+09:00' }];
  const over = await publishReport(notices, publisher, ID, nextReport({ phase: 'recovery', recovered }));
  expect(noticeState(over, clock.now())).toBe('recovered');
  const last = await publishReport(
    notices,
    publisher,
    ID,
    nextReport({
      phase: 'final',
      causes: [{ text: '機器の故障' }, { kind: 'spread', text: '負荷の集中', dueTo: 1 }],
      measures: [
        { ...explained.measures[0], id: 'm1', term: 'permanent' },
        { field: 'software', status: 'done', text: '更新' },
      ],
    }),
  );
  expect(noticeState(last, clock.now())).toBe('closed');
  expect(last.reports.at(-1)?.picture.measures?.map(({ id }) => id)).toEqual(['m1', 'm2']);
});

test('a chain of causes begins somewhere, and a measure that is unknown is named', async () => {
  const { notices, clock } = await startSite();
  await publishNotice(notices, publisher, faultInput());
  clock.set('2014-03-06T15:00:00+09:00');
  await expect(
    publishReport(
      notices,
      publisher,
      ID,
      nextReport({
        phase: 'update',
        causes: [{ text: '故障', dueTo: 1 }],
        measures: [{ id: 'm7', field: 'software', status: 'done', text: '更新' }],
      }),
    ),
  ).rejects.toMatchObject({ problems: [{ field: 'causes.0.dueTo' }, { field: 'measures.0.id' }] });
});
