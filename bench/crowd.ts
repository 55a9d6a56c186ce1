import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as breathe } from 'node:timers/promises';

export interface Answer {
  status: number;
  /** From the last byte of the question to the first of the answer. */
  milliseconds: number;
  /** Since the first was sent: when this question was, and when the whole answer was there. */
  asked: number;
  at: number;
  text: string;
}

interface Waiting {
  socket: Socket;
  sent: number;
  text: string;
  /** Bytes of the whole answer, once its head is there. */
  length: number;
  answered: (text: string, first: number, last: number) => void;
  first: number;
}

/** Everybody's answers are read into the same bytes: a buffer for each would cost more than what is measured. */
const READ = Buffer.alloc(65_536);
const SOME = 250;
/** Of those who ask in one instant: then it is heard who has been answered meanwhile, or all would seem to wait for the last to ask. */
const IN_A_ROW = 50;

/**
 * Each on a connection of his own, with his question ready as bytes: what is measured is the server's time and as little as
 * possible of the crowd's.
 */
export class Crowd {
  readonly #members: Waiting[];

  private constructor(members: Waiting[]) {
    this.#members = members;
  }

  /**
   * All connect, and have been heard once.
   * @param from whose address each has, where that makes a difference.
   */
  static async gather(
    port: number,
    count: number,
    greeting: string,
    from: (n: number) => string = () => '127.0.0.1',
  ): Promise<Crowd> {
    const crowd = new Crowd([]);
    while (crowd.#members.length < count) {
      const already = crowd.#members.length;
      const some = await Promise.all(Array.from({ length: SOME }, (_, n) => member(port, from(already + n))));
      await Promise.all(some.map((one) => ask(one, Buffer.from(`GET ${greeting} HTTP/1.1\r\nHost: x\r\n\r\n`))));
      crowd.#members.push(...some);
    }
    return crowd;
  }

  /** @param within milliseconds over which they come, one after the other; 0 is all in one instant. */
  async offer(questions: Buffer[], within: number, each: (answer: Answer) => void = () => {}): Promise<Answer[]> {
    const members = this.#members;
    const began = performance.now();
    const answers: Promise<Answer>[] = [];
    const due = questions.map((_, n) => ((n + Math.random()) * within) / questions.length);
    while (answers.length < questions.length) {
      const now = performance.now() - began;
      const most = Math.min(questions.length, answers.length + IN_A_ROW);
      for (let n = answers.length; n < most && (due[n] ?? 0) <= now; n++) {
        const [one, question] = [members[n], questions[n]];
        if (!one || !question) throw new Error('more questions than people');
        answers.push(
          ask(one, question).then((found) => {
            const answer = { ...found, asked: found.asked - began, at: found.at - began };
            each(answer);
            return answer;
          }),
        );
      }
      if (answers.length === most) await breathe();
      else await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return Promise.all(answers);
  }

  leave(): void {
    for (const { socket } of this.#members) socket.destroy();
  }
}

async function member(port: number, localAddress: string): Promise<Waiting> {
  const one: Omit<Waiting, 'socket'> = { sent: 0, text: '', length: 0, answered: () => {}, first: 0 };
  const callback = (bytes: number) => {
    const now = performance.now();
    if (one.text === '') one.first = now;
    one.text += READ.toString('latin1', 0, bytes);
    one.length ||= lengthOf(one.text);
    if (one.length > 0 && one.text.length >= one.length) one.answered(one.text, one.first, now);
    return true;
  };
  const socket = connect({ host: '127.0.0.1', port, localAddress, noDelay: true, onread: { buffer: READ, callback } });
  await once(socket, 'connect');
  return Object.assign(one, { socket });
}

function lengthOf(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  return head < 0 ? 0 : head + 4 + Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
}

function ask(one: Waiting, question: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    Object.assign(one, { text: '', length: 0 });
    const gone = () => reject(new Error('a connection was cut'));
    one.socket.once('close', gone);
    one.answered = (text, first, last) => {
      one.socket.off('close', gone);
      const status = Number(text.slice(9, 12));
      resolve({ status, milliseconds: first - one.sent, asked: one.sent, at: last, text });
    };
    one.socket.write(question);
    one.sent = performance.now();
  });
}
