import type { Outcome, Outgoing, Relay } from './relay.ts';
import { type LineOptions, SmtpLine } from './smtp-line.ts';

export interface SmtpOptions {
  connectionTimeout?: number;
  greetingTimeout?: number;
  /** Waiting for the answer to the final dot: under ten minutes makes copies (RFC 5321 4.5.3.2.6). Milliseconds. */
  socketTimeout?: number;
}

/** A server drops a connection that does nothing after five minutes; we do so before. */
const IDLE = 60_000;
/** Servers count the mails of a connection, too. */
const MAILS_PER_LINE = 500;

/**
 * Hands over by SMTP, over as many connections as mails are under way; they stay open for the next ones. Nothing is ever
 * sent again here: repeating is the outbox' decision.
 */
export function smtpRelay(url: string, options: SmtpOptions = {}): Relay {
  const how = connectionOf(url, options);
  const idle: { line: SmtpLine; since: number }[] = [];
  let closed = false;
  const tidy = setInterval(() => {
    const old = performance.now() - IDLE;
    while (idle[0] && idle[0].since < old) idle.shift()?.line.quit();
  }, IDLE / 4);
  tidy.unref();

  const free = (): SmtpLine => {
    for (let last = idle.pop(); last; last = idle.pop()) if (last.line.isOpen) return last.line;
    return new SmtpLine(how);
  };
  const keep = (line: SmtpLine) => {
    if (!line.isOpen) return;
    if (closed || line.mails >= MAILS_PER_LINE) line.quit();
    else idle.push({ line, since: performance.now() });
  };
  return {
    async send(mail: Outgoing, beforeFinalDot: () => Promise<void>): Promise<Outcome> {
      if (closed) return { kind: 'unreachable', reason: 'the relay is closed' };
      const line = free();
      const outcome = await line.send(mail, beforeFinalDot);
      keep(line);
      return outcome;
    },
    close: async () => {
      closed = true;
      clearInterval(tidy);
      for (const { line } of idle.splice(0)) line.quit();
    },
  };
}

/** What an SMTP_URL says, as nodemailer's client takes it. */
export function connectionOf(url: string, options: SmtpOptions): LineOptions {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  const secure = protocol === 'smtps:';
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port ? Number(port) : secure ? 465 : 25,
    secure,
    ...(searchParams.get('requireTLS') === 'true' ? { requireTLS: true } : {}),
    connectionTimeout: options.connectionTimeout ?? 10_000,
    greetingTimeout: options.greetingTimeout ?? 30_000,
    socketTimeout: options.socketTimeout ?? 660_000,
    tls: { rejectUnauthorized: !loopback, minVersion: 'TLSv1.2' },
    ...(username ? { login: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } } : {}),
  };
}
