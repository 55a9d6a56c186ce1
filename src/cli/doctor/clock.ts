import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { conditionOf } from '../../db/condition.ts';
import { type Clock, type Instant, SECOND } from '../../time.ts';
import { type Finding, fail, ok, type Patient, reasonOf, warn } from './finding.ts';

/** An authenticator's code lives thirty seconds, and limits are told by the minute. */
const TOO_FAR = 30 * SECOND;
/** A Date header has whole seconds, and its answer takes a while. */
const NEAR = 3 * SECOND;

/** Holds this machine's clock against the database's and against the Date that others put into their answers. */
export async function examineClock(patient: Patient): Promise<Finding[]> {
  const { db, clock, config } = patient;
  const found: Finding[] = [];
  const told = db && (await conditionOf(db).catch(() => undefined))?.now;
  if (told !== undefined) found.push(difference('the database', told - clock.now()));
  const others: [string, string | undefined][] = [
    ['PUBLIC_URL', config.publicUrl],
    ['CDN_PURGE_URL', config.cdnPurgeUrl],
    ['OIDC_CUSTOMER_ISSUER', config.oidcCustomers?.issuer],
    ['OIDC_STAFF_ISSUER', config.oidcStaff?.issuer],
  ];
  for (const [name, url] of others) {
    if (url === undefined) continue;
    const date = await dateAt(new URL('/', url), clock).catch((error: unknown) => reasonOf(error));
    if (typeof date === 'string') found.push(warn(`${name} tells no time: ${date}`, 'Look at it with a browser.'));
    else found.push(difference(`${name} (${new URL(url).host})`, date));
  }
  return found.length > 0 ? found : [ok('nobody else to ask for the time')];
}

function difference(who: string, milliseconds: number): Finding {
  const seconds = Math.abs(milliseconds) / SECOND;
  if (Math.abs(milliseconds) <= NEAR) return ok(`${who} has the same time`);
  const what = `${who} is ${seconds.toFixed(0)} s ${milliseconds > 0 ? 'ahead of' : 'behind'} this machine`;
  const next = 'Let chrony or systemd-timesyncd keep the clock of every node and of the database.';
  return Math.abs(milliseconds) > TOO_FAR ? fail(what, next) : warn(what, next);
}

/** @returns milliseconds by which the other clock is ahead. */
function dateAt(url: URL, clock: Clock): Promise<Instant> {
  return new Promise((resolve, reject) => {
    const asked = clock.now();
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(
      url,
      // Only its clock is wanted; of the certificate there is a line of its own.
      { method: 'HEAD', agent: false, rejectUnauthorized: false, timeout: 5 * SECOND },
      (answer) => {
        answer.destroy();
        const date = Date.parse(answer.headers.date ?? '');
        if (Number.isNaN(date)) reject(new Error('its answer has no Date'));
        else resolve(date + SECOND / 2 - (asked + clock.now()) / 2);
      },
    );
    request.once('timeout', () => request.destroy(new Error('no answer within five seconds')));
    request.once('error', reject);
    request.end();
  });
}
