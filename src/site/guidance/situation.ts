import type { Name } from '../../catalogue/catalogue.ts';
import type { Impact, Symptom } from '../../notices/impact.ts';
import { type Notice, noticeState } from '../../notices/notice.ts';
import type { Picture } from '../../notices/report.ts';
import { windowAt, workWindows } from '../../notices/windows.ts';
import { HOUR, type Instant } from '../../time.ts';
import type { SiteContent } from '../edition/content.ts';
import { isUnderWay } from '../words.ts';

/** How long callers are told of a recovery, from when it was published: until then many have not heard of it. */
const FRESH = 3 * HOUR;

/** A service and how it suffers now, by however many notices. */
export interface Broken {
  service: string;
  name: Name;
  symptom: Symptom;
  /** On some of its facilities only: these. */
  partly: Name[] | null;
  since: Instant;
  approximate: boolean;
  /** The newest picture of the notice that told of it first. */
  picture: Picture;
}

export interface Restored {
  service: string;
  name: Name;
  symptom: Symptom;
  at: Instant;
  picture: Picture;
}

export interface Working {
  names: Name[];
  until: Instant;
}

/** What is worth telling in one breath: on the telephone, on a screen in a station. */
export interface Situation {
  state: 'fault' | 'delay' | 'work' | 'recovered' | 'normal';
  /** Worst first, each service once for each symptom. */
  broken: Broken[];
  /** Newest first. */
  restored: Restored[];
  working: Working[];
  /** Somebody cannot reach his mail, or cannot sign in, and may doubt his password. */
  passwordIsRight: boolean;
  /** All that it is made of, newest first. */
  notices: Notice[];
}

export function situation(content: SiteContent, now: Instant): Situation {
  const faults = content.notices.filter((notice) => notice.kind === 'fault' && notice.reports.length > 0);
  const ongoing = faults.filter((notice) => isUnderWay(noticeState(notice, now)));
  const working = content.notices.filter((notice) => noticeState(notice, now) === 'in_progress');
  const broken = brokenNow(ongoing, content, now);
  const restored = restoredLately(faults, broken, content, now);
  const told = new Set([...ongoing, ...working, ...restored.map((one) => one.notice)]);
  return {
    state: stateOf(broken, restored, working),
    broken,
    restored,
    working: working.map((notice) => ({
      names: [...new Set(notice.impacts.map((impact) => impact.service))].map((key) => content.names.service(key)),
      until: windowAt(workWindows(notice), now)?.to ?? now,
    })),
    passwordIsRight: broken.some((one) => blocksMail(one, content)),
    notices: content.notices.filter((notice) => told.has(notice)),
  };
}

function stateOf(broken: Broken[], restored: Restored[], working: Notice[]): Situation['state'] {
  if (broken.length > 0) return broken.every((one) => one.symptom === 'delayed') ? 'delay' : 'fault';
  if (working.length > 0) return 'work';
  return restored.length > 0 ? 'recovered' : 'normal';
}

const BADNESS: Record<Symptom, number> = { unavailable: 0, login: 1, degraded: 1, delayed: 2 };

function brokenNow(ongoing: Notice[], content: SiteContent, now: Instant): Broken[] {
  const found = new Map<string, { impacts: Impact[]; notice: Notice; serious: boolean }>();
  // Oldest first: what was told first is what callers ask about.
  for (const notice of [...ongoing].reverse()) {
    for (const impact of notice.impacts) {
      if (impact.startedAt > now || (impact.recoveredAt !== null && impact.recoveredAt <= now)) continue;
      const key = `${impact.service} ${impact.symptom}`;
      const known = found.get(key) ?? { impacts: [], notice, serious: false };
      known.impacts.push(impact);
      known.serious ||= notice.seriousAt !== null;
      found.set(key, known);
    }
  }
  const all = [...found.values()].flatMap(({ impacts, notice, serious }) => {
    const picture = notice.reports.at(-1)?.picture;
    const first = impacts.toSorted((a, b) => a.startedAt - b.startedAt)[0];
    if (!picture || !first) return [];
    const { service, symptom, startedAt: since, approximate } = first;
    const partly = partOf(impacts, service, content);
    return [{ service, name: content.names.service(service), symptom, partly, since, approximate, picture, serious }];
  });
  return all.sort(
    (a, b) =>
      BADNESS[a.symptom] - BADNESS[b.symptom] ||
      Number(b.serious) - Number(a.serious) ||
      Number(a.partly !== null) - Number(b.partly !== null) ||
      a.since - b.since,
  );
}

/** The facilities that are named, or null where these are all of the service. */
function partOf(impacts: Impact[], service: string, content: SiteContent): Name[] | null {
  const codes = new Set<string>();
  for (const { facilities } of impacts) {
    if (facilities === 'all') return null;
    for (const code of facilities) codes.add(code);
  }
  const known = content.catalogue.facilities.filter((facility) => facility.service === service);
  return codes.size < known.length ? [...codes].map((code) => content.names.facility(code)) : null;
}

/** What works again, told less than three hours ago. What is still broken in another way is not called restored. */
function restoredLately(faults: Notice[], broken: Broken[], content: SiteContent, now: Instant) {
  const found = new Map<string, Restored & { notice: Notice }>();
  for (const notice of faults) {
    const picture = notice.reports.at(-1)?.picture;
    for (const impact of notice.impacts) {
      const { service, symptom, recoveredAt: at } = impact;
      if (!picture || at === null || at > now || now - Math.max(at, toldAt(notice, impact)) >= FRESH) continue;
      const hides = (one: Broken) => one.service === service && (one.symptom !== 'delayed' || symptom === 'delayed');
      const known = found.get(`${service} ${symptom === 'delayed'}`);
      if (broken.some(hides) || (known && known.at >= at)) continue;
      const name = content.names.service(service);
      found.set(`${service} ${symptom === 'delayed'}`, { service, name, symptom, at, picture, notice });
    }
  }
  return [...found.values()].sort((a, b) => b.at - a.at);
}

/** When the recovery of an impact was first published: it may have been hours after it. */
function toldAt(notice: Notice, impact: Impact): Instant {
  const told = notice.reports.find((report) =>
    report.picture.impacts.some((one) => one.id === impact.id && one.recoveredAt !== null),
  );
  return told?.publishedAt ?? 0;
}

/** Mail lives on facilities; a way of using it and what others sign in by are as good as mail to a caller. */
function blocksMail({ service, symptom }: Broken, { catalogue }: SiteContent): boolean {
  if (symptom === 'delayed') return false;
  if (symptom === 'login') return true;
  const partOf = catalogue.services.find((one) => one.key === service)?.partOf;
  return (
    catalogue.facilities.some((facility) => facility.service === service || facility.service === partOf) ||
    catalogue.services.some((one) => one.dependsOn?.includes(service))
  );
}
