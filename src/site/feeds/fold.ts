/** A line's most, in octets (RFC 5545, 3.1). */
const LINE = 75;

/** Breaks long lines of a calendar, never within a letter. The library's own way takes a third of a second for a year of works. */
export function folded(text: string): string {
  return text.split('\r\n').map(foldedLine).join('\r\n');
}

function foldedLine(line: string): string {
  if (Buffer.byteLength(line) <= LINE) return line;
  let lines = '';
  let room = LINE;
  for (const letter of line) {
    const octets = octetsOf(letter.codePointAt(0) ?? 0);
    if (octets > room) {
      lines += '\r\n ';
      room = LINE - 1;
    }
    lines += letter;
    room -= octets;
  }
  return lines;
}

function octetsOf(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
