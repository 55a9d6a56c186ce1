/** What staff may do: the only place that says so. */
export const ROLES = ['author', 'publisher', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const ACTS = [
  'notice:draft',
  'notice:publish',
  'draft:approve',
  'template:write',
  'delivery:read',
  'delivery:manage',
  'audit:read',
  'catalogue:write',
  'people:manage',
  'key:manage',
  'settings:change',
  'channel:manage',
  'regulator:read',
  'regulator:write',
] as const;
export type Act = (typeof ACTS)[number];

const MAY: Record<Role, readonly Act[]> = {
  author: ['notice:draft', 'delivery:read', 'regulator:read'],
  publisher: [
    'notice:draft',
    'notice:publish',
    'draft:approve',
    'template:write',
    'delivery:read',
    'delivery:manage',
    'audit:read',
    'regulator:read',
    'regulator:write',
  ],
  admin: ACTS,
};

export function mayDo(role: Role, act: Act): boolean {
  return MAY[role].includes(act);
}

export function isAct(text: string): text is Act {
  return (ACTS as readonly string[]).includes(text);
}

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
