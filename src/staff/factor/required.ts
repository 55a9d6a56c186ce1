import type { Role } from '../permissions.ts';

/** Whom the setting `secondFactorFor` asks for a second factor. */
export const FACTOR_GROUPS = ['nobody', 'admins', 'publishers', 'everyone'] as const;
export type FactorGroup = (typeof FACTOR_GROUPS)[number];

const ASKED: Record<FactorGroup, readonly Role[]> = {
  nobody: [],
  admins: ['admin'],
  publishers: ['publisher', 'admin'],
  everyone: ['author', 'publisher', 'admin'],
};

/** Without it such a person may do nothing but set it up. */
export function needsFactor(role: Role, group: FactorGroup): boolean {
  return ASKED[group].includes(role);
}
