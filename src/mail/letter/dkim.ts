import { createHash, type KeyObject, sign } from 'node:crypto';

/** A key that signs all mails. Made once: reading a PEM costs more than a signature. */
export interface SigningKey {
  domain: string;
  selector: string;
  /** RSA or Ed25519. */
  key: KeyObject;
}

/** @returns the DKIM-Signature headers to be put before `head`; both end in CRLF. */
export type Signer = (head: string, body: string) => string;

/**
 * What is signed. RFC 8058 4 wants both List-Unsubscribe headers signed, or one-click is not offered. From is named once more than
 * it occurs, so that nobody can add a second one.
 */
const SIGNED = [
  ...['From', 'From', 'Reply-To', 'Subject', 'Date', 'Message-ID', 'To', 'MIME-Version', 'Content-Type'],
  ...['Content-Transfer-Encoding', 'In-Reply-To', 'References', 'List-Id', 'List-Unsubscribe', 'List-Unsubscribe-Post'],
  ...['Auto-Submitted', 'Feedback-ID'],
];

/** Signs by RFC 6376 (relaxed/relaxed), with Ed25519 by RFC 8463, once for each key. */
export function signerOf(keys: SigningKey[]): Signer | undefined {
  if (keys.length === 0) return undefined;
  return (head, body) => {
    const bodyHash = createHash('sha256').update(relaxedBody(body)).digest('base64');
    const fields = relaxedFields(head);
    const names = SIGNED.filter((name, n) => n === 1 || fields.has(name.toLowerCase()));
    // Named a second time it signs that there is no second one: an empty string.
    const signed = [...new Set(names)].map((name) => fields.get(name.toLowerCase()) ?? '').join('');
    return keys.map((key) => signature(key, names, bodyHash, signed)).join('');
  };
}

function signature({ domain, selector, key }: SigningKey, names: string[], bodyHash: string, signed: string): string {
  const elliptic = key.asymmetricKeyType === 'ed25519';
  const tags = [
    `v=1; a=${elliptic ? 'ed25519' : 'rsa'}-sha256; c=relaxed/relaxed; d=${domain};`,
    `s=${selector}; bh=${bodyHash};`,
    `h=${foldNames(names)};`,
    'b=',
  ];
  const unsigned = `DKIM-Signature: ${tags.join('\r\n ')}`;
  const data = Buffer.from(`${signed}${relaxedField(unsigned).trimEnd()}`);
  const made = elliptic ? sign(null, createHash('sha256').update(data).digest(), key) : sign('sha256', data, key);
  return `${unsigned}${made.toString('base64').replace(/.{1,72}(?!$)/g, '$&\r\n ')}\r\n`;
}

function foldNames(names: string[]): string {
  let line = 3;
  return names
    .map((name, n) => {
      const colon = n === 0 ? '' : ':';
      line += name.length + 1;
      if (line <= 76) return colon + name;
      line = name.length + 1;
      return `${colon}\r\n ${name}`;
    })
    .join('');
}

function relaxedFields(head: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const field of head.split(/\r\n(?![ \t])/)) {
    if (field !== '') fields.set(field.slice(0, field.indexOf(':')).toLowerCase(), relaxedField(field));
  }
  return fields;
}

/** RFC 6376 3.4.2. */
function relaxedField(field: string): string {
  const colon = field.indexOf(':');
  const value = field
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim();
  return `${field.slice(0, colon).toLowerCase().trim()}:${value}\r\n`;
}

/** RFC 6376 3.4.4. */
function relaxedBody(body: string): string {
  const lines = body.replace(/[ \t]+/g, ' ').replace(/ \r\n/g, '\r\n');
  const end = lines.replace(/(\r\n)+$/, '');
  return end === '' ? '' : `${end}\r\n`;
}
