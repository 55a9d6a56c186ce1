/** What a paper never needs and what can run, send or carry something (ISO 32000-1, 12.6.4, 7.11.4, 12.7.8). */
const ACTIVE = [
  'JavaScript',
  'JS',
  'Launch',
  'EmbeddedFile',
  'EmbeddedFiles',
  'RichMedia',
  'SubmitForm',
  'ImportData',
  'GoToE',
  'XFA',
  'OpenAction',
  'AA',
];

/**
 * A name may be written with escapes (`/J#61vaScript`), and hides where streams are compressed: so it is also never shown inside
 * our pages but handed out to be saved, in a sandbox of its own.
 * @returns what it holds that a paper must not, or nothing. @throws Error that says what is wrong with it.
 */
export function activeParts(bytes: Buffer): string[] {
  const text = bytes.toString('latin1');
  if (!text.startsWith('%PDF-')) throw new Error('is no PDF');
  const tail = text.lastIndexOf('%%EOF');
  if (tail < 0 || text.length - tail > 1024) throw new Error('is damaged: its end is missing');
  if (/\/Encrypt\b/.test(text)) throw new Error('is encrypted');
  const names = new Set(
    [...text.matchAll(/\/([A-Za-z#][A-Za-z0-9#]*)/g)].map(([, name = '']) =>
      name.replace(/#([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    ),
  );
  return ACTIVE.filter((name) => names.has(name));
}
