/** A mail address wherever it stands: in a relay's answer, a database's complaint, a path. */
const ADDRESS = /[^\s<>()[\]"'\\,;:=/?&]+(?:@|%40)([A-Za-z0-9][A-Za-z0-9.-]*)/gi;

/** Tokens, keys, session ids and hashes are 43 characters of base64url; nothing else of ours is as long. */
const TOKEN = /(?<![A-Za-z0-9_-])(?:shirase_)?[A-Za-z0-9_-]{40,}(?![A-Za-z0-9_-])/g;

/** The password in a URL such as that of the database. */
const PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/"']*):[^\s@/"']+@/gi;

/** A line of the log without anybody's address, token or password. The domain stays: it says which receiver is in trouble. */
export function redact(line: string): string {
  return line.replace(PASSWORD, '$1:…@').replace(ADDRESS, '…@$1').replace(TOKEN, '…');
}

/** Where a log is written to. */
export interface Destination {
  write(line: string): unknown;
}

/** Everything that is written here passes redact(): whoever logs something new cannot forget it. */
export function redacting(to: Destination): { write(line: string): void } {
  return { write: (line) => void to.write(redact(line)) };
}
