import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type BounceGround, takeReport } from './intake.ts';

const LARGEST = 5 * 1024 * 1024;
const AT_ONCE = 200;

/**
 * Reads what a mail server has put into a Maildir or an mbox file. From a Maildir each mail goes to `cur`, seen; an mbox is set aside under
 * another name first and read at the next time, when whoever was writing has ended. @returns how many were read.
 */
export async function readMailbox(path: string, ground: BounceGround): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return readMaildir(path, ground);
  return readMbox(path, ground, found !== null && found.size > 0);
}

async function readMaildir(path: string, ground: BounceGround): Promise<number> {
  const arrived: string[] = await readdir(join(path, 'new')).catch(() => []);
  const names = arrived.sort().slice(0, AT_ONCE);
  if (names.length > 0) await mkdir(join(path, 'cur'), { recursive: true });
  for (const name of names) {
    const file = join(path, 'new', name);
    const { size } = await stat(file);
    if (size <= LARGEST) await takeReport(ground, await readFile(file));
    // After it is recorded: a crash before reads it again, and the same is not counted twice.
    await rename(file, join(path, 'cur', `${name}:2,S`));
  }
  return names.length;
}

const ASIDE = '.being-read';

async function readMbox(path: string, ground: BounceGround, more: boolean): Promise<number> {
  const aside = `${path}${ASIDE}`;
  let read = 0;
  const names: string[] = await readdir(dirname(path)).catch(() => []);
  if (names.includes(basename(aside))) {
    for (const mail of mailsOf(await readFile(aside, 'latin1'))) {
      if (mail.length <= LARGEST) await takeReport(ground, Buffer.from(mail, 'latin1'));
      read++;
    }
    await rm(aside);
  }
  if (more) await rename(path, aside);
  return read;
}

/** Mails in an mbox begin at a line `From sender date`; `>From ` in their text is what stood there as `From `. */
function mailsOf(text: string): string[] {
  return text
    .split(/(?:^|\r?\n)From [^\n]*\n/)
    .filter((mail) => mail.trim() !== '')
    .map((mail) => mail.replace(/^>(>*From )/gm, '$1'));
}
