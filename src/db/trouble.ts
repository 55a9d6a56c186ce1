import type { Message } from '../errors.ts';

/** What is wrong where the database itself cannot do its work. */
export type TroubleKind = 'full' | 'damaged' | 'read-only' | 'locked' | 'failing' | 'unreachable';

/** Codes of SQLite, PostgreSQL (Appendix A of its manual) and the system; the beginning of a code stands for its class. */
const CODES: readonly [string, TroubleKind][] = [
  ['SQLITE_FULL', 'full'],
  ['ENOSPC', 'full'],
  ['53100', 'full'],
  ['SQLITE_CORRUPT', 'damaged'],
  ['SQLITE_NOTADB', 'damaged'],
  ['XX001', 'damaged'],
  ['XX002', 'damaged'],
  ['SQLITE_READONLY', 'read-only'],
  ['SQLITE_CANTOPEN', 'read-only'],
  ['EROFS', 'read-only'],
  ['EACCES', 'read-only'],
  ['25006', 'read-only'],
  ['SQLITE_BUSY', 'locked'],
  ['SQLITE_LOCKED', 'locked'],
  ['55P03', 'locked'],
  ['SQLITE_IOERR', 'failing'],
  ['58030', 'failing'],
  ['SHIRASE_THREAD_ENDED', 'unreachable'],
  ['08', 'unreachable'],
  ['57P0', 'unreachable'],
  ['53300', 'unreachable'],
  ['ECONN', 'unreachable'],
  ['ENOTFOUND', 'unreachable'],
  ['EAI_', 'unreachable'],
  ['EHOST', 'unreachable'],
  ['ENET', 'unreachable'],
  ['ETIMEDOUT', 'unreachable'],
  ['EPIPE', 'unreachable'],
];

/** pg says these without a code. */
const LOST =
  /^(Connection terminated|Query read timeout|Client has encountered a connection error|timeout exceeded when trying to connect|timeout expired)/;

/** undefined where the database did its work and the statement was at fault. */
export function troubleOf(error: unknown): TroubleKind | undefined {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return CODES.find(([beginning]) => code.startsWith(beginning))?.[1];
  return typeof message === 'string' && LOST.test(message) ? 'unreachable' : undefined;
}

const AGAIN = {
  ja: '入力された内容は、ブラウザーの「戻る」で開き直すと残っている場合があります。',
  en: 'What you entered may still be there when you go back in your browser.',
};

/** What whoever wanted to save something reads. */
const FOR_READERS: Record<TroubleKind, Message> = {
  full: {
    ja: `ディスクの空きがないため保存できませんでした。何も変更・公開されていません。管理者が空きを作ると、そのまま続けられます。${AGAIN.ja}`,
    en: `It could not be saved because the disk is full. Nothing was changed or published. Once an administrator has made room it works again. ${AGAIN.en}`,
  },
  damaged: {
    ja: 'データベースが壊れているため処理できませんでした。管理者にご連絡ください。公開ページは、最後の版で表示を続けています。',
    en: 'The database is damaged, so this could not be done. Please tell an administrator. Public pages go on with the last edition.',
  },
  'read-only': {
    ja: `データベースに書き込めないため保存できませんでした。何も変更・公開されていません。管理者にご連絡ください。${AGAIN.ja}`,
    en: `The database cannot be written to. Nothing was changed or published. Please tell an administrator. ${AGAIN.en}`,
  },
  locked: {
    ja: `データベースがほかの処理で使用中のため保存できませんでした。何も変更・公開されていません。少し待ってからもう一度お試しください。${AGAIN.ja}`,
    en: `The database is locked by something else. Nothing was changed or published. Please try again in a moment. ${AGAIN.en}`,
  },
  failing: {
    ja: `ディスクの読み書きに失敗したため保存できませんでした。管理者にご連絡ください。${AGAIN.ja}`,
    en: `The disk failed to read or write, so this could not be saved. Please tell an administrator. ${AGAIN.en}`,
  },
  unreachable: {
    ja: 'データベースとの接続が切れたため、完了を確認できませんでした。少し待ってから一覧をご確認のうえ、反映されていなければもう一度お試しください。',
    en: 'The connection to the database was lost, so it is not known whether this was done. Wait a moment, look at the list, and try again if it is not there.',
  },
};

const NOT_SHOWN: Message = {
  ja: 'ただいまデータベースに接続できないため、このページを表示できません。少し待ってからもう一度お開きください。',
  en: 'The database cannot be reached, so this page cannot be shown right now. Please open it again in a moment.',
};

/** @param reading nothing was to be changed: nobody need look whether it was. */
export function troubleText(kind: TroubleKind, { reading }: { reading: boolean }): Message {
  return reading && kind === 'unreachable' ? NOT_SHOWN : FOR_READERS[kind];
}

/** What an operator does about it, in one line. `where` is the file or the server. */
export function troubleAdvice(kind: TroubleKind, where: string): string {
  switch (kind) {
    case 'full':
      return `${where}: the disk is full. Make room (see docs/operations.md); nothing needs to be started again.`;
    case 'damaged':
      return `${where} is damaged. Keep the file for later, and put the newest backup in its place: shirase restore FILE --force`;
    case 'read-only':
      return `${where} cannot be opened for writing. Look at the owner of the file and its folder, and whether the disk is mounted read-only.`;
    case 'locked':
      return `${where} is locked by another program. End that program; the server goes on by itself.`;
    case 'failing':
      return `${where}: the disk fails to read or write. Look at the kernel's log, and restore the newest backup on another disk.`;
    case 'unreachable':
      return `${where} does not answer. It is asked again until it does.`;
  }
}
