import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { type BounceGround, takeReport } from './intake.ts';

const LARGEST = 5 * 1024 * 1024;

export interface BounceListener {
  port: number;
  close(): Promise<void>;
}

/**
 * Takes what comes back by LMTP or SMTP, for the domain of the return paths and for no other. Every report is accepted, also those that count
 * nothing: refusing one would only make somebody else write a mail.
 * @param url `lmtp://127.0.0.1:2424` or `smtp://…`
 */
export async function listenForBounces(url: string, ground: BounceGround): Promise<BounceListener> {
  const { protocol, hostname, port } = new URL(url);
  const server = new SMTPServer({
    lmtp: protocol === 'lmtp:',
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: LARGEST,
    maxClients: 20,
    socketTimeout: 60_000,
    onRcptTo: ({ address }, _session, done) => {
      const ours = address.toLowerCase().endsWith(`@${ground.returnPaths.domain}`);
      done(ours ? null : refusal(550, '5.1.2 not a domain of ours'));
    },
    onData: (stream, session, done) => {
      void take(stream, session, ground).then(
        () => done(null),
        (error: unknown) => {
          ground.warn(error, 'a mail that came back could not be recorded; its sender tries again');
          done(refusal(451, '4.3.0 try again later'));
        },
      );
    },
  });
  server.on('error', (error) => ground.warn(error, 'the listener for bounces'));
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(Number(port), hostname.replace(/^\[|\]$/g, ''), resolve);
  });
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address ? address.port : Number(port),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function take(stream: SMTPServerDataStream, session: SMTPServerSession, ground: BounceGround): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= LARGEST) chunks.push(chunk);
  }
  if (size > LARGEST) return;
  await takeReport(
    ground,
    Buffer.concat(chunks),
    session.envelope.rcptTo.map(({ address }) => address),
  );
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
