/** Control characters, and those that turn the direction of all that follows: a client may print them as they come. */
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * What staff typed, as plain text. Clients have been seen to paste it into pages: a word joiner, which nobody sees, stands in
 * what would begin a tag there.
 */
export function plainText(text: string): string {
  return text.replace(UNSEEN, '').replace(/<(?=[a-z/!?])/gi, '<\u2060');
}

/** The same on one line. */
export function plainLine(text: string): string {
  return plainText(text.replace(/\s+/g, ' ')).trim();
}
