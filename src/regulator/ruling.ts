import type { Reader } from '../db/open.ts';
import { readSettings } from '../staff/settings.ts';
import { versionsInForce } from './criteria/criteria.ts';
import { criteria, switchedOn } from './criteria/rules.ts';
import type { Ruling } from './facts/assess.ts';
import { factsStore } from './facts/facts-store.ts';

/** What judgements stand on now: the criteria with what is switched on, and how each service counts. */
export async function loadRuling(db: Reader, zone: string): Promise<Ruling> {
  const known = criteria();
  const { criteriaLater } = await readSettings(db);
  return {
    criteria: known,
    versions: versionsInForce(known, switchedOn(criteriaLater)),
    services: await factsStore.services(db),
    zone,
  };
}
