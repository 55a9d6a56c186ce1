import { describe, expect, onTestFinished, test } from 'vitest';
import { cutStamp } from '../../src/mail/letter/stamp.ts';
import type { Outgoing } from '../../src/mail/relay/relay.ts';
import { smtpRelay } from '../../src/mail/relay/smtp-relay.ts';
import { HASTY } from '../support/mail.ts';
import { type FaultyRelay, startFaultyRelay } from '../support/smtp.ts';

const SENDER = { name: 'OCN 障害情報', address: 'notices@status.example' };

function mail(id: string, text = '本文'): Outgoing {
  const letter = { id: 'letter', subject: '【障害発生】', text, html: '<p>本文</p>', headers: {} };
  const own = { id, recipient: `${id}@elsewhere.example`, messageId: `<${id}@status.example>`, datedAt: 0 };
  return cutStamp(letter, { sender: SENDER })({ ...own, fields: {}, headers: {} });
}

function senderTo(server: FaultyRelay, { hasty = false } = {}) {
  const relay = smtpRelay(server.url, hasty ? HASTY : {});
  onTestFinished(() => relay.close());
  return relay;
}

describe('the gate before the final dot', () => {
  for (const [size, text] of [
    ['short', '本文'],
    ['long', '本文'.repeat(100_000)],
  ] as const) {
    test(`is asked once, when the server wants the ${size} mail and only its end is missing`, async () => {
      const server = await startFaultyRelay({ mail: 'slow', rcpt: 'slow', data: 'slow' });
      const heard: string[][] = [];
      const outcome = await senderTo(server).send(mail('m1', text), async () => {
        heard.push([...server.heard]);
      });
      expect(outcome.kind).toBe('sent');
      expect(heard).toEqual([['EHLO', 'MAIL', 'RCPT', 'DATA']]);
      expect(server.heard.slice(0, 5)).toEqual(['EHLO', 'MAIL', 'RCPT', 'DATA', '.']);
    });
  }

  test('is not asked where the server refuses or goes away before it has taken the mail', async () => {
    const scripts = [
      { mail: 'drop' },
      { rcpt: 'drop' },
      { rcpt: '450 4.2.0 later' },
      { data: 'drop' },
      { data: 'hang' },
    ];
    for (const script of scripts) {
      const server = await startFaultyRelay(script);
      let asked = 0;
      const outcome = await senderTo(server, { hasty: script.data === 'hang' }).send(mail('m1'), async () => {
        asked++;
      });
      expect([script, asked, outcome.kind]).toEqual([
        script,
        0,
        'rcpt' in script && script.rcpt !== 'drop' ? 'refused' : 'unreachable',
      ]);
    }
  });

  for (const text of ['drop', 'reset', 'hang']) {
    test(`is not asked where a very long mail breaks off in the middle (${text}): it did not leave`, async () => {
      const server = await startFaultyRelay({ text });
      let asked = 0;
      const outcome = await senderTo(server, { hasty: text === 'hang' }).send(
        mail('m1', '本文'.repeat(2_000_000)),
        async () => {
          asked++;
        },
      );
      expect(outcome).toMatchObject({ kind: 'unreachable', begun: true });
      expect([asked, server.heard.includes('.')]).toEqual([0, false]);
    });
  }

  test('says yes too late where the server has gone meanwhile: no end is given, so nothing is in doubt', async () => {
    for (const text of ['drop', 'reset']) {
      const server = await startFaultyRelay({ text });
      const outcome = await senderTo(server).send(mail('m1'), async () => {
        // and for as many turns as it takes until the end of the connection is here, too
        for (let turns = 0; turns < 20; turns += server.open() === 0 ? 1 : 0)
          await new Promise((resolve) => setImmediate(resolve));
      });
      expect([text, outcome]).toMatchObject([text, { kind: 'unreachable', begun: true }]);
    }
  });

  test('keeps the mail back where it says no: the server never sees an end, and the next mail goes', async () => {
    const server = await startFaultyRelay();
    const relay = senderTo(server);
    const no = await relay.send(mail('unwanted', '本文'.repeat(50_000)), async () => {
      throw new Error('unsubscribed a moment ago');
    });
    expect(no).toEqual({ kind: 'stopped' });
    expect(server.heard).not.toContain('.');
    expect((await relay.send(mail('wanted'), async () => {})).kind).toBe('sent');
    expect(server.stored.map(({ to }) => to)).toEqual([['wanted@elsewhere.example']]);
  });
});

describe('a warm connection', () => {
  test('on which many mails were refused waits for nothing any more: no listener piles up', async () => {
    const warnings: Error[] = [];
    const heard = (warning: Error) => warnings.push(warning);
    process.on('warning', heard);
    onTestFinished(() => void process.off('warning', heard));
    const server = await startFaultyRelay({ rcpt: '450 4.2.0 try again' });
    const relay = senderTo(server);
    for (let n = 0; n < 20; n++) expect((await relay.send(mail(`n${n}`), async () => {})).kind).toBe('refused');
    expect(server.heard.filter((verb) => verb === 'EHLO')).toHaveLength(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
  });

  test('is given up at once after goodbye, though the server says nothing to that', async () => {
    const server = await startFaultyRelay({ quit: 'hang' });
    const relay = smtpRelay(server.url);
    expect((await relay.send(mail('m1'), async () => {})).kind).toBe('sent');
    await relay.close();
    await expect.poll(server.open).toBe(0);
    expect(server.heard.at(-1)).toBe('QUIT');
  });

  for (const behaviour of ['drop', 'reset', '421 4.3.2 shutting down']) {
    test(`that the server ends at the next mail (${behaviour}) leaves nothing in doubt and sends nothing by itself`, async () => {
      const server = await startFaultyRelay();
      const relay = senderTo(server);
      expect((await relay.send(mail('first'), async () => {})).kind).toBe('sent');
      server.script = () => ({ mail: behaviour });
      let asked = 0;
      const outcome = await relay.send(mail('second'), async () => {
        asked++;
      });
      expect([outcome.kind, asked]).toEqual(['unreachable', 0]);
      server.script = () => ({});
      expect((await relay.send(mail('third'), async () => {})).kind).toBe('sent');
      expect(server.stored.map(({ to }) => to[0])).toEqual(['first@elsewhere.example', 'third@elsewhere.example']);
    });
  }
});

describe('the envelope', () => {
  const together = '250-relay.test\r\n250 PIPELINING';

  for (const [offer, ehlo, heard] of [
    ['all at once where the server offers that', together, ['EHLO', 'MAIL', 'RCPT', 'DATA']],
    ['word by word where it does not', '250 relay.test', ['EHLO', 'MAIL']],
  ] as const) {
    test(`is given ${offer}`, async () => {
      const server = await startFaultyRelay({ ehlo, mail: 'hang' });
      expect((await senderTo(server, { hasty: true }).send(mail('m1'), async () => {})).kind).toBe('unreachable');
      expect(server.heard).toEqual(heard);
    });
  }

  test('given at once and refused ends with the refusal, and no end of a mail is ever given', async () => {
    for (const [data, connections] of [
      ['554 5.5.1 no valid recipients', 1],
      // a server that wants the text of a mail to nobody
      [undefined, 2],
    ] as const) {
      const server = await startFaultyRelay({ ehlo: together, rcpt: '550 5.1.1 unknown', ...(data ? { data } : {}) });
      const relay = senderTo(server);
      let asked = 0;
      const outcome = await relay.send(mail('nobody'), async () => {
        asked++;
      });
      expect(outcome).toEqual({
        kind: 'refused',
        reply: { code: 550, text: '550 5.1.1 unknown', command: 'RCPT TO' },
      });
      server.script = () => ({ ehlo: together });
      expect((await relay.send(mail('somebody'), async () => {})).kind).toBe('sent');
      expect([asked, server.stored.map(({ to }) => to)]).toEqual([0, [['somebody@elsewhere.example']]]);
      expect(server.heard.filter((verb) => verb === 'EHLO')).toHaveLength(connections);
    }
  });

  test('a line of the mail that begins with a dot arrives as it was', async () => {
    const server = await startFaultyRelay();
    const own = mail('dots');
    const bytes = Buffer.from('Subject: dots\r\n\r\n.\r\n..two\r\nend\r\n');
    expect((await senderTo(server).send({ ...own, bytes }, async () => {})).kind).toBe('sent');
    expect(server.stored[0]?.raw).toBe('Subject: dots\r\n\r\n.\r\n..two\r\nend\r\n');
  });
});
