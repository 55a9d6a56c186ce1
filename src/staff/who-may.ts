import type { Reader } from '../db/open.ts';
import { type Act, mayDo, ROLES } from './permissions.ts';
import { staffStore } from './store.ts';

/** The names of those who may do it, so that whoever may not knows whom to ask. */
export function namesOfWhoMay(db: Reader, act: Act): Promise<string[]> {
  return staffStore.namesOf(
    db,
    ROLES.filter((role) => mayDo(role, act)),
  );
}
