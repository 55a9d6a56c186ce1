import { describe, expect, test } from 'vitest';
import { correctReport } from '../../src/notices/correct.ts';
import { recordPosting } from '../../src/notices/post.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { startApp } from '../support/app.ts';
import { at } from '../support/clock.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';
import { readPdf } from '../support/pdf.ts';

async function ready() {
  const shirase = await startApp();
  await smallCatalogue(shirase.db);
  await shirase.db.kysely
    .insertInto('desks')
    .values({ key: 'press', name_ja: '広報室', name_en: 'Press office', phone: '03-0000-0000', position: 0 })
    .execute();
  const notices = { ...shirase.ground, announce: () => {} };
  const get = async (url: string) => {
    await shirase.app.edition.refresh();
    return shirase.app.inject({ url });
  };
  const paper = async (url: string) => {
    const answer = await get(url);
    await expectValidHtml(answer.body);
    return textOf(answer);
  };
  const pdf = async (url: string) => readPdf((await get(url)).rawPayload);
  return { ...shirase, notices, get, paper, pdf };
}

const recovered = (id: string) => ({
  phase: 'recovery',
  recovered: [{ impact: `${id}-1`, at: '2014-03-06T14:22:00+09:00' }],
});

describe('the press release', () => {
  test('of a first report has the six sections, with what is known and what is not', async () => {
    const { notices, paper, get } = await ready();
    const report = {
      cause: { state: 'investigating' },
      expectedRecoveryAt: null,
      nextUpdateAt: '2014-03-06T09:00:00+09:00',
      workaround: { ja: '- **Webメール**は使えます。', en: 'Webmail works.' },
      unaffected: { ja: '送信' },
    };
    const { id } = await publishNotice(notices, publisher, faultInput({}, report));
    const ja = await paper(`/notices/${id}/press`);
    for (const words of [
      '報道発表資料',
      `番号 ${id}-1`,
      '2014年3月6日(木)',
      '報道関係各位',
      'OCNメールの故障に関するお知らせ（初報）',
      'ご迷惑をおかけしておりますことを、深くおわび申し上げます。',
      '1．概要 7時34分頃からご利用いただけません。',
      '2．発生日時・回復日時 発生日時 2014年3月6日(木) 7:34頃 JST',
      '回復日時 回復しておりません（2014年3月6日(木) 8:00 JST現在）',
      '回復の見込み 確認中',
      '3．影響 サービス OCNメール（ご利用いただけません） 対象設備 OCNメール設備051・121',
      '影響のないもの 送信',
      '4．原因 調査中です。',
      '5．対応 回復に向けて作業を進めております。 ご利用いただける方法 ・Webメールは使えます。',
      '次回のお知らせ 2014年3月6日(木) 9:00 JST',
      `6．お問い合わせ 広報室 03-0000-0000 最新の情報 http://status.example/notices/${id}`,
      '以上',
    ]) {
      expect(ja).toContain(words);
    }
    expect((await get(`/notices/${id}/press`)).body).toContain('<meta name="robots" content="noindex">');
    const en = await paper(`/en/notices/${id}/press`);
    for (const words of [
      'Press release',
      'To the press',
      'Fault of OCN Mail (first report)',
      '2. When it began and was restored Began about 07:34 JST, Thu 6 Mar 2014 Restored Not yet, as of 08:00 JST',
      'Services OCN Mail (not available)',
      '4. Cause Under investigation.',
      'Meanwhile Webmail works.',
    ]) {
      expect(en).toContain(words);
    }
    expect((await get(`/en/notices/${id}/press`)).body).toContain(
      '<p lang="ja">7時34分頃からご利用いただけません。</p>',
    );
  });

  test('of a recovery and of a final report says how long it lasted, why, and what is done against it', async () => {
    const { notices, paper, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    clock.set('2014-03-06T15:00:00+09:00');
    await publishReport(notices, publisher, id, nextReport(recovered(id)));
    const recovery = await paper(`/notices/${id}/press`);
    expect(recovery).toContain('お知らせ（回復報）');
    expect(recovery).toContain('ご迷惑をおかけいたしましたことを');
    expect(recovery).toContain('回復日時 2014年3月6日(木) 14:22 JST（6時間48分）');
    expect(recovery).not.toMatch(/回復の見込み|作業を進めて/);
    clock.set('2014-03-20T10:00:00+09:00');
    const causes = [{ kind: 'occurrence', state: 'confirmed', text: { ja: '装置の故障', en: 'A broken unit' } }];
    const measures = [
      { field: 'hardware', status: 'in_progress', text: { ja: '二重にします。' } },
      { field: 'hardware', status: 'done', text: { ja: '点検しました。' }, date: '2014-03-10' },
      { field: 'organisation', status: 'planned', text: { ja: '訓練します。', en: 'Train.' }, date: '2014-05' },
    ];
    const final = { phase: 'final', cause: { state: 'confirmed' }, causes, measures };
    await publishReport(notices, publisher, id, nextReport(final));
    const ja = await paper(`/notices/${id}/press`);
    expect(ja).toContain('4．原因 発生の原因 装置の故障（確定）');
    expect(ja).toContain(
      '5．再発防止策 設備面 ・二重にします。（実施中） ・点検しました。（実施済、2014年3月10日） 体制面 訓練します。（予定、2014年5月）',
    );
    expect(await paper(`/en/notices/${id}/press`)).toContain('Organisation Train. (planned, May 2014)');
  });

  test('tells each service’s own times where they differ', async () => {
    const { notices, paper } = await ready();
    const impacts = [
      { service: 'mail', facilities: 'all', symptom: 'unavailable', startedAt: '2014-03-06T07:34:00+09:00' },
      {
        service: 'webmail',
        facilities: 'all',
        symptom: 'login',
        startedAt: '2014-03-06T07:50:00+09:00',
        area: { ja: '東日本' },
      },
    ];
    const { id } = await publishNotice(notices, publisher, faultInput({ impacts }));
    const ja = await paper(`/notices/${id}/press`);
    expect(ja).toMatch(/OCNメール（ご利用いただけません） 発生日時 2014年3月6日\(木\) 7:34頃 JST/);
    expect(ja).toMatch(/OCNメール（Webメール）（ログインしづらくなっています） 発生日時 2014年3月6日\(木\) 7:50 JST/);
    expect(ja).toContain('地域 東日本');
    expect(ja).toContain('OCNメール、OCNメール（Webメール）の故障に関するお知らせ');
  });

  test('of a correction says so and why; one of a first report that tells the recovery says both', async () => {
    const { notices, paper, clock } = await ready();
    const recoveredAt = '2014-03-06T07:50:00+09:00';
    const impact = {
      service: 'mail',
      facilities: 'all',
      symptom: 'unavailable',
      startedAt: '2014-03-06T07:34:00+09:00',
    };
    const { id } = await publishNotice(notices, publisher, faultInput({ impacts: [{ ...impact, recoveredAt }] }));
    expect(await paper(`/notices/${id}/press`)).toContain('（初報・回復報）');
    clock.set('2014-03-07T09:30:00+09:00');
    await correctReport(notices, publisher, id, 1, { reason: { ja: '時刻の誤り' }, body: { ja: '直した本文' } });
    const corrected = await paper(`/notices/${id}/press`);
    expect(corrected).toContain('（初報・回復報・訂正）');
    expect(corrected).toContain('訂正の理由 時刻の誤り');
    expect(corrected).toContain('2014年3月7日(金)');
  });

  test('of a work tells its times and asks for understanding', async () => {
    const { notices, paper } = await ready();
    const planned = { from: '2014-03-10T02:00:00+09:00', to: '2014-03-10T05:00:00+09:00' };
    const impacts = [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }];
    const work = { kind: 'work', planned, impacts, occurredAt: undefined };
    const { id } = await publishNotice(notices, publisher, faultInput(work, { phase: 'plan' }));
    const ja = await paper(`/notices/${id}/press`);
    expect(ja).toContain('OCNメールの工事に関するお知らせ（予告）');
    expect(ja).toContain('2．工事の日時 開始 2014年3月10日(月) 2:00 JST 終了 2014年3月10日(月) 5:00 JST');
    expect(ja).not.toContain('原因');
  });

  test('goes by the number under which this very report went to the press', async () => {
    const { notices, paper, clock } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    const posting = { reportNumber: 1, surface: 'press', postedAt: at('2014-03-06T08:00:00+09:00'), note: '2014-R020' };
    await recordPosting(notices, publisher, id, posting);
    expect(await paper(`/notices/${id}/press`)).toContain('番号 2014-R020');
    clock.set('2014-03-06T09:00:00+09:00');
    await publishReport(notices, publisher, id, nextReport({ phase: 'update' }));
    expect(await paper(`/notices/${id}/press`)).toContain(`番号 ${id}-2`);
    await recordPosting(notices, publisher, id, {
      ...posting,
      reportNumber: 2,
      note: '広報に電話で伝えた。番号は後日',
    });
    expect(await paper(`/notices/${id}/press`)).toContain(`番号 ${id}-2`);
  });
});

describe('as PDF', () => {
  test('says the same, in both languages, tagged, with its language, title, headings and date', async () => {
    const { notices, get, pdf } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    const answer = await get(`/notices/${id}/press.pdf`);
    expect(answer.headers['content-type']).toBe('application/pdf');
    expect(answer.rawPayload.subarray(0, 8).toString()).toBe('%PDF-1.7');
    const { pages, objects } = readPdf(answer.rawPayload);
    expect(pages).toHaveLength(1);
    expect(pages[0]?.split('\n')).toEqual(
      expect.arrayContaining([
        '報道発表資料',
        `番号　${id}-1`,
        '2014年3月6日',
        'OCNメールの故障に関するお知らせ（初報）',
        '1．概要',
        '6．お問い合わせ',
        '03-0000-0000',
        `http://status.example/notices/${id}`,
        '以上',
        `${id}-1　1 / 1`,
      ]),
    );
    const all = objects.join('\n');
    expect(all).toMatch(/\/Lang \(ja-JP\)/);
    expect(all).toMatch(/\/MarkInfo|\/Marked true/);
    expect(all).toMatch(/\/DisplayDocTitle true/);
    expect(all).toContain('D:20140305230000Z');
    expect([...all.matchAll(/\/S \/(\w+)/g)].map(([, type]) => type)).toEqual(
      expect.arrayContaining(['Document', 'H1', 'H2', 'P', 'L', 'LI', 'Lbl', 'LBody']),
    );
    const english = await pdf(`/en/notices/${id}/press.pdf`);
    expect(english.pages[0]).toContain('Fault of OCN Mail (first report)');
    expect(english.objects.join('\n')).toMatch(/\/Lang \(en\)/);
  });

  test('is the same to the byte on every server and at every time', async () => {
    const { db, notices, get } = await ready();
    const { id } = await publishNotice(notices, publisher, faultInput());
    const { app } = await startApp({ db, now: '2015-03-06T08:00:00+09:00' });
    await app.edition.refresh();
    const [one, other] = [await get(`/notices/${id}/press.pdf`), await app.inject({ url: `/notices/${id}/press.pdf` })];
    expect(one.rawPayload.equals(other.rawPayload)).toBe(true);
  });

  test('loses no character in silence: what the font has not leaves a mark', async () => {
    const { notices, pdf } = await ready();
    const body = { ja: '𠮷野家🙂の👨‍👩‍👧と葛󠄀城市と①髙﨑、か\u3099と＜&＞のA\u202eB‑C' };
    const title = { ja: '<&> 障害 🙂' };
    const { id } = await publishNotice(notices, publisher, faultInput({ title }, { body, workaround: { ja: '🈁' } }));
    const { pages } = await pdf(`/notices/${id}/press.pdf`);
    expect(pages[0]).toContain('〓野家〓の〓と葛城市と①髙﨑、がと＜&＞のAB-C\n');
    expect(pages[0]).toContain('ご利用いただける方法\n〓\n');
    expect(pages.join('')).not.toContain('\ufffd');
  });

  test('of a long report goes on over numbered pages, and every word is there', async () => {
    const { notices, pdf } = await ready();
    const lines = Array.from({ length: 120 }, (_, n) => `${n % 3 === 0 ? '- ' : ''}段落${n}番の文章です。`);
    const workaround = { ja: Array.from({ length: 60 }, (_, n) => `方法${n}番。`).join('\n\n') };
    const { id } = await publishNotice(
      notices,
      publisher,
      faultInput({}, { body: { ja: lines.join('\n\n') }, workaround }),
    );
    const { pages } = await pdf(`/notices/${id}/press.pdf`);
    expect(pages.length).toBeGreaterThan(3);
    for (const [index, page] of pages.entries()) expect(page).toContain(`${id}-1　${index + 1} / ${pages.length}`);
    const text = pages.join('');
    for (const n of lines.keys()) expect(text).toContain(`段落${n}番の文章です。`);
    for (let n = 0; n < 60; n++) expect(text).toContain(`方法${n}番。`);
  });
});

test('a notice that is not out has no press release', async () => {
  const { get } = await ready();
  for (const url of ['/notices/20990101-1/press', '/notices/20990101-1/press.pdf']) {
    expect((await get(url)).statusCode).toBe(404);
  }
});
