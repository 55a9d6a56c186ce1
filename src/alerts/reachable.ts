import type { Reader } from '../db/open.ts';
import { reachStore } from './reach-store.ts';

/**
 * Which of these mailboxes cannot be reached because the server that they live on is ours and in fault, each with the facility
 * whose recovery is waited for. A domain that several facilities share counts only while all of them are down.
 */
export async function unreachable(db: Reader, emailKeys: string[]): Promise<Map<string, string>> {
  const broken = await reachStore.broken(db);
  const found = new Map<string, string>();
  if (broken.size === 0) return found;
  for (const [email, facilities] of await reachStore.homes(db, emailKeys)) {
    const [first] = facilities;
    if (first !== undefined && facilities.every((facility) => broken.has(facility))) found.set(email, first);
  }
  return found;
}
