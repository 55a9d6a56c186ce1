import { Readable } from 'node:stream';
import nodemailer from 'nodemailer';
import type { Outgoing } from './compose.ts';

/** A server's definite answer. */
export interface Reply {
  code: number;
  text: string;
  /** RCPT, DATA …: the command it answered. */
  command: string;
}

/**
 * What became of one attempt. Only `in_doubt` leaves open whether the other side has the mail: everything had been given to it and
 * no answer came.
 */
export type Outcome =
  | { kind: 'sent'; reply: string }
  | { kind: 'refused'; reply: Reply }
  | { kind: 'unreachable'; reason: string }
  | { kind: 'in_doubt'; reason: string }
  | { kind: 'stopped' };

/** How mails leave. `beforeFinalDot` runs when all of the mail was handed over but its end: where it throws, the mail does not go. */
export interface Relay {
  send(mail: Outgoing, beforeFinalDot: () => Promise<void>): Promise<Outcome>;
  close(): Promise<void>;
}

export interface SmtpOptions {
  connections: number;
  connectionTimeout?: number;
  greetingTimeout?: number;
  /** Waiting for the answer to the final dot: under ten minutes makes copies (RFC 5321 4.5.3.2.6). Milliseconds. */
  socketTimeout?: number;
}

/** Hands over by SMTP through a pool. The pool itself never sends a mail again: repeating is the outbox' decision. */
export function smtpRelay(url: string, options: SmtpOptions): Relay {
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
  const transport = nodemailer.createTransport({
    ...connectionOf(url),
    pool: true,
    maxConnections: options.connections,
    maxMessages: 500,
    maxRequeues: 0,
    connectionTimeout: options.connectionTimeout ?? 10_000,
    greetingTimeout: options.greetingTimeout ?? 30_000,
    socketTimeout: options.socketTimeout ?? 660_000,
    disableFileAccess: true,
    disableUrlAccess: true,
    tls: { rejectUnauthorized: !loopback, minVersion: 'TLSv1.2' },
  } as Parameters<typeof nodemailer.createTransport>[0]);
  transport.use('stream', (mail, done) => {
    const { beforeFinalDot } = mail.data as { beforeFinalDot?: () => Promise<void> };
    if (beforeFinalDot) mail.message.processFunc((bytes) => Readable.from(gated(bytes, beforeFinalDot)));
    done();
  });
  return {
    async send(mail, beforeFinalDot) {
      const progress = { handedOver: false, stopped: false };
      const guarded = async () => {
        try {
          await beforeFinalDot();
        } catch (error) {
          progress.stopped = true;
          throw error;
        }
        progress.handedOver = true;
      };
      try {
        const info = (await transport.sendMail({ ...mail, beforeFinalDot: guarded } as typeof mail)) as {
          response?: string;
        };
        return { kind: 'sent', reply: info.response ?? '250' };
      } catch (error) {
        return outcomeOf(error as SmtpError, progress);
      }
    },
    close: async () => transport.close(),
  };
}

interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
  command?: string;
}

/**
 * nodemailer's error does not tell a connection lost before RCPT from one lost after the final dot; our own mark does. A reply code
 * is a definite refusal at any stage, but a refused greeting, login or 421 before the mail is the relay's trouble and not the mail's.
 */
function outcomeOf(error: SmtpError, progress: { handedOver: boolean; stopped: boolean }): Outcome {
  if (progress.stopped) return { kind: 'stopped' };
  const code = error.responseCode;
  const text = (error.response ?? error.message).slice(0, 500);
  const ofTheMail = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  if (code !== undefined && code >= 400 && (ofTheMail || progress.handedOver)) {
    if (code === 421 && !progress.handedOver) return { kind: 'unreachable', reason: text };
    return { kind: 'refused', reply: { code, text, command: error.command ?? '' } };
  }
  if (progress.handedOver) return { kind: 'in_doubt', reason: text };
  // refused before anything was said: an envelope or size that will not do next time either
  if (ofTheMail && code === undefined) return { kind: 'refused', reply: { code: 554, text, command: 'local' } };
  return { kind: 'unreachable', reason: `${error.code ?? 'error'}: ${text}` };
}

/**
 * Passes the mail through and asks once everything has passed. A generator, because nothing in it runs before the server has said
 * that it wants the mail: a Transform fills its buffers while MAIL FROM is still on its way, and asks far too early.
 */
async function* gated(bytes: Readable, ask: () => Promise<void>): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) yield chunk as Buffer;
  await ask();
}

function connectionOf(url: string) {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  const secure = protocol === 'smtps:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port ? Number(port) : secure ? 465 : 25,
    secure,
    ...(username ? { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } } : {}),
    ...(searchParams.get('requireTLS') === 'true' ? { requireTLS: true } : {}),
  };
}
