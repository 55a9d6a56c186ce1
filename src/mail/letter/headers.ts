/**
 * Header lines as RFC 5322 and RFC 2047 want them: nothing handed in can begin another header, other than ASCII goes into
 * encoded words of at most 75 octets that each decode to whole characters, and lines keep to 76 where there is a space to break at.
 */

/** `=?UTF-8?B?` and `?=` leave 63 of the 75 octets, of which base64 fills 60: 45 octets of text. */
const WORD_BYTES = 45;
const LINE = 76;

/** A header of words: a subject, a display name. */
export function textHeader(name: string, text: string): string {
  const plain = oneLine(text);
  if (isPlain(plain) && name.length + 2 + plain.length <= LINE) return `${name}: ${plain}\r\n`;
  return `${name}: ${encodedWords(plain, name.length + 2)}\r\n`;
}

/** One mailbox with its display name. */
export function mailboxHeader(name: string, mailbox: { name: string; address: string }): string {
  const address = `<${oneLine(mailbox.address)}>`;
  const words = oneLine(mailbox.name);
  if (words === '') return `${name}: ${oneLine(mailbox.address)}\r\n`;
  const quoted = `"${words.replace(/["\\]/g, '\\$&')}"`;
  const fits = isPlain(words) && name.length + 2 + quoted.length <= LINE;
  const shown = fits ? quoted : encodedWords(words, name.length + 2);
  const last = shown.slice(shown.lastIndexOf('\n') + 1);
  const room = LINE - (last === shown ? name.length + 2 : 0);
  return `${name}: ${shown}${last.length + 1 + address.length > room ? '\r\n ' : ' '}${address}\r\n`;
}

/** A structured header that is passed on as it is, folded at its spaces where it is long. URLs stay in one piece. */
export function plainHeader(name: string, value: string): string {
  if (!/^[\x20-\x7e\r\n]*$/.test(value)) return textHeader(name, value);
  let line = `${name}:`;
  let folded = '';
  for (const word of oneLine(value).split(' ')) {
    if (line.length + 1 + word.length > LINE && line !== `${name}:` && word !== '') {
      folded += `${line}\r\n`;
      line = '';
    }
    line += ` ${word}`;
  }
  return `${folded}${line}\r\n`;
}

/** RFC 5322 date in UTC: `Thu, 06 Mar 2014 08:00:00 +0000`. */
export function dateHeader(at: number): string {
  return `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}\r\n`;
}

function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text) && !text.includes('=?');
}

function encodedWords(text: string, indent: number): string {
  const words: string[] = [];
  // the first line also carries the header's name
  let room = Math.floor((LINE - indent - 12) / 4) * 3;
  let word = '';
  let bytes = 0;
  for (const character of text) {
    const size = Buffer.byteLength(character);
    if (bytes + size > Math.min(room, WORD_BYTES) && word !== '') {
      words.push(word);
      room = WORD_BYTES;
      word = '';
      bytes = 0;
    }
    word += character;
    bytes += size;
  }
  words.push(word);
  return words.map((one) => `=?UTF-8?B?${Buffer.from(one).toString('base64')}?=`).join('\r\n ');
}

/** Nothing that was handed in can begin another header. */
export function oneLine(value: string): string {
  return value.replace(/[\r\n\u0000]+/g, ' ');
}
