import type { TLSSocket } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { SECOND } from '../../time.ts';
import { connectionOf } from './smtp-relay.ts';

/** What a relay is like before any mail is given to it. */
export interface Probe {
  /** `TLSv1.3`; undefined: everything goes unencrypted. */
  tls: string | undefined;
  /** Epoch milliseconds at which its certificate runs out. */
  certificateUntil: number | undefined;
  /** undefined: the URL has no login. */
  loggedIn: boolean | undefined;
  host: string;
  port: number;
  loopback: boolean;
}

/** Connects as the courier does, signs in, and leaves. @throws the relay's or the network's own error. */
export async function probeRelay(url: string): Promise<Probe> {
  const how = connectionOf(url, {
    connectionTimeout: 5 * SECOND,
    greetingTimeout: 10 * SECOND,
    socketTimeout: 10 * SECOND,
  });
  const connection = new SMTPConnection(how);
  try {
    await connected(connection);
    const { login } = how;
    if (login) {
      const auth = { user: login.user, credentials: login } as unknown as SMTPConnection.Credentials;
      await new Promise<void>((resolve, reject) => {
        connection.login(auth, (refused) => (refused ? reject(refused) : resolve()));
      });
    }
    const socket = connection.secure ? (connection as unknown as { _socket: TLSSocket })._socket : undefined;
    const until = socket?.getPeerCertificate().valid_to;
    return {
      tls: socket?.getProtocol() ?? undefined,
      certificateUntil: until === undefined ? undefined : Date.parse(until),
      loggedIn: login === undefined ? undefined : true,
      host: how.host,
      port: how.port,
      loopback: !how.tls.rejectUnauthorized,
    };
  } finally {
    connection.close();
  }
}

function connected(connection: SMTPConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.on('error', reject);
    connection.once('end', () => reject(new Error('the connection was closed')));
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
}
