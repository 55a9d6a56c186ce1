import type { Role } from './permissions.ts';

/** A person who posts. */
export interface StaffMember {
  id: string;
  login: string;
  name: string;
  role: Role;
}
