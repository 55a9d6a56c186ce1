import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { addCatalogue, addCustomer } from '../lookup/world.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { FormBrowser, signedIn } from '../support/customers.ts';
import { courierTo } from '../support/mail.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';
import { startFaultyRelay } from '../support/smtp.ts';

const ADDRESSES = '/my/addresses';

/** Whoever registers in the middle of a fault, on 6 March 2014 at noon: server 051 is broken, and ours.example lives there. */
async function house() {
  const open = await startApp({ now: '2014-03-06T12:00:00+09:00' });
  const { app, db, clock } = open;
  await addCatalogue(db);
  await addCustomer(db, 'a', ['051']);
  await addCustomer(db, 'b', ['062']);
  const domain = (name: string, facility: string) => ({ domain: name, facility });
  await db.kysely
    .insertInto('facility_domains')
    .values([domain('ours.example', '051'), domain('well.example', '062')])
    .execute();
  const stage = { ...open.ground, announce: () => {} };
  const { id } = await publishNotice(stage, publisher, faultInput());
  await app.edition.refresh();
  const repair = async () => {
    const recovered = [{ impact: `${id}-1`, at: '2014-03-06T11:50:00+09:00' }];
    await publishReport(stage, publisher, id, nextReport({ phase: 'recovery', recovered }));
    await app.edition.refresh();
  };
  const relay = await startFaultyRelay();
  const courier = courierTo(db, clock, relay.url);
  const customer = await signedIn(open, 'a');
  /** @returns the confirmation mail, and the page behind its link. */
  const register = async (email: string, language: 'ja' | 'en' = 'ja') => {
    const page = `${language === 'en' ? '/en' : ''}${ADDRESSES}`;
    const before = relay.stored.length;
    await customer.press(page, page, { scope: 'mine', language, email });
    await courier.drain();
    const mail = await PostalMime.parse(Buffer.from(relay.stored[before]?.raw ?? '', 'latin1'));
    const link = /http:\/\/status\.example((?:\/en)?\/confirm\/[\w-]{43})\s/.exec(mail.text ?? '')?.[1] ?? '';
    return { mail, link };
  };
  return { ...open, customer, register, repair, id };
}

test('the mail that asks for confirmation tells what is open now and what comes next, and so does its page', async () => {
  const { app, register, repair, id } = await house();
  const { mail, link } = await register('taro@docomo.example');
  expect(mail.text).toContain(
    [
      '■ 現在の状況（2014年3月6日(木) 12:00 JST 現在）',
      'ご利用いただけないサービスがあります',
      '・OCNメールがご利用いただけません（発生中）',
      `  http://status.example/notices/${id}`,
      '登録が完了すると、回復など、次のお知らせからお送りします。',
      '最新の状況: http://status.example/',
    ].join('\n'),
  );
  expect(mail.html).toContain(`<a href="http://status.example/notices/${id}">OCNメールがご利用いただけません</a>`);
  expect(mail.text).not.toContain('ご注意');
  const reader = new FormBrowser(app);
  const asked = await reader.get(link);
  expect(textOf(asked)).toMatch(/現在の故障・工事の状況 ご利用いただけないサービスがあります/);
  expect(asked.body).toContain(`href="/notices/${id}"`);
  const done = textOf(await reader.press(link, link));
  expect(done).toContain('回復など、次のお知らせからお送りします。');
  expect(done).toContain('ご利用いただけないサービスがあります');

  await repair();
  const after = await register('hanako@docomo.example', 'en');
  expect(after.mail.text).toContain('All services are working normally');
  expect(after.mail.text).not.toContain('what comes next');
  expect(`${after.mail.text}${after.mail.html}`).not.toMatch(/[ぁ-んァ-ン一-龥]/);
});

test('an address on a server that is in fault is accepted, told so everywhere, and advised to have another', async () => {
  const { app, customer, register, repair } = await house();
  const { mail, link } = await register('taro@ours.example');
  const down = '現在故障している当社のメールサーバーにあります';
  expect(mail.text).toContain(down);
  expect(mail.html).toContain(down);
  expect((await customer.get(ADDRESSES)).body).toContain(down);
  expect((await new FormBrowser(app).get(link)).body).toContain(down);
  const well = await register('taro@well.example', 'en');
  expect(well.mail.text).toContain('This mailbox lives on a mail server of ours. When that server is down');
  expect((await new FormBrowser(app).get(well.link)).body).toContain('When that server is down');

  await repair();
  expect((await customer.get(ADDRESSES)).body).not.toContain(down);
  expect((await new FormBrowser(app).get(link)).body).not.toContain(down);
});

test('on his own page nobody learns where another’s mailbox lives', async () => {
  const { db, customer } = await house();
  await addCustomer(db, 'c', ['051']);
  for (const email of ['c-051@mail.example', 'a-051@mail.example'])
    await customer.press(ADDRESSES, ADDRESSES, { scope: 'mine', language: 'ja', email });
  expect((await customer.get(ADDRESSES)).body.match(/現在故障している/g)).toHaveLength(1);
});
