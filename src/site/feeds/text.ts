/**
 * Without what XML 1.0 cannot write and a calendar may not: most control characters, half a pair, U+FFFE. The door lets few of
 * them in; a feed that cannot be read at all is worse than one character less.
 */
export function writable(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');
}
