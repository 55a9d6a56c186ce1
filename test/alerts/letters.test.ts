import { expect, test } from 'vitest';
import { publishNotice } from '../../src/notices/publish.ts';
import { subscriber } from '../support/addresses.ts';
import { alertHouse, on, recovered } from '../support/alert-house.ts';
import { faultInput, publisher } from '../support/notices.ts';

test('a reader learns whether his own mail server is affected, since when, what to do, and which of three it is', async () => {
  const { db, clock, notices, mailed, tell } = await alertHouse();
  await subscriber(db, 'hanako', ['121', '062']);
  await subscriber(db, 'healthy', ['062'], { scope: 'all' });
  const { id } = await publishNotice(notices, publisher, faultInput());
  const [first] = await mailed('hanako');
  expect(first?.text).toContain('お客さまのメールサーバーは、この故障の影響を受けています。');
  expect(first?.text).toMatch(
    /・hanako@m121\.example（OCNメール設備121）： 影響を受けています\n {2}ご利用いただけません\n {2}2014年3月6日\(木\) 7:34頃 JST から/,
  );
  expect(first?.text).toContain('・hanako@m062.example（OCNメール設備062）： 影響はありません');
  expect(first?.text).toContain('お客さまのパスワードは間違っていません。');
  expect(first?.text).toMatch(/パスワードは不要です）：\nhttp:\/\/status\.example\/s\/a-hanako\.\S+\n/);
  // What numbered names share stands once: twenty of them are four lines on a telephone, not eleven.
  expect(first?.text).toContain('対象設備: OCNメール設備051・121\n');
  expect(first?.text).toContain('最大3通です。これは1通目です。');
  expect(first?.text).toMatch(/OCNテクニカルサポート.0120-000-000.9時から21時/);
  expect(first?.text).toMatch(/配信を停止・変更するには: http:\/\/status\.example\/stop\/a-hanako\.\S+/);
  expect(first?.text).not.toMatch(/%%|\n\n\n|undefined|\[object/);
  const [other] = await mailed('healthy');
  expect(other?.text).toContain('お客さまのメールサーバーに、この故障の影響はありません。');
  expect(other?.text).not.toContain('パスワードは間違っていません');
  clock.set(on('10:00'));
  await tell(id, { phase: 'update' });
  expect((await mailed('hanako')).at(-1)?.text).toContain('これは2通目です。');
  clock.set(on('15:00'));
  await tell(id, { phase: 'recovery', recovered: recovered(id) });
  const last = (await mailed('hanako')).at(-1);
  expect(last?.text).toContain('お客さまのメールサーバーは、現在は回復しています。');
  expect(last?.text).toContain('7:34頃 JST から 2014年3月6日(木) 14:22 JST まで');
  expect(last?.text).toContain('これまでのパスワードと設定のまま、ご利用ください。');
  expect(last?.text).toContain('これが3通目で、最後です。これ以降の情報は、ページでのみお知らせします。');
});

test('subjects begin with the state, keep their stem, end with the number and stay within sixty characters', async () => {
  const { db, clock, notices, mailed, tell } = await alertHouse();
  await subscriber(db, 'taro', ['121']);
  await subscriber(db, 'john', ['121'], { language: 'en' });
  const title = {
    ja: '【重要】OCNメールの一部のお客さまにおいて、メールの送受信およびWebメールへのログインがご利用いただけない事象について',
    en: 'OCN Mail: sending, receiving and signing in to webmail are not possible for some of our customers',
  };
  const { id } = await publishNotice(notices, publisher, faultInput({ title }));
  await mailed('taro');
  clock.set(on('15:00'));
  await tell(id, { phase: 'recovery', recovered: recovered(id) });
  const read = async (name: string) => (await mailed(name)).map((mail) => mail.subject ?? '');
  const [ja, en] = [await read('taro'), await read('john')];
  expect(ja.map((subject) => subject.slice(0, 4))).toEqual(['【障害発', '【復旧】']);
  expect(ja.map((subject) => subject.slice(-5))).toEqual(['（第1報）', '（第2報）']);
  const stems = [...ja, ...en].map((subject) => subject.replace(/^【.*?】|^\[.*?\] |（第.*）$| \(report \d+\)$/g, ''));
  expect(new Set(stems).size).toBe(2);
  expect(en[1]).toMatch(/^\[Restored\] OCN Mail: .*… \(report 2\)$/);
  for (const subject of [...ja, ...en]) expect([...subject].length).toBeLessThanOrEqual(60);
});

test('mails of one notice are one thread: an invented first message, and those that really were sent', async () => {
  const { db, clock, notices, mailed, tell } = await alertHouse();
  await subscriber(db, 'taro', ['121']);
  const { id } = await publishNotice(notices, publisher, faultInput());
  await mailed('taro');
  clock.set(on('15:00'));
  await tell(id, { phase: 'recovery', recovered: recovered(id) });
  const [first, second] = await mailed('taro');
  const root = `<notice-${id}.a-taro@status.example>`;
  expect([first?.inReplyTo, first?.references]).toEqual([root, root]);
  expect(second?.inReplyTo).toBe(first?.messageId);
  expect(second?.references).toBe(`${root} ${first?.messageId}`);
  const header = (name: string) => second?.headers.find((one) => one.key === name)?.value;
  expect(header('list-id')).toBe('<notices.status.example>');
  expect(header('feedback-id')).toBe(`${id}-2:recovery:alerts:status.example`);
  expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
  expect(header('auto-submitted')).toBe('auto-generated');
  expect(header('x-auto-response-suppress')).toBe('OOF, AutoReply');
  expect(header('precedence')).toBeUndefined();
});

test('what changed since the last mail that this very address got is marked, whatever was published in between', async () => {
  const { db, clock, notices, mailed, tell } = await alertHouse();
  await subscriber(db, 'early', ['121']);
  const { id } = await publishNotice(notices, publisher, faultInput({}, { body: { ja: '調査しています。' } }));
  await mailed('early');
  clock.set(on('10:00'));
  await tell(id, { phase: 'update', mail: false, body: { ja: '調査しています。原因は装置の故障です。' } });
  await mailed('early');
  await subscriber(db, 'late', ['121']);
  clock.set(on('12:00'));
  await tell(id, { phase: 'update', body: { ja: '調査しています。原因は装置の故障です。交換しています。' } });
  const early = (await mailed('early')).at(-1);
  expect(early?.text).toContain('《 》で囲んだところが、前回このアドレスにお送りした第1報からの変更点です。');
  expect(early?.text).toContain('調査しています。《原因は装置の故障です。交換しています。》');
  expect(early?.html).toMatch(/調査しています。<ins [^>]*>原因は装置の故障です。交換しています。<\/ins>/);
  const [late] = await mailed('late');
  expect(late?.text).not.toContain('《');
  expect(late?.html).not.toContain('<ins');
  clock.set(on('15:00'));
  await tell(id, { phase: 'recovery', recovered: recovered(id), body: { ja: '回復しました。' } });
  expect((await mailed('late')).at(-1)?.text).toContain('お送りした第3報');
  const letters = await db.kysely
    .selectFrom('letters')
    .select('id')
    .where('id', 'like', '%since%')
    .orderBy('id')
    .execute();
  expect(letters.map((letter) => letter.id)).toEqual([`${id}.3.0.ja.since-1-0`, `${id}.4.0.ja.since-3-0`]);
});

test('marks are made against what arrived: text that was replaced while it waited was never read', async () => {
  const { db, clock, notices, mailed, tell, expand } = await alertHouse();
  await subscriber(db, 'taro', ['121']);
  const { id } = await publishNotice(notices, publisher, faultInput());
  await mailed('taro');
  clock.set(on('10:00'));
  await tell(id, { phase: 'update', body: { ja: '第2報の本文です。' } });
  await expand();
  clock.set(on('10:05'));
  await tell(id, { phase: 'update', body: { ja: '第3報の本文です。' } });
  expect((await mailed('taro')).map((mail) => /第\d報/.exec(mail.subject ?? '')?.[0])).toEqual(['第1報', '第3報']);
  expect((await mailed('taro')).at(-1)?.text).toContain('お送りした第1報');
});
