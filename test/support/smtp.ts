import { createServer, type Socket } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';

/** A mail as the receiving side has it. */
export interface Received {
  from: string;
  to: string[];
  raw: string;
}

export interface Receiver {
  url: string;
  mails: Received[];
  /** Parsed as a mail program would, oldest first; of one recipient where he is named. */
  read(recipient?: string): Promise<Email[]>;
  /** Resolves once so many mails have arrived. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

/** A real SMTP server that takes everything. */
export async function startReceiver(): Promise<Receiver> {
  const mails: Received[] = [];
  const waiting: { count: number; go: () => void }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : '';
        mails.push({
          from,
          to: session.envelope.rcptTo.map((to) => to.address),
          raw: Buffer.concat(chunks).toString('latin1'),
        });
        for (const one of waiting) if (mails.length >= one.count) one.go();
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as { port: number };
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  onTestFinished(close);
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    read: (recipient) => parseAll(mails.filter((mail) => recipient === undefined || mail.to.includes(recipient))),
    arrived: (count) => (mails.length >= count ? Promise.resolve() : new Promise((go) => waiting.push({ count, go }))),
    close,
  };
}

function parseAll(mails: Received[]): Promise<Email[]> {
  return Promise.all(mails.map((mail) => PostalMime.parse(Buffer.from(mail.raw, 'latin1'))));
}

/** What a relay does at one moment: an answer, the usual one but `slow` (`slow 20`: milliseconds), or something worse: `hang`, `drop`, `reset`, `half` an answer. */
export type Behaviour = string;

/** The moments, by the command that the relay answers. `dot` is the answer to the end of the mail; stored tells whether it kept it. */
export interface Script {
  connect?: Behaviour;
  ehlo?: Behaviour;
  starttls?: Behaviour;
  auth?: Behaviour;
  mail?: Behaviour;
  rcpt?: Behaviour;
  data?: Behaviour;
  /** Once a part of the mail has come and not its end: `drop`, `reset`, or `hang`: it reads no further. */
  text?: Behaviour;
  /** A function: the usual answer, once its promise resolves. */
  dot?: Behaviour | (() => Promise<void>);
  /** Whether a mail whose end was not answered by 250 is stored nevertheless. */
  storesAnyway?: boolean;
  quit?: Behaviour;
}

export interface FaultyRelay {
  url: string;
  stored: Received[];
  /** How many mail transactions were begun. */
  tried: number;
  /** Every command in its order; a mail's content is `.` once its end has arrived. */
  heard: string[];
  /** Connections that stand. */
  open: () => number;
  script: (mail: Received) => Script;
  close(): Promise<void>;
}

/** A relay that answers byte by byte what the test says, each mail by its own script. */
export async function startFaultyRelay(script: Script | ((mail: Received) => Script) = {}): Promise<FaultyRelay> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    converse(socket, relay);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const relay: FaultyRelay = {
    url: `smtp://127.0.0.1:${port}`,
    stored: [],
    tried: 0,
    heard: [],
    open: () => sockets.size,
    script: typeof script === 'function' ? script : () => script,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  onTestFinished(() => relay.close());
  return relay;
}

function converse(socket: Socket, relay: FaultyRelay): void {
  let buffer = '';
  let inData = false;
  let mail: Received = { from: '', to: [], raw: '' };
  const answer = (behaviour: Behaviour | undefined, usual: string) => {
    if (behaviour === 'drop') socket.destroy();
    else if (behaviour === 'reset') socket.resetAndDestroy();
    else if (behaviour?.startsWith('slow'))
      setTimeout(() => socket.write(`${usual}\r\n`), Number(behaviour.slice(5)) || 50);
    else if (behaviour === 'half') socket.write('25', () => socket.destroy());
    else if (behaviour !== 'hang') socket.write(`${behaviour ?? usual}\r\n`);
  };
  answer(relay.script(mail).connect, '220 relay.test ESMTP');
  socket.on('data', (chunk) => {
    buffer += chunk.toString('latin1');
    for (;;) {
      if (inData) {
        const end = buffer.indexOf('\r\n.\r\n');
        if (end < 0) {
          const { text } = relay.script(mail);
          if (text === 'hang') socket.pause();
          else if (text !== undefined) answer(text, '');
          return;
        }
        mail.raw = buffer.slice(0, end + 2).replace(/\r\n\.\./g, '\r\n.');
        buffer = buffer.slice(end + 5);
        inData = false;
        relay.heard.push('.');
        const { dot, storesAnyway } = relay.script(mail);
        const later = typeof dot === 'function';
        if (dot === undefined || later || dot.startsWith('2') || storesAnyway) relay.stored.push(mail);
        if (later) void dot().then(() => answer(undefined, '250 2.0.0 stored'));
        else answer(dot, '250 2.0.0 stored');
        mail = { from: '', to: [], raw: '' };
        continue;
      }
      const end = buffer.indexOf('\r\n');
      if (end < 0) return;
      const line = buffer.slice(0, end);
      buffer = buffer.slice(end + 2);
      const verb = line.slice(0, 4).toUpperCase();
      relay.heard.push(verb);
      if (verb === 'EHLO' || verb === 'HELO') answer(relay.script(mail).ehlo, '250 relay.test');
      else if (verb === 'STAR') answer(relay.script(mail).starttls, '454 4.7.0 no TLS now');
      else if (verb === 'AUTH') answer(relay.script(mail).auth, '235 2.7.0 welcome');
      else if (verb === 'MAIL') {
        relay.tried++;
        mail.from = /<([^>]*)>/.exec(line)?.[1] ?? '';
        answer(relay.script(mail).mail, '250 ok');
      } else if (verb === 'RCPT') {
        mail.to.push(/<([^>]*)>/.exec(line)?.[1] ?? '');
        answer(relay.script(mail).rcpt, '250 ok');
      } else if (verb === 'DATA') {
        const { data } = relay.script(mail);
        inData = data === undefined || data.startsWith('slow');
        answer(data, '354 go on');
      } else if (verb === 'RSET') {
        mail = { from: '', to: [], raw: '' };
        socket.write('250 ok\r\n');
      } else if (verb === 'QUIT') {
        if (relay.script(mail).quit !== 'hang') socket.end('221 bye\r\n');
      } else socket.write('502 what\r\n');
    }
  });
}
