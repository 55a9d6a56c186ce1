import type { Name } from '../catalogue/catalogue.ts';
import type { Message } from '../errors.ts';
import type { Symptom } from '../notices/impact.ts';
import { type Notice, noticeState } from '../notices/notice.ts';
import type { Instant } from '../time.ts';
import type { SiteContent } from './edition/content.ts';
import type { Badge } from './words.ts';

export interface Headline {
  /** The one sentence that stands first. */
  sentence: Message;
  badge: Badge;
  /** The services that it is about, each once. */
  affected: Name[];
}

/** What is worst now, in one sentence: what cannot be used before what is hard to use, that before what is late, that before work. */
export function headline({ notices, names }: SiteContent, now: Instant): Headline {
  const open = notices.filter((notice) => UNDER_WAY.has(noticeState(notice, now)));
  const impacts = open.flatMap((notice) =>
    notice.impacts.filter((impact) => impact.recoveredAt === null || impact.recoveredAt > now),
  );
  const services = [...new Set(impacts.map((impact) => impact.service))];
  return {
    ...worst(open, new Set(impacts.map((impact) => impact.symptom))),
    affected: services.map((key) => names.service(key)),
  };
}

const UNDER_WAY = new Set(['ongoing', 'partially_recovered', 'delayed', 'in_progress']);

function worst(open: Notice[], symptoms: Set<Symptom>): { sentence: Message; badge: Badge } {
  if (open.length === 0) {
    return {
      badge: 'normal',
      sentence: { ja: 'すべてのサービスは正常です', en: 'All services are working normally' },
    };
  }
  if (open.every((notice) => notice.kind === 'work')) {
    return { badge: 'work', sentence: { ja: '工事中のサービスがあります', en: 'Planned work is in progress' } };
  }
  if (symptoms.has('unavailable')) {
    return {
      badge: 'fault',
      sentence: { ja: 'ご利用いただけないサービスがあります', en: 'Some services are not available' },
    };
  }
  if (symptoms.has('degraded') || symptoms.has('login')) {
    return {
      badge: 'fault',
      sentence: { ja: 'ご利用しづらいサービスがあります', en: 'Some services are hard to use' },
    };
  }
  return { badge: 'delay', sentence: { ja: '到着が遅れているメールがあります', en: 'Some mail is arriving late' } };
}
