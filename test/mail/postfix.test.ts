import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { smtpRelay } from '../../src/mail/relay/smtp-relay.ts';
import { clockAt } from '../support/clock.ts';
import { freshDatabase } from '../support/database.ts';
import { courierTo, order, queue, states, tickets } from '../support/mail.ts';
import { startReceiver } from '../support/smtp.ts';

/** Postfix starts its own processes under other users: that takes root and Debian's package. */
const possible =
  process.getuid?.() === 0 && existsSync('/usr/sbin/postfix') && existsSync('/usr/lib/postfix/sbin/master');
if (!possible) console.warn('No Postfix, or not root: the test with a real relay is skipped.');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A Postfix of its own, with its own configuration, queue and log, that hands everything on to `next`. */
async function startPostfix(next: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'shirase-postfix-'));
  const [config, spool, data] = ['etc', 'spool', 'data'].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [config, spool, data]) mkdirSync(path);
  execFileSync('chmod', ['755', folder]);
  const id = (what: string) => Number(execFileSync('id', [what, 'postfix'], { encoding: 'utf8' }));
  chownSync(data, id('-u'), id('-g'));
  const port = await freePort();
  const { hostname, port: nextPort } = new URL(next);
  writeFileSync(
    join(config, 'main.cf'),
    [
      'compatibility_level = 3.6',
      `queue_directory = ${spool}`,
      `data_directory = ${data}`,
      `maillog_file = ${join(folder, 'log')}`,
      `maillog_file_prefixes = ${folder}`,
      'myhostname = relay.status.example',
      'mydestination =',
      'inet_interfaces = 127.0.0.1',
      'inet_protocols = ipv4',
      'mynetworks = 127.0.0.0/8',
      `relayhost = [${hostname}]:${nextPort}`,
      'default_transport = smtp',
      'smtp_tls_security_level = none',
      'smtpd_relay_restrictions = permit_mynetworks, reject',
      'smtpd_recipient_restrictions = check_recipient_access inline:{{gone@elsewhere.example = 550 5.1.1 user unknown}, {later@elsewhere.example = 450 4.2.0 greylisted}}, permit_mynetworks, reject',
      'maximal_queue_lifetime = 4h',
      'alias_maps =',
      'alias_database =',
      '',
    ].join('\n'),
  );
  const master = readFileSync('/usr/share/postfix/master.cf.dist', 'utf8')
    .replace(/^smtp +inet .*$/m, `127.0.0.1:${port} inet n - n - - smtpd`)
    .replace(/^(\S+\s+(?:unix|inet|fifo)\s+\S+\s+\S+\s+)y/gm, '$1n');
  writeFileSync(
    join(config, 'master.cf'),
    master.includes('postlog ') ? master : `${master}\npostlog unix-dgram n - n - 1 postlogd\n`,
  );
  const run = (...words: string[]) => spawnSync('/usr/sbin/postfix', ['-c', config, ...words], { encoding: 'utf8' });
  onTestFinished(() => {
    run('abort');
    rmSync(folder, { recursive: true, force: true });
  });
  const started = run('start');
  if (started.status !== 0) throw new Error(`${started.stdout}${started.stderr}`);
  await greets(port);
  return `smtp://127.0.0.1:${port}`;
}

/** Postfix takes a moment until it listens. */
async function greets(port: number): Promise<void> {
  const greeted = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('data', (data) => resolve(socket.destroy() && data.toString().startsWith('220')));
      socket.once('error', () => resolve(false));
    });
  await expect.poll(greeted, { timeout: 60_000, interval: 100 }).toBe(true);
}

describe.runIf(possible)('with a real Postfix as relay', () => {
  test('mails are queued there, sent on and read whole; its refusals are understood', async () => {
    const receiver = await startReceiver();
    const relay = await startPostfix(receiver.url);
    const db = await freshDatabase();
    const courier = courierTo(db, clockAt('2014-03-06T08:00:00+09:00'), relay, { relay: smtpRelay(relay) });
    await queue(db, ...Array.from({ length: 30 }, (_, n) => order(`m${n}`)), order('gone'), order('later'));
    await courier.drain();
    const found = await states(db);
    const replies = await db.kysely.selectFrom('mails').select('reply').where('state', '=', 'queued').execute();
    expect(replies.map(({ reply }) => reply)).toEqual([expect.stringContaining('greylisted')]);
    expect(Object.values(found).filter((state) => state === 'sent')).toHaveLength(30);
    expect([found.gone, found.later]).toEqual(['failed', 'queued']);
    expect(Object.keys(await tickets(db))).toHaveLength(30);
    await receiver.arrived(30);
    expect(new Set(receiver.mails.map((mail) => mail.to[0])).size).toBe(30);
    for (const mail of await receiver.read()) {
      expect(mail).toMatchObject({ subject: '【障害発生】OCNメール', from: { name: 'OCN 障害情報' } });
      expect(mail.text?.trim()).toBe('本文');
    }
  });
});
