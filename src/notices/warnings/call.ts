import type { WarningCallsTable } from '../../db/tables/warnings.ts';
import { OutboundRefused, postOutbound } from '../../http/outbound.ts';
import type { Secret } from '../../http/signing.ts';
import { webhookHeaders, webhookSecret } from '../../http/webhook-signature.ts';
import { readSettings, type Settings } from '../../staff/settings.ts';
import { DAY, type Instant, MINUTE, SECOND } from '../../time.ts';
import type { WarnGround } from './warn.ts';
import { warningStore } from './warning-store.ts';

/** After which pause it is tried again. A warning of an hour ago helps nobody. */
const PAUSES = [20 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE];
/** No attempt takes longer; a node that died with one gives it back after this. */
const LEASE = MINUTE;
const KEPT = 30 * DAY;

/** Calls the address of warnings with everything that waits for it. A chore. */
export async function callWarnings(ground: WarnGround & { secret: Secret }): Promise<void> {
  const { kysely } = ground.db;
  const settings = await readSettings(kysely);
  for (const call of await warningStore.dueCalls(kysely, ground.clock.now())) {
    if (!(await warningStore.claimCall(kysely, call, ground.clock.now() + LEASE))) continue;
    const outcome = await attempt(ground, settings, call);
    await warningStore.settleCall(kysely, call.id, outcome);
  }
  await warningStore.forgetCalls(kysely, ground.clock.now() - KEPT);
}

async function attempt(ground: WarnGround & { secret: Secret }, settings: Settings, call: WarningCallsTable) {
  const ended = (answer: string) => ({ next_attempt_at: null, arrived: 0 as const, answer });
  if (settings.warnWebhook === '') return ended('no address is set');
  const again = (answer: string) => {
    const pause = PAUSES[call.attempts];
    return pause === undefined ? ended(answer) : { ...ended(answer), next_attempt_at: ground.clock.now() + pause };
  };
  const secret = webhookSecret(ground.secret, 'warnings');
  try {
    const { status } = await postOutbound({
      url: settings.warnWebhook,
      headers: webhookHeaders(secret, call.id, call.body, ground.clock.now()),
      body: call.body,
      allow: settings.outboundAllow,
    });
    const answer = `HTTP ${status}`;
    return status >= 200 && status < 300 ? { next_attempt_at: null, arrived: 1 as const, answer } : again(answer);
  } catch (error) {
    const answer = (error as Error).message.slice(0, 300);
    return error instanceof OutboundRefused ? ended(answer) : again(answer);
  }
}

/** What staff should know of how they are warned: that nobody is, or that the address did not take the last call. */
export async function warningTrouble(
  ground: Pick<WarnGround, 'db'>,
  settings: Settings,
): Promise<{ kind: 'nobody' } | { kind: 'call'; since: Instant; answer: string } | null> {
  if (settings.warnMail.length === 0 && settings.warnWebhook === '') return { kind: 'nobody' };
  const last = settings.warnWebhook === '' ? undefined : await warningStore.lastCall(ground.db.kysely);
  if (!last || last.arrived === 1 || last.attempts === 0) return null;
  return { kind: 'call', since: last.created_at, answer: last.answer ?? '' };
}
