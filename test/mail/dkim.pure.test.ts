import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { expect, test } from 'vitest';
import { signerOf } from '../../src/mail/letter/dkim.ts';
import { cutStamp } from '../../src/mail/letter/stamp.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');

const published: Record<string, string> = {
  'r1._domainkey.status.example': `v=DKIM1; k=rsa; p=${der(rsa.publicKey).toString('base64')}`,
  // the key alone, without its envelope (RFC 8463)
  'e1._domainkey.status.example': `v=DKIM1; k=ed25519; p=${der(ed25519.publicKey).subarray(-32).toString('base64')}`,
};

function der(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

const LETTER = {
  id: 'l',
  subject: '【障害発生】OCNメールがご利用いただけません（第1報）',
  text: '本文  です。 \n\n%%mine%%\n\n',
  html: '<p>本文</p>',
  headers: { 'List-Id': '<notices.status.example>' },
};

function signed(): Buffer {
  const signer = signerOf([
    { domain: 'status.example', selector: 'r1', key: rsa.privateKey },
    { domain: 'status.example', selector: 'e1', key: ed25519.privateKey },
  ]);
  const stamp = cutStamp(LETTER, { sender: { name: 'OCN 障害情報', address: 'notices@status.example' }, signer });
  return stamp({
    id: 'm',
    recipient: 'taro@elsewhere.example',
    messageId: '<m@status.example>',
    datedAt: 0,
    fields: { mine: { text: '設備121', html: '' } },
    headers: {
      References: '<notice@status.example>',
      'List-Unsubscribe': '<https://status.example/stop/abc>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  }).bytes;
}

async function verdicts(bytes: Buffer | string): Promise<{ selector: string | undefined; result: string }[]> {
  const resolver = async (name: string) => {
    const text = published[name];
    if (!text) throw Object.assign(new Error(name), { code: 'ENOTFOUND' });
    return [[text]];
  };
  const { results } = await dkimVerify(bytes, { resolver });
  return results.map((one) => ({
    selector: one.selector,
    result: one.status.result,
  }));
}

test('both signatures hold, over both headers that one-click needs', async () => {
  const found = await verdicts(signed());
  expect(found.map(({ selector, result }) => [selector, result]).sort()).toEqual([
    ['e1', 'pass'],
    ['r1', 'pass'],
  ]);
  const raw = signed().toString();
  for (const name of ['List-Unsubscribe-Post', 'List-Unsubscribe:', 'List-Id', 'References', 'Message-ID', 'Date']) {
    expect(raw.slice(0, raw.indexOf('From: ')).replace(/\r\n /g, '')).toContain(name);
  }
  for (const line of raw.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
});

test('one changed byte breaks them: in List-Unsubscribe-Post, in the body, or by a second From', async () => {
  const raw = signed().toString();
  const damaged = [
    raw.replace('One-Click', 'One-Clicl'),
    raw.replace('https://status.example/stop/abc', 'https://status.example/stop/abd'),
    raw.replace(/\r\n\r\n([A-Za-z0-9])/, (_all, first: string) => `\r\n\r\n${first === 'A' ? 'B' : 'A'}`),
    raw.replace('\r\nTo: ', '\r\nFrom: evil@elsewhere.example\r\nTo: '),
  ];
  for (const one of damaged) {
    expect(one).not.toBe(raw);
    for (const { result } of await verdicts(one)) expect(result).not.toBe('pass');
  }
});
