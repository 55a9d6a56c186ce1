import type { Readable, Writable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Outcome, Outgoing } from './relay.ts';

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
  /** Its end has been given to the server. */
  handedOver: boolean;
  /** The gate said no. */
  stopped: boolean;
  /** Resolves once the gate has answered; absent where it was never asked. */
  asked?: Promise<void>;
}

/** One connection to the relay, by nodemailer's SMTP client. It takes one mail after the other. */
export class SmtpLine {
  readonly #options: LineOptions;
  #connection: SMTPConnection | undefined;
  /** Mails that went over it. */
  mails = 0;
  isOpen = true;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  async send(mail: Outgoing, beforeFinalDot: () => Promise<void>): Promise<Outcome> {
    const progress: Progress = { begun: false, handedOver: false, stopped: false };
    try {
      const connection = this.#connection ?? (await this.#connect());
      progress.begun = true;
      this.mails++;
      const reply = await this.#handOver(connection, mail, beforeFinalDot, progress);
      return { kind: 'sent', reply: reply.slice(0, 500) };
    } catch (error) {
      // The gate may still be open when the connection breaks: only with its answer it is known what was taken.
      await progress.asked;
      const outcome = outcomeOf(error as SmtpError, progress);
      if (outcome.kind === 'refused' && outcome.reply.code !== 421) await this.#reset();
      else this.#drop();
      return outcome;
    }
  }

  /** Says goodbye. Only for a line without a mail under way. */
  quit(): void {
    this.isOpen = false;
    this.#connection?.quit();
  }

  #connect(): Promise<SMTPConnection> {
    const connection = new SMTPConnection(this.#options);
    this.#connection = connection;
    return new Promise((resolve, reject) => {
      connection.on('error', (error: SmtpError) => {
        this.#drop();
        reject(error);
      });
      connection.once('end', () => {
        this.isOpen = false;
        reject(lost('the connection was closed'));
      });
      connection.connect((error) => {
        if (error) return reject(error);
        const { login } = this.#options;
        if (!login) return resolve(connection);
        const auth = { user: login.user, credentials: login } as unknown as SMTPConnection.Credentials;
        connection.login(auth, (refused) => (refused ? reject(refused) : resolve(connection)));
      });
    });
  }

  #handOver(
    connection: SMTPConnection,
    mail: Outgoing,
    beforeFinalDot: () => Promise<void>,
    progress: Progress,
  ): Promise<string> {
    const envelope = { from: mail.from, to: [mail.to], size: mail.bytes.length };
    return new Promise((resolve, reject) => {
      // nodemailer pipes what is no string once the server has said that it wants the mail, and not before.
      const message = {
        pipe: (into: Writable) => {
          progress.asked = this.#gate(connection, into, mail.bytes, beforeFinalDot).then(
            (end) => {
              progress.handedOver = end;
            },
            (error: unknown) => {
              progress.stopped = true;
              // Without its end the server has nothing; the connection cannot be used for anything else any more.
              connection.close();
              reject(error instanceof Error ? error : new Error('stopped'));
            },
          );
        },
      };
      connection.send(envelope, message as unknown as Readable, (error, info) =>
        error ? reject(error) : resolve(info.response),
      );
    });
  }

  /** Gives all of the mail but its end, asks, and gives the end. @returns whether it was given: the connection may be gone. */
  async #gate(connection: SMTPConnection, into: Writable, bytes: Buffer, ask: () => Promise<void>): Promise<boolean> {
    if (!into.write(bytes)) {
      await new Promise<void>((resolve) => {
        const done = () => {
          connection.off('end', done);
          resolve();
        };
        into.once('drain', done);
        connection.once('end', done);
      });
    }
    if (!this.isOpen) return false;
    await ask();
    if (!this.isOpen) return false;
    into.end();
    return true;
  }

  /** After a refused mail the connection is as good as before. */
  #reset(): Promise<void> {
    return new Promise((resolve) => {
      const connection = this.#connection;
      if (!connection || !this.isOpen) return resolve();
      // A line lives for hundreds of mails: what waits for its end must not pile up on it.
      const done = () => {
        connection.off('end', done);
        resolve();
      };
      connection.once('end', done);
      connection.reset((error) => {
        if (error) this.#drop();
        done();
      });
    });
  }

  #drop(): void {
    this.isOpen = false;
    this.#connection?.close();
  }
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
