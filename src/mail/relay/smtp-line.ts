import type { Socket } from 'node:net';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Outcome, Outgoing } from './relay.ts';
import { SmtpTalk, unintelligible } from './smtp-talk.ts';

export interface LineOptions {
  host: string;
  port: number;
  secure: boolean;
  requireTLS?: boolean;
  connectionTimeout: number;
  greetingTimeout: number;
  socketTimeout: number;
  tls: { rejectUnauthorized: boolean; minVersion: 'TLSv1.2' };
  login?: { user: string; pass: string };
}

type SmtpError = SMTPConnection.SMTPError;

/** How far the mail under way has come. */
interface Progress {
  /** The connection stands. */
  begun: boolean;
  /** The server takes the mail, and waits for its end. */
  open: boolean;
  /** Its end has been given to the server. */
  handedOver: boolean;
  /** The gate said no. */
  stopped: boolean;
  /** Resolves once the gate has answered; absent where it was never asked. */
  asked?: Promise<void>;
}

/** A connection that stands: opened, encrypted and logged in by nodemailer's client, and what its server can do. */
interface Connected {
  talk: SmtpTalk;
  connection: SMTPConnection;
  extensions: string[];
  /** Octets of a mail; 0 where the server names no limit. */
  largest: number;
}

/** What nodemailer knows of a connection once it stands. */
interface Inside {
  _socket: Socket;
  _supportedExtensions: string[];
  _maxAllowedSize: number;
}

/**
 * One connection to the relay, which takes one mail after the other. nodemailer's SMTP client opens it; the mails are given here, with all
 * of the envelope at once where the server offers that (RFC 2920), because a stream and a timer for each mail cost more than the mail.
 */
export class SmtpLine {
  readonly #options: LineOptions;
  #connected: Connected | undefined;
  #connection: SMTPConnection | undefined;
  /** Mails that went over it. */
  mails = 0;
  isOpen = true;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  async send(mail: Outgoing, beforeFinalDot: () => Promise<void>): Promise<Outcome> {
    const progress: Progress = { begun: false, open: false, handedOver: false, stopped: false };
    try {
      this.#connected ??= await this.#connect();
      progress.begun = true;
      this.mails++;
      const reply = await this.#handOver(this.#connected, mail, beforeFinalDot, progress);
      return { kind: 'sent', reply: reply.slice(0, 500) };
    } catch (error) {
      // The gate may still be open when the connection breaks: only with its answer it is known what was taken.
      await progress.asked;
      const outcome = outcomeOf(error as SmtpError, progress);
      const usable =
        outcome.kind === 'refused' && outcome.reply.code !== 421 && (!progress.open || progress.handedOver);
      if (usable && this.#connected) await this.#reset(this.#connected);
      else this.#drop();
      return outcome;
    }
  }

  /** Says goodbye, and waits for no answer to it. Only for a line without a mail under way. */
  quit(): void {
    this.isOpen = false;
    this.#connection?.quit();
    this.#connection?.close();
  }

  #connect(): Promise<Connected> {
    const connection = new SMTPConnection(this.#options);
    this.#connection = connection;
    return new Promise((resolve, reject) => {
      const broken = (error: SmtpError) => {
        this.isOpen = false;
        reject(error);
        this.#connected?.talk.break(error);
      };
      connection.on('error', (error: SmtpError) => {
        broken(error);
        this.#drop();
      });
      connection.once('end', () => broken(lost('the connection was closed')));
      connection.connect((error) => {
        if (error) return reject(error);
        const { login } = this.#options;
        if (!login) return resolve(this.#takeOver(connection));
        const auth = { user: login.user, credentials: login } as unknown as SMTPConnection.Credentials;
        connection.login(auth, (refused) => (refused ? reject(refused) : resolve(this.#takeOver(connection))));
      });
    });
  }

  /** From here on the server is heard here; that the connection ends, or says nothing for too long, nodemailer still notices. */
  #takeOver(connection: SMTPConnection): Connected {
    const {
      _socket: socket,
      _supportedExtensions: extensions,
      _maxAllowedSize: largest,
    } = connection as unknown as Inside;
    socket.removeAllListeners('data');
    const talk = new SmtpTalk(socket, (reply) => {
      talk.break(unintelligible(reply));
      this.#drop();
    });
    return { talk, connection, extensions, largest };
  }

  async #handOver(
    connected: Connected,
    mail: Outgoing,
    beforeFinalDot: () => Promise<void>,
    progress: Progress,
  ): Promise<string> {
    const { talk } = connected;
    await this.#envelope(connected, mail);
    progress.open = true;
    progress.asked = this.#gate(talk, mail.bytes, beforeFinalDot, progress);
    const reply = await talk.reply();
    // an answer before the end is none to the mail
    if (reply.startsWith('2') && !progress.handedOver) throw unintelligible(reply);
    if (!reply.startsWith('2')) throw refusal('EMESSAGE', reply, 'DATA');
    return reply;
  }

  /** @throws Error of the command that was refused, with the server's reply. */
  async #envelope({ talk, connection, extensions, largest }: Connected, { from, to, bytes }: Outgoing): Promise<void> {
    if (/[\r\n<>]/.test(from + to)) throw Object.assign(new Error('no address'), { code: 'EENVELOPE' });
    if (largest > 0 && bytes.length > largest)
      throw Object.assign(new Error(`larger than ${largest} octets`), { code: 'EMESSAGE' });
    const utf8 = /[^\x00-\x7f]/.test(from + to) && extensions.includes('SMTPUTF8') ? ' SMTPUTF8' : '';
    const size = extensions.includes('SIZE') ? ` SIZE=${bytes.length}` : '';
    const commands = [`MAIL FROM:<${from}>${utf8}${size}\r\n`, `RCPT TO:<${to}>\r\n`, 'DATA\r\n'];
    const names = ['MAIL FROM', 'RCPT TO', 'DATA'];
    const together = extensions.includes('PIPELINING');
    if (together) talk.give(commands.join(''), commands.length);
    let refused: SmtpError | undefined;
    for (const [n, command] of commands.entries()) {
      if (!together) talk.give(command, 1);
      const reply = await talk.reply();
      const taken = n < 2 ? reply.startsWith('2') : /^[23]/.test(reply);
      if (!taken) refused ??= refusal('EENVELOPE', reply, names[n] ?? '');
      // It takes the text of a mail whose envelope it has refused, which nothing but the end of the connection takes back.
      else if (refused && n === 2) connection.close();
      if (refused && (!together || reply.startsWith('421'))) break;
    }
    if (refused) throw refused;
  }

  /** Gives all of the mail but its end, asks, and gives the end; where the connection is gone or the server has answered, it does not. */
  async #gate(talk: SmtpTalk, bytes: Buffer, ask: () => Promise<void>, progress: Progress): Promise<void> {
    try {
      if (!talk.give(dotStuffed(bytes), 1)) await talk.drained();
      if (!this.isOpen) return;
      await ask();
      if (!this.isOpen || !talk.isHeard || talk.isQuiet) return;
      progress.handedOver = true;
      talk.give('.\r\n', 0);
    } catch (error) {
      progress.stopped = true;
      // Without its end the server has nothing; the connection cannot be used for anything else any more.
      talk.break(error instanceof Error ? error : new Error('stopped'));
      this.#drop();
    }
  }

  /** After a refused mail the connection is as good as before. */
  async #reset({ talk }: Connected): Promise<void> {
    if (!this.isOpen) return;
    talk.give('RSET\r\n', 1);
    const reply = await talk.reply().catch(() => '');
    if (!reply.startsWith('2')) this.#drop();
  }

  #drop(): void {
    this.isOpen = false;
    this.#connection?.close();
  }
}

/** A line that begins with a dot is given one more (RFC 5321 4.5.2). Ours hardly ever do: bodies are base64. */
function dotStuffed(bytes: Buffer): Buffer {
  if (bytes[0] !== DOT && !bytes.includes('\n.')) return bytes;
  return Buffer.from(bytes.toString('latin1').replace(/^\./gm, '..'), 'latin1');
}

const DOT = 0x2e;

function refusal(code: 'EENVELOPE' | 'EMESSAGE', reply: string, command: string): SmtpError {
  const said = /^\d{3}/.exec(reply)?.[0];
  const responseCode = said === undefined ? {} : { responseCode: Number(said) };
  return Object.assign(new Error(reply), { code, response: reply, command, ...responseCode });
}

function lost(message: string): SmtpError {
  return Object.assign(new Error(message), { code: 'ECONNECTION' });
}

/**
 * nodemailer's error does not tell a connection lost before RCPT from one lost after the final dot; our own mark does. A reply code
 * is a definite refusal at any stage, but a refused greeting, login or 421 before the mail is the relay's trouble and not the mail's.
 */
function outcomeOf(error: SmtpError, progress: Progress): Outcome {
  if (progress.stopped) return { kind: 'stopped' };
  const code = error.responseCode;
  const text = (error.response ?? error.message).slice(0, 500);
  const ofTheMail = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  if (code !== undefined && code >= 400 && (ofTheMail || progress.handedOver)) {
    if (code === 421 && !progress.handedOver) return { kind: 'unreachable', reason: text, begun: true };
    return { kind: 'refused', reply: { code, text, command: error.command ?? '' } };
  }
  if (progress.handedOver) return { kind: 'in_doubt', reason: text };
  // refused before anything was said: an envelope or size that will not do next time either
  if (ofTheMail && code === undefined) return { kind: 'refused', reply: { code: 554, text, command: 'local' } };
  const reason = `${error.code ?? 'error'}: ${text}`;
  const refusesUs = error.code === 'EAUTH' && (code ?? 0) >= 500;
  return { kind: 'unreachable', reason, refusesUs, begun: progress.begun };
}
