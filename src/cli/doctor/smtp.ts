import { randomUUID } from 'node:crypto';
import { signerOf } from '../../mail/letter/dkim.ts';
import { cutStamp } from '../../mail/letter/stamp.ts';
import { probeRelay } from '../../mail/relay/smtp-probe.ts';
import { relayOf } from '../../start.ts';
import { lifeOf } from './certificates.ts';
import { type Finding, fail, ok, type Patient, reasonOf, warn } from './finding.ts';

export async function examineSmtp(patient: Patient): Promise<Finding[]> {
  const { config, mailTo } = patient;
  const found = config.smtpUrl ? await relay(config.smtpUrl, patient) : [noRelay(patient)];
  if (!config.production && config.smtpUrl && !config.mailAllowlist.includes('*'))
    found.push(ok(`outside production mail goes to ${config.mailAllowlist.join(', ') || 'nobody'} (MAIL_ALLOWLIST)`));
  if (mailTo === undefined) return found;
  if (found.some((one) => one.level === 'fail')) return found;
  return [...found, await testMail(patient, mailTo)];
}

function noRelay({ config }: Patient): Finding {
  const what = `SMTP_URL is not set: mails are written to ${config.dataDir}/outbox`;
  return config.production ? fail(what, 'Set SMTP_URL=smtp://user:password@relay:587') : ok(what);
}

async function relay(url: string, { clock }: Patient): Promise<Finding[]> {
  const { host, port } = new URL(url);
  try {
    const probe = await probeRelay(url);
    const found = [ok(`${probe.host}:${probe.port} answers`)];
    if (probe.tls) found.push(ok(probe.tls));
    else if (probe.loopback) found.push(ok('without TLS, on this machine'));
    else found.push(warn('mail and login go unencrypted', 'Set SMTP_URL=smtp://…?requireTLS=true, or smtps://'));
    if (probe.certificateUntil !== undefined && !probe.loopback)
      found.push(lifeOf(`the certificate of ${probe.host}`, probe.certificateUntil, clock.now()));
    found.push(ok(probe.loggedIn ? 'it takes our login' : 'it asks for no login'));
    return found;
  } catch (error) {
    const { code } = error as { code?: string };
    return [
      fail(
        `${host || port}: ${reasonOf(error)}`,
        ADVICE[code ?? ''] ?? 'Look at SMTP_URL, and at the log of the relay.',
      ),
    ];
  }
}

/** By nodemailer's codes. */
const ADVICE: Record<string, string> = {
  EAUTH: 'Look at user and password in SMTP_URL; write special characters in them as %xx.',
  ETLS: 'Its certificate must be valid for the name in SMTP_URL. A CA of your own is named by NODE_EXTRA_CA_CERTS.',
  EDNS: 'The name in SMTP_URL cannot be resolved.',
  ETIMEDOUT: 'Nothing answers: look at the firewall, and at the port in SMTP_URL.',
  ECONNECTION: 'Nobody listens there: look at host and port in SMTP_URL.',
  ESOCKET: 'Nobody listens there, or it speaks no TLS: look at host, port and smtp:// or smtps:// in SMTP_URL.',
};

/** One mail as alerts look: same sender, same signature, same relay. */
async function testMail({ config, clock }: Patient, to: string): Promise<Finding> {
  const id = randomUUID();
  const text =
    'これはテストメールです。障害のお知らせではありません。管理者が shirase doctor で送信しました。\n\n' +
    'This is a test, not a notice of a fault. An administrator sent it with shirase doctor.\n';
  const letter = { id, subject: '【テスト】配信の確認 / Test of delivery', text, html: '', headers: {} };
  const mail = cutStamp(letter, {
    sender: { name: config.operatorName.ja, address: config.mailFrom },
    signer: signerOf(config.dkim),
  })({
    id,
    recipient: to,
    messageId: `<${id}@${config.mailFrom.slice(config.mailFrom.lastIndexOf('@') + 1)}>`,
    datedAt: clock.now(),
    fields: {},
    headers: {},
  });
  const relay = relayOf(config);
  try {
    const outcome = await relay.send(mail, async () => {});
    switch (outcome.kind) {
      case 'sent':
        return ok(`the test mail was taken: ${outcome.reply}`);
      case 'refused':
        return fail(
          `the test mail was refused: ${outcome.reply.code} ${outcome.reply.text}`,
          'The text says whose rule it was.',
        );
      case 'unreachable':
      case 'in_doubt':
        return fail(`the test mail is not known to have arrived: ${outcome.reason}`, 'Try again.');
      case 'stopped':
        return fail('the test mail was stopped', 'Try again.');
    }
  } finally {
    await relay.close();
  }
}
