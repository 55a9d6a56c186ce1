import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { DAY, type Instant, SECOND } from '../../time.ts';
import { type Finding, fail, ok, type Patient, reasonOf, warn } from './finding.ts';

/** Whom readers or we call by https: one line each. */
function provided({ config, settings }: Patient): [string, string | undefined][] {
  return [
    ['PUBLIC_URL', config.publicUrl],
    ['CDN_PURGE_URL', config.cdnPurgeUrl],
    ['the address of warnings', settings.warnWebhook],
    ['OIDC_CUSTOMER_ISSUER', config.oidcCustomers?.issuer],
    ['OIDC_STAFF_ISSUER', config.oidcStaff?.issuer],
  ];
}

export async function examineCertificates(patient: Patient): Promise<Finding[]> {
  const called = provided(patient).filter((one): one is [string, string] => one[1]?.startsWith('https:') ?? false);
  if (called.length === 0) return [ok('nothing is called by https')];
  return Promise.all(called.map(([name, url]) => certificateOf(name, new URL(url), patient.clock.now())));
}

async function certificateOf(name: string, url: URL, now: Instant): Promise<Finding> {
  const what = `${name} (${url.host})`;
  try {
    const { until, distrust } = await handshake(url);
    if (distrust && now < until)
      return fail(
        `${what}: its certificate is not trusted: ${distrust}`,
        'Install the whole chain for this name. A CA of your own is named by NODE_EXTRA_CA_CERTS.',
      );
    return lifeOf(what, until, now);
  } catch (error) {
    return warn(
      `${what} cannot be reached from here: ${reasonOf(error)}`,
      'Look whether readers reach it, and at the firewall.',
    );
  }
}

/** A certificate by how long it lives yet. Those of ninety days are renewed thirty before their end. */
export function lifeOf(what: string, until: Instant, now: Instant): Finding {
  const days = Math.floor((until - now) / DAY);
  if (days < 0) return fail(`${what} ran out ${-days} days ago`, 'Renew the certificate now.');
  const said = `${what} is good for ${days} days`;
  if (days < 7) return fail(said, 'Renew the certificate now, and find out why that did not happen by itself.');
  return days < 21 ? warn(said, 'It should have been renewed by now: look at what renews it.') : ok(said);
}

function handshake(url: URL): Promise<{ until: Instant; distrust: string | undefined }> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      ...(isIP(host) ? {} : { servername: host }),
      // It is looked at, not used: what is wrong with it is the answer.
      rejectUnauthorized: false,
      timeout: 5 * SECOND,
    });
    socket.once('secureConnect', () => {
      const until = Date.parse(socket.getPeerCertificate().valid_to);
      const distrust = socket.authorized ? undefined : String(socket.authorizationError);
      socket.destroy();
      resolve({ until, distrust });
    });
    socket.once('timeout', () => socket.destroy(new Error('no answer within five seconds')));
    socket.once('error', reject);
  });
}
