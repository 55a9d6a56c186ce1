/**
 * The body of one letter, encoded once: what is the same for all readers is base64 already, in three versions, because a
 * reader's own words before it may end one, two or three octets into a group of base64. Lines may be short (RFC 2045 6.8).
 */
export type Body = (wordsAt: (place: string) => string | undefined) => string;

interface Fixed {
  bytes: Buffer;
  /** By how many of its octets the words before it have taken to fill their group. */
  from: { lines: string; rest: Buffer }[];
}

const PLACE = /%%([a-z]+)%%/g;

/** A reader's words between two fixed pieces are put together and encoded here: a buffer for each would cost more than they do. */
let sheet = Buffer.alloc(4096);

/** Places `%%name%%` are filled once: what a value itself contains is never a place. One that has no value stays as it is. */
export function bodyOf(template: string): Body {
  const places: string[] = [];
  const fixed: Fixed[] = [];
  let end = 0;
  for (const match of template.matchAll(PLACE)) {
    fixed.push(fixedOf(template.slice(end, match.index)));
    places.push(match[1] ?? '');
    end = match.index + match[0].length;
  }
  fixed.push(fixedOf(template.slice(end)));
  return (wordsAt) => {
    const first = fixed[0]?.from[0];
    let text = first?.lines ?? '';
    let written = first ? put(first.rest, 0) : 0;
    for (const [n, place] of places.entries()) {
      written = put(wordsAt(place) ?? `%%${place}%%`, written);
      const next = fixed[n + 1];
      if (!next) break;
      const wanted = (3 - (written % 3)) % 3;
      if (next.bytes.length < wanted) {
        written = put(next.bytes, written);
        continue;
      }
      written = put(next.bytes.subarray(0, wanted), written);
      const piece = next.from[wanted];
      text += wrap(sheet, written) + (piece?.lines ?? '');
      written = piece ? put(piece.rest, 0) : 0;
    }
    return text + wrap(sheet, written);
  };
}

/** Onto the sheet, at that octet. @returns where the words end. */
function put(words: string | Buffer, at: number): number {
  const most = at + (typeof words === 'string' ? words.length * 3 : words.length);
  if (most > sheet.length) sheet = Buffer.concat([sheet.subarray(0, at)], most * 2);
  return at + (typeof words === 'string' ? sheet.write(words, at) : words.copy(sheet, at));
}

function fixedOf(text: string): Fixed {
  const bytes = Buffer.from(text);
  const from = [0, 1, 2].map((taken) => {
    const rest = bytes.subarray(Math.min(taken, bytes.length));
    const whole = rest.length - (rest.length % 3);
    return { lines: wrap(rest, whole), rest: rest.subarray(whole) };
  });
  return { bytes, from };
}

/** So many octets in lines of 76. */
function wrap(bytes: Buffer, length: number): string {
  const encoded = bytes.toString('base64', 0, length);
  let lines = '';
  for (let at = 0; at < encoded.length; at += 76) lines += `${encoded.slice(at, at + 76)}\r\n`;
  return lines;
}
