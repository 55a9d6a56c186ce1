import { generateKeyPairSync } from 'node:crypto';
import { authenticate } from 'mailauth';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { signerOf } from '../../src/mail/letter/dkim.ts';
import { ReturnPaths } from '../../src/mail/letter/return-path.ts';
import { publishNotice } from '../../src/notices/publish.ts';
import { warnOfLimits } from '../../src/notices/warnings/warn.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { MINUTE } from '../../src/time.ts';
import { alertCourier } from '../support/alert-house.ts';
import { alertGround } from '../support/alerts.ts';
import { startApp } from '../support/app.ts';
import { FormBrowser } from '../support/customers.ts';
import { faultInput, publisher, smallCatalogue } from '../support/notices.ts';
import { customerAt } from '../support/people.ts';
import { type Received, startReceiver } from '../support/smtp.ts';

/** RELIABILITY M14: what a receiver that insists on SPF, DKIM and DMARC makes of every kind of mail. */

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const RELAY = '192.0.2.10';
const publicKey = rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const DNS: Record<string, string> = {
  'TXT r1._domainkey.status.example': `v=DKIM1; k=rsa; p=${publicKey}`,
  'TXT bounce.status.example': `v=spf1 ip4:${RELAY} -all`,
  'TXT _dmarc.status.example': 'v=DMARC1; p=reject',
};

async function judged(mail: Received | undefined) {
  const resolver = async (name: string, type: string) => {
    const found = DNS[`${type} ${name}`];
    if (!found) throw Object.assign(new Error(name), { code: 'ENOTFOUND' });
    return [[found]];
  };
  const options = {
    ip: RELAY,
    helo: 'relay.status.example',
    sender: mail?.from ?? '',
    mta: 'mx.elsewhere.example',
    resolver,
  };
  const { spf, dkim, dmarc } = await authenticate(Buffer.from(mail?.raw ?? '', 'latin1'), options);
  const verdict = (one: unknown) => (one as { status?: { result?: string } } | undefined)?.status?.result;
  return { spf: verdict(spf), dkim: dkim?.results.map(verdict), dmarc: verdict(dmarc) };
}

test('M14: a confirmation, an alert and a warning to staff all pass SPF, DKIM and DMARC, and only the alert can be left', async () => {
  const returnPaths = new ReturnPaths('bounce.status.example', ['x'.repeat(32)]);
  const shirase = await startApp({ returnPaths });
  const { app, db, clock, ground } = shirase;
  await smallCatalogue(db);
  await changeSettings(db, clock, SYSTEM, { warnMail: ['noc@operator.example'] });
  const receiver = await startReceiver();
  const alerts = alertGround(db, clock, { secret: ground.secret });
  const courier = alertCourier(alerts, receiver.url, {
    stationery: {
      sender: { name: 'OCN 障害情報', address: 'notices@status.example' },
      returnPaths,
      signer: signerOf([{ domain: 'status.example', selector: 'r1', key: rsa.privateKey }]),
    },
  });
  const customer = await customerAt(shirase, 'taro', ['051']);
  const form = { scope: 'mine', language: 'ja', email: 'taro@elsewhere.example' };
  await customer.submit('/my/addresses', '/my/addresses', form);
  await courier.drain();
  const text = (await receiver.read()).at(-1)?.text ?? '';
  const link = /status\.example(\/confirm\/\S+)/.exec(text)?.[1] ?? '';
  await new FormBrowser(app).press(link, link);
  await publishNotice({ ...ground, announce: () => {} }, publisher, faultInput());
  await courier.drain();
  clock.advance(61 * MINUTE);
  await warnOfLimits(ground);
  await courier.drain();

  const kinds = ['taro@elsewhere.example', 'taro@elsewhere.example', 'noc@operator.example'];
  expect(receiver.mails.map((mail) => mail.to[0])).toEqual(kinds);
  for (const mail of receiver.mails) {
    expect(await judged(mail)).toEqual({ spf: 'pass', dkim: ['pass'], dmarc: 'pass' });
  }
  const [confirmation, alert, warning] = receiver.mails;
  const forged = { ...(alert as Received), raw: alert?.raw.replace('One-Click', 'One-Clicl') ?? '' };
  expect((await judged(forged)).dkim).toEqual(['fail']);
  for (const [mail, listed] of [
    [confirmation, false],
    [alert, true],
    [warning, false],
  ] as const) {
    const { headers } = await PostalMime.parse(Buffer.from(mail?.raw ?? '', 'latin1'));
    const names = headers.map(({ key }) => key);
    expect(names).toContain('auto-submitted');
    for (const name of ['list-id', 'list-unsubscribe', 'list-unsubscribe-post', 'feedback-id'])
      expect([name, names.includes(name)]).toEqual([name, listed]);
  }
});
