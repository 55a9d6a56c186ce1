import type { Name } from '../catalogue/catalogue.ts';
import type { Message } from '../errors.ts';
import { noticeState } from '../notices/notice.ts';
import type { Instant } from '../time.ts';
import type { SiteContent } from './edition/content.ts';
import type { Badge } from './words.ts';

export interface ServiceState {
  key: string;
  name: Name;
  group: string | null;
  badge: Badge;
  /** Whether it is in force on some of its facilities only. */
  partly: boolean;
  state: Message;
}

/** Every service with the worst that is in force on it, and whether on part of it only; a fault outranks work. */
export function serviceStates(content: SiteContent, now: Instant): ServiceState[] {
  const worst = new Map<string, { badge: Badge; partly: boolean }>();
  for (const { service, badge, partly } of inForce(content, now)) {
    const known = worst.get(service) ?? { badge: 'normal', partly: true };
    const order = WORST_LAST.indexOf(badge) - WORST_LAST.indexOf(known.badge);
    if (order > 0 || (order === 0 && known.partly)) worst.set(service, { badge, partly });
  }
  return content.catalogue.services.map((service) => {
    const { badge, partly } = worst.get(service.key) ?? { badge: 'normal', partly: false };
    const { ja, en } = SERVICE_WORDS[badge];
    const state = partly ? { ja: `一部で${ja}`, en: `${en} in part` } : { ja, en };
    return { key: service.key, name: service.name, group: service.group ?? null, badge, partly, state };
  });
}

const WORST_LAST: Badge[] = ['normal', 'work', 'delay', 'fault'];

function inForce(content: SiteContent, now: Instant): { service: string; badge: Badge; partly: boolean }[] {
  const facilities = (service: string) => content.catalogue.facilities.filter((one) => one.service === service).length;
  return content.notices.flatMap((notice) => {
    const working = notice.kind === 'work' && noticeState(notice, now) === 'in_progress';
    return notice.impacts.flatMap((impact) => {
      const broken = notice.kind === 'fault' && impact.startedAt <= now && (impact.recoveredAt ?? now + 1) > now;
      if (!working && !broken) return [];
      const badge: Badge = working ? 'work' : impact.symptom === 'delayed' ? 'delay' : 'fault';
      const partly = impact.facilities !== 'all' && impact.facilities.length < facilities(impact.service);
      return [{ service: impact.service, badge, partly }];
    });
  });
}

/** How a service is, in the words of its row and its badge. */
export const SERVICE_WORDS: Record<Badge, Message> = {
  fault: { ja: '故障発生中', en: 'Fault' },
  delay: { ja: '遅延', en: 'Delayed' },
  work: { ja: '工事中', en: 'Under work' },
  normal: { ja: '正常', en: 'Normal' },
  recovered: { ja: '回復', en: 'Restored' },
  planned: { ja: '予定', en: 'Scheduled' },
};
