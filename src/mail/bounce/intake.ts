import type { ReturnPaths } from '../letter/return-path.ts';
import type { Bounced } from '../outbox.ts';
import { readReport } from './read-report.ts';

export interface BounceGround {
  returnPaths: ReturnPaths;
  bounced: Bounced;
  /** Is told the Message-ID of whatever comes in: one of ours may be looked for. @returns whether it was. */
  arrived?: (messageId: string) => Promise<boolean>;
  warn: (error: unknown, message: string) => void;
}

/** How reports that came back ended, since this process began. */
export const bounceCounters = { counted: 0, repeated: 0, unknown: 0, nothing: 0 };

export type Taken = keyof typeof bounceCounters;

/**
 * Takes in a mail that came back. Only a return path of ours lets it count; whatever else it says about itself can be forged. Nothing is ever
 * mailed in answer.
 * @param to whom it was addressed to on its envelope, where that is known; then nothing else is believed.
 */
export async function takeReport(ground: BounceGround, raw: Uint8Array, to?: string[]): Promise<Taken> {
  const taken = await take(ground, raw, to);
  bounceCounters[taken]++;
  return taken;
}

async function take(ground: BounceGround, raw: Uint8Array, to: string[] | undefined): Promise<Taken> {
  if (await ground.arrived?.(messageIdOf(raw))) return 'counted';
  const report = await readReport(raw);
  if (!report) return 'nothing';
  // A complaint comes to an address of its own, and names the return path inside.
  const addresses = to && report.kind !== 'complaint' ? to : [...(to ?? []), ...report.addresses];
  const mailId = addresses.map((address) => ground.returnPaths.mailOf(address)).find((id) => id !== undefined);
  if (mailId === undefined) return 'unknown';
  const { kind, status, diagnostic } = report;
  return (await ground.bounced({ mailId, kind, status, diagnostic })) ? 'counted' : 'repeated';
}

const HEAD = 65_536;

/** Of its own head, never of a mail inside it. */
function messageIdOf(raw: Uint8Array): string {
  const [head = ''] = Buffer.from(raw.subarray(0, HEAD))
    .toString('latin1')
    .split(/\r?\n\r?\n/, 1);
  return /^Message-ID:\s*(<[^<>\s]{1,300}>)/im.exec(head)?.[1] ?? '';
}
