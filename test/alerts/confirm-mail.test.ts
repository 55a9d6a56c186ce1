import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { addCatalogue, addCustomer } from '../lookup/world.ts';
import { startApp } from '../support/app.ts';
import { FormBrowser, signedIn } from '../support/customers.ts';
import { courierTo } from '../support/mail.ts';
import { startFaultyRelay } from '../support/smtp.ts';

async function house() {
  const shirase = await startApp();
  await addCatalogue(shirase.db);
  await addCustomer(shirase.db, 'a', ['051']);
  // Byte by byte: smtp-server itself refuses two dots in a row, which carriers gave out.
  const relay = await startFaultyRelay();
  const courier = courierTo(shirase.db, shirase.clock, relay.url);
  return { ...shirase, relay, courier, customer: await signedIn(shirase, 'a') };
}

const parsed = (raw: string | undefined) => PostalMime.parse(Buffer.from(raw ?? '', 'latin1'));

// On the wire a local part that is no dot-atom stands in quotes (RFC 5321 4.1.2).
test.each([
  ['taro..x@docomo.ne.jp', '"taro..x"@docomo.ne.jp'],
  ['.taro.@ezweb.ne.jp', '".taro."@ezweb.ne.jp'],
  ['Taro@日本語.jp', 'Taro@xn--wgv71a119e.jp'],
  ["o'brien+x=y@example.jp", "o'brien+x=y@example.jp"],
])('the mail to %s goes there and nowhere else, and its link confirms', async (typed, recipient) => {
  const { app, db, relay, courier, customer } = await house();
  await customer.press('/my/addresses', '/my/addresses', { scope: 'mine', language: 'ja', email: typed });
  await courier.drain();
  expect(relay.stored.map((mail) => mail.to)).toEqual([[recipient]]);
  const raw = relay.stored[0]?.raw ?? '';
  expect(/^To: <?([^>\r\n]+)>?\r$/m.exec(raw)?.[1]).toBe(recipient);
  const mail = await parsed(raw);
  expect(mail.subject).toBe('【確認のお願い】お知らせメールの通知先登録（24時間以内）');
  expect(mail.headers.map((header) => header.key)).not.toContain('list-unsubscribe');
  const link = /http:\/\/status\.example(\/confirm\/[\w-]{43})\s/.exec(mail.text ?? '')?.[1] ?? '';
  expect(mail.html).toContain(`href="http://status.example${link}"`);
  expect(mail.text).toContain('心当たりがない場合');
  await new FormBrowser(app).press(link, link);
  const row = await db.kysely.selectFrom('addresses').select('confirmed_at').executeTakeFirstOrThrow();
  expect(row.confirmed_at).not.toBeNull();
});

test('in English the whole mail is English', async () => {
  const { relay, courier, customer } = await house();
  const page = '/en/my/addresses';
  await customer.press(page, page, { scope: 'all', language: 'en', email: 'taro@example.jp' });
  await courier.drain();
  const mail = await parsed(relay.stored[0]?.raw);
  expect(mail.subject).toBe('Please confirm this address for alert mails (within 24 hours)');
  expect(`${mail.subject}${mail.text}${mail.html}`).not.toMatch(/[ぁ-んァ-ン一-龥]/);
  expect(mail.text).toMatch(/http:\/\/status\.example\/en\/confirm\/[\w-]{43}/);
});
