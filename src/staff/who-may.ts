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

/** Whether this person works here still and may do it. */
export async function staffMay(db: Reader, id: string, act: Act): Promise<boolean> {
  const row = await staffStore.byId(db, id);
  return row !== undefined && row.disabled_at === null && mayDo(row.role, act);
}
