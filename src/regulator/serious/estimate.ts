import type { Impact } from '../../notices/impact.ts';
import type { ServiceRule } from '../facts/assess.ts';

/** What is known of who uses what. */
export interface Usage {
  /** Mailboxes by facility. */
  mailboxes: Map<string, number>;
  facilities: { code: string; service: string }[];
  services: Map<string, ServiceRule>;
}

/** Users that an impact may concern: the mailboxes on its facilities, else all users of its service. Null where neither is known. */
export function usersOf(impact: Pick<Impact, 'service' | 'facilities'>, usage: Usage): number | null {
  const codes =
    impact.facilities === 'all'
      ? usage.facilities.filter((one) => one.service === impact.service).map((one) => one.code)
      : impact.facilities;
  const known = usage.services.get(impact.service)?.users ?? null;
  const counted = codes.reduce((sum, code) => sum + (usage.mailboxes.get(code) ?? 0), 0);
  // Of a service whose customers are elsewhere a few mailboxes here say nothing.
  if (impact.facilities === 'all') return known ?? (counted > 0 ? counted : null);
  return counted > 0 ? counted : known;
}
