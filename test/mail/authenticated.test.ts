import { generateKeyPairSync } from 'node:crypto';
import { authenticate } from 'mailauth';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { alertSettled, recheckAlert } from '../../src/alerts/recheck.ts';
import { answerRequests, sendLink } from '../../src/customers/password/request.ts';
import { signerOf } from '../../src/mail/letter/dkim.ts';
import { ReturnPaths } from '../../src/mail/letter/return-path.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { warnOfLimits } from '../../src/notices/warnings/warn.ts';
import { warnOfCanary } from '../../src/notices/warnings/warn-of-canary.ts';
import { warnOfMeasures } from '../../src/notices/warnings/warn-of-measures.ts';
import { warnOfSender } from '../../src/notices/warnings/warn-of-sender.ts';
import { remindOfReports } from '../../src/regulator/outputs/remind.ts';
import { ChannelCaller } from '../../src/site/channels/call.ts';
import { addChannel, testChannel } from '../../src/site/channels/channels.ts';
import { partnersSettled, recheckPartners } from '../../src/site/channels/partner-mail.ts';
import { spreadPublications } from '../../src/site/channels/spread.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { HOUR, MINUTE } from '../../src/time.ts';
import { passwordGround } from '../customers/world.ts';
import { alertCourier } from '../support/alert-house.ts';
import { alertGround } from '../support/alerts.ts';
import { startApp } from '../support/app.ts';
import { fieldsOn } from '../support/console.ts';
import { FormBrowser } from '../support/customers.ts';
import { faultInput, nextReport, publisher, smallCatalogue } from '../support/notices.ts';
import { Browser, csrfOf, customerAt, staffAt } from '../support/people.ts';
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

/** RELIABILITY 4: what has to be signed where it is there; From once more, so that nobody can add a second one. */
const SIGNED = [
  ...['from', 'from', 'reply-to', 'subject', 'date', 'message-id', 'to', 'mime-version', 'content-type'],
  ...['content-transfer-encoding', 'in-reply-to', 'references', 'list-id', 'list-unsubscribe', 'list-unsubscribe-post'],
  ...['auto-submitted', 'feedback-id'],
];
/** By which an alert is left, and by which a report is sorted, a partner's too: he has it ended by his contact. */
const LEFT = ['list-unsubscribe', 'list-unsubscribe-post'];
const SORTED = ['list-id', 'feedback-id'];
const TARO = 'taro@elsewhere.example';

/** A house whose mails are signed, read by a receiver that looks closely. */
async function house() {
  const returnPaths = new ReturnPaths('bounce.status.example', ['x'.repeat(32)]);
  const shirase = await startApp({ returnPaths });
  const { db, clock, ground } = shirase;
  await smallCatalogue(db);
  await changeSettings(db, clock, SYSTEM, { warnMail: ['noc@operator.example'] });
  const receiver = await startReceiver();
  const alerts = alertGround(db, clock, { secret: ground.secret, canary: 'canary@operator.example' });
  const courier = alertCourier(alerts, receiver.url, {
    recheck: recheckPartners(recheckAlert(alerts)),
    settled: partnersSettled(alertSettled(alerts), () => clock.now()),
    stationery: {
      sender: { name: 'OCN 障害情報', address: 'notices@status.example' },
      returnPaths,
      signer: signerOf([{ domain: 'status.example', selector: 'r1', key: rsa.privateKey }]),
    },
  });
  const notices = { ...ground, announce: () => {} };
  /** Sends what is due. @returns the newest mail's text. */
  const sent = async () => {
    await courier.drain();
    return (await receiver.read()).at(-1)?.text ?? '';
  };
  return { ...shirase, receiver, notices, sent };
}

/** One mail of each kind, as it comes about. */
async function everyKind() {
  const open = await house();
  const { app, db, clock, ground, receiver, notices, sent } = open;
  const passwords = passwordGround(open);
  const taro = await customerAt(open, 'taro', ['051']);
  const form = { scope: 'mine', language: 'ja', works: 'on', email: TARO };
  await taro.submit('/my/addresses', '/my/addresses', form);
  const link = /status\.example(\/confirm\/\S+)/.exec(await sent())?.[1] ?? '';
  await new FormBrowser(app).press(link, link);
  clock.advance(2 * HOUR);
  const hanako = await customerAt(open, 'hanako', ['121']);
  await hanako.submit('/my/addresses', '/my/addresses', form);
  await sent();

  const stranger = new Browser(app);
  const forgot = async (login: string) => {
    await stranger.submit('/my/password/reset', '/my/password/reset', { login });
    await answerRequests(passwords);
  };
  await forgot('taro');
  clock.advance(3 * MINUTE);
  await warnOfSender(ground);
  await sent();
  const reset = /status\.example(\/my\/password\/reset\/\S+)/.exec((await receiver.read(TARO)).at(-1)?.text ?? '')?.[1];
  await stranger.get(reset ?? '');
  await stranger.submit('/my/password/new', '/my/password/new', { password: 'a long new phrase of mine' });
  await sent();
  await db.transaction((tx) => sendLink(ground, tx, { customerId: taro.id, language: 'ja', purpose: 'invitation' }));
  await sent();

  const { id } = await publishNotice(notices, publisher, faultInput());
  await sent();
  await forgot('hanako');
  await hanako.submit('/my/password', '/my/password/freeze', {});
  await sent();
  clock.advance(61 * MINUTE);
  await warnOfLimits(ground);
  await sent();
  await publishReport(notices, publisher, id, nextReport({ phase: 'update', mail: true }));
  await sent();
  const recovered = [{ impact: `${id}-1`, at: new Date(clock.now()).toISOString() }];
  await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered, mail: true }));
  clock.advance(HOUR);
  await sent();
  const planned = { from: '2014-03-20T02:00:00+09:00', to: '2014-03-20T05:00:00+09:00' };
  const impacts = [{ service: 'mail', facilities: ['051'], symptom: 'unavailable' }];
  const work = faultInput({ kind: 'work', planned, impacts, occurredAt: undefined }, { phase: 'plan', mail: true });
  await publishNotice(notices, publisher, work);
  await sent();
  await toStaffAndPartners(open);
  return receiver.mails;
}

const PARTNER = 'noc@partner.example';
const isTest = (subject: string) => subject.startsWith('【試験】');

/** What goes to partners, and what staff are told of, through a large fault, to its last measure. */
async function toStaffAndPartners(open: Awaited<ReturnType<typeof house>>) {
  const { app, db, clock, ground, notices, sent } = open;
  const channels = { ...ground, edition: app.edition };
  await changeSettings(db, clock, SYSTEM, { outboundAllow: ['127.0.0.1'] });
  await addChannel(channels, SYSTEM, { kind: 'webhook', name: '監視', target: 'http://127.0.0.1:1/' });
  const { channel } = await addChannel(channels, SYSTEM, { kind: 'mail', name: '販売店', target: PARTNER });
  await app.edition.refresh();
  await testChannel(channels, SYSTEM, channel.id);
  await changeSettings(db, clock, SYSTEM, { outboundAllow: [] });

  const users = { count: 80_000, qualifier: 'about', unit: 'people' } as const;
  const startedAt = new Date(clock.now()).toISOString();
  const impacts = [{ service: 'mail', facilities: 'all', symptom: 'unavailable', users, startedAt }];
  const { id } = await publishNotice(notices, publisher, faultInput({ occurredAt: startedAt, impacts }));
  await sent();
  await app.edition.refresh();
  await spreadPublications(channels);
  // the webhook's address may not be called any more
  await new ChannelCaller({ ...ground, random: () => 0.5, warn: () => {} }).drain();
  await sent();

  const staff = await staffAt(open, 'publisher');
  const page = await staff.get(`/console/notices/${id}/report?phase=update`);
  const publishAt = new Date(clock.now() + 10 * HOUR).toISOString().slice(0, 16);
  const fields = { ...fieldsOn(page), 'body.ja': '続報です。', publishAt, _csrf: csrfOf(page), action: 'schedule' };
  await staff.post(`/console/notices/${id}/reports`, fields);
  await publishReport(notices, publisher, id, nextReport({ phase: 'update', mail: false }));
  await sent();
  clock.advance(3 * HOUR);
  await warnOfCanary(ground);
  await sent();
  const recovered = [{ impact: `${id}-1`, at: new Date(clock.now()).toISOString() }];
  await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered }));
  const measures = [{ field: 'software', status: 'planned', text: '監視を強化します。', date: '2014-03-20' }];
  await publishReport(notices, publisher, id, nextReport({ phase: 'final', causes: [{ text: '故障' }], measures }));
  clock.set('2014-04-05T10:00:00+09:00');
  await remindOfReports(ground);
  await warnOfMeasures(ground);
  await sent();
}

test('M14: every kind of mail passes SPF, DKIM and DMARC, signs all that it has of the list, and only alerts can be left', async () => {
  const mails = await everyKind();
  const seen: string[] = [];
  for (const mail of mails) {
    const { headers, subject = '' } = await PostalMime.parse(Buffer.from(mail.raw, 'latin1'));
    seen.push(subject);
    expect([subject, await judged(mail)]).toEqual([subject, { spf: 'pass', dkim: ['pass'], dmarc: 'pass' }]);
    const names = headers.map(({ key }) => key);
    const signature = headers.find(({ key }) => key === 'dkim-signature')?.value ?? '';
    const signed = (/\bh=([^;]+)/.exec(signature)?.[1] ?? '')
      .toLowerCase()
      .split(':')
      .map((name) => name.trim());
    expect([subject, signed]).toEqual([subject, SIGNED.filter((name) => names.includes(name))]);
    expect(names).toContain('auto-submitted');
    const isAlert = mail.to[0] === TARO && subject.startsWith('【') && !subject.includes('確認のお願い');
    const isReport =
      isAlert || mail.to[0] === 'canary@operator.example' || (mail.to[0] === PARTNER && !isTest(subject));
    for (const name of LEFT) expect([subject, name, names.includes(name)]).toEqual([subject, name, isAlert]);
    for (const name of SORTED) expect([subject, name, names.includes(name)]).toEqual([subject, name, isReport]);
  }
  const kinds = [
    ...['確認のお願い', '通知先について', 'パスワードの再設定', 'パスワードが変更', 'パスワードの設定'],
    ...['障害発生', 'パスワードの変更は不要', 'アカウント', '障害続報', '復旧', '工事予告'],
    ...['お知らせメールが出ていません', 'お知らせメールが届いていません', '公開していません', '送信を止めました'],
    ...['【まもなく期限】詳細な報告', '【予定日超過】再発防止策', '【試験】'],
  ];
  for (const kind of kinds)
    expect(seen.filter((subject) => new RegExp(kind).test(subject)).length, kind).toBeGreaterThan(0);
  const to = mails.map((mail) => mail.to[0]);
  expect(to).toContain('canary@operator.example');
  // the test of the channel, and each report so far
  expect(to.filter((one) => one === PARTNER)).toHaveLength(1 + 5);
});

test('M14: one changed byte in List-Unsubscribe-Post is seen', async () => {
  const mails = await everyKind();
  const alert = mails.find((mail) => mail.raw.includes('One-Click'));
  const raw = alert?.raw.replace('One-Click', 'One-Clicl') ?? '';
  expect((await judged({ ...(alert as Received), raw })).dkim).toEqual(['fail']);
});
