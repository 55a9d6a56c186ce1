import { atOnce } from '../db/asking.ts';
import type { Reader } from '../db/open.ts';
import { reachStore } from './reach-store.ts';

/**
 * Which of these mailboxes cannot be reached because the server that they live on is ours and in fault, each with the facility
 * whose recovery is waited for. A domain that several facilities share counts only while all of them are down.
 * @param customerId whose page asks: then other people's mailboxes are known by their domain only.
 */
export async function unreachable(db: Reader, emailKeys: string[], customerId?: string): Promise<Map<string, string>> {
  const [broken, homes] = await atOnce(reachStore.broken(db), reachStore.homes(db, emailKeys, customerId));
  const found = new Map<string, string>();
  for (const [email, facilities] of homes) {
    const [first] = facilities;
    if (first !== undefined && facilities.every((facility) => broken.has(facility))) found.set(email, first);
  }
  return found;
}

/** Whether a mailbox lives on a server of ours, and whether that is in fault now. */
export type Home = 'elsewhere' | 'ours' | 'broken';

/** Asked for whoever reads mail there, or has proved that he does. */
export async function homeOf(db: Reader, emailKey: string): Promise<Home> {
  if ((await unreachable(db, [emailKey])).size > 0) return 'broken';
  return (await reachStore.homes(db, [emailKey])).size > 0 ? 'ours' : 'elsewhere';
}
