/**
 * The body of one letter, encoded once: what is the same for all readers is base64 already, in three versions, because a
 * reader's own words before it may end one, two or three octets into a group of base64. Lines may be short (RFC 2045 6.8).
 */
export type Body = (fields: Record<string, string | undefined>) => string;

interface Fixed {
  bytes: Buffer;
  /** By how many of its octets the words before it have taken to fill their group. */
  from: { lines: string; rest: Buffer }[];
}

const PLACE = /%%([a-z]+)%%/g;
const NOTHING = Buffer.alloc(0);

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
  return (fields) => {
    const first = fixed[0]?.from[0];
    let text = first?.lines ?? '';
    let carried = first?.rest ?? NOTHING;
    for (const [n, place] of places.entries()) {
      const own = Buffer.from(fields[place] ?? `%%${place}%%`);
      const next = fixed[n + 1];
      if (!next) break;
      const words = carried.length + own.length;
      const wanted = (3 - (words % 3)) % 3;
      if (next.bytes.length < wanted) {
        carried = Buffer.concat([carried, own, next.bytes]);
        continue;
      }
      text += wrap(Buffer.concat([carried, own, next.bytes.subarray(0, wanted)], words + wanted));
      text += next.from[wanted]?.lines ?? '';
      carried = next.from[wanted]?.rest ?? NOTHING;
    }
    return text + wrap(carried);
  };
}

function fixedOf(text: string): Fixed {
  const bytes = Buffer.from(text);
  const from = [0, 1, 2].map((taken) => {
    const rest = bytes.subarray(Math.min(taken, bytes.length));
    const whole = rest.length - (rest.length % 3);
    return { lines: wrap(rest.subarray(0, whole)), rest: rest.subarray(whole) };
  });
  return { bytes, from };
}

/** In lines of 76. */
function wrap(bytes: Buffer): string {
  if (bytes.length === 0) return '';
  const encoded = bytes.toString('base64');
  if (encoded.length <= 76) return `${encoded}\r\n`;
  return encoded.replace(/.{1,76}/g, '$&\r\n');
}
