import type { Socket } from 'node:net';

/** What a server says at once, at most: more is no answer. */
const LONGEST = 64 * 1024;

/** A server that cannot be understood, or that speaks unasked. */
export function unintelligible(message: string): Error {
  return Object.assign(new Error(message), { code: 'EPROTOCOL' });
}

/**
 * Commands and replies over a connection that stands (RFC 5321 4.2): each reply goes to whoever asks next, in the order of the commands. A
 * server that speaks unasked is closing the connection, or is not to be understood any more.
 */
export class SmtpTalk {
  readonly #socket: Socket;
  readonly #unasked: (reply: string) => void;
  /** What came of a line that has not ended, and the lines before it of a reply that goes on. */
  #rest = '';
  #lines = '';
  readonly #replies: string[] = [];
  #expected = 0;
  #waiting: { resolve: (reply: string) => void; reject: (error: Error) => void } | undefined;
  #broken: Error | undefined;

  constructor(socket: Socket, unasked: (reply: string) => void) {
    this.#socket = socket;
    this.#unasked = unasked;
    socket.on('data', (chunk: Buffer) => this.#read(chunk.toString('latin1')));
  }

  /** Gives a group of commands, which will have so many replies. @returns false where the other side does not keep up. */
  give(bytes: Buffer | string, replies: number): boolean {
    this.#expected += replies;
    return this.#socket.write(bytes);
  }

  /** The next reply. @throws what broke the connection. */
  reply(): Promise<string> {
    const reply = this.#replies.shift();
    if (reply !== undefined) return Promise.resolve(reply);
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** The other side has said everything that it was asked for. */
  get isQuiet(): boolean {
    return this.#expected === 0;
  }

  /** The other side has not ended the connection, as far as is known: who has gone takes no mail, and cannot answer. */
  get isHeard(): boolean {
    return this.#socket.writable && !this.#socket.readableEnded;
  }

  /** Resolves when what was given has gone out, or never will. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      const gone = () => {
        this.#socket.off('drain', gone).off('close', gone);
        resolve();
      };
      this.#socket.on('drain', gone).on('close', gone);
    });
  }

  /** Nothing more will be said. A refusal whose line was cut off is one nevertheless. */
  break(error: Error): void {
    if (this.#broken) return;
    this.#broken = error;
    const last = this.#lines + this.#rest;
    if (/^[45]\d{2}[ -]/.test(last)) this.#take(last);
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const ended of lines) {
      const line = ended.endsWith('\r') ? ended.slice(0, -1) : ended;
      if (/^\d{3}-/.test(line)) this.#lines += `${line}\n`;
      else if (line.trim() !== '') {
        const reply = this.#lines + line;
        this.#lines = '';
        this.#take(reply);
      }
    }
    if (this.#rest.length + this.#lines.length > LONGEST) this.#socket.destroy(unintelligible('the answer has no end'));
  }

  #take(bytes: string): void {
    const reply = Buffer.from(bytes, 'latin1').toString();
    if (this.#expected === 0) {
      this.#unasked(reply);
      return;
    }
    this.#expected--;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting.resolve(reply);
    else this.#replies.push(reply);
  }
}
