import type { Catalogue } from '../../catalogue/catalogue.ts';
import { loadCatalogue } from '../../catalogue/read.ts';
import type { Reader, Tx } from '../../db/open.ts';
import type { AlarmGroupsTable, AlarmsTable } from '../../db/tables/alarms.ts';
import { type Instant, isoTime } from '../../time.ts';
import type { NoticeGround } from '../ground.ts';
import { noticeState } from '../notice.ts';
import { openDraftNotice } from '../open.ts';
import type { Poster } from '../poster.ts';
import { noticeStore } from '../store.ts';
import type { Alarm } from './alarm.ts';
import { alarmStore } from './alarm-store.ts';

/** What became of an alarm: it opened a draft, came to one that was there, was known, or is over. */
export interface Taken {
  key: string;
  notice: string | null;
  outcome: 'opened' | 'added' | 'known' | 'resolved' | 'ignored';
}

/**
 * Takes what a monitoring system says. A fault that nobody writes about yet becomes a draft with its facilities and its onset; the same
 * alarm again changes nothing. Whether readers are told is for people to decide.
 */
export async function takeAlarms(ground: NoticeGround, poster: Poster, alarms: Alarm[]): Promise<Taken[]> {
  const catalogue = await loadCatalogue(ground.db.kysely);
  const taken: Taken[] = [];
  for (const group of [...new Set(alarms.map((alarm) => alarm.group))].sort()) {
    const own = alarms.filter((alarm) => alarm.group === group);
    taken.push(...(await ground.db.transaction((tx) => takeGroup({ ground, poster, catalogue }, tx, group, own))));
  }
  return taken;
}

interface Place {
  ground: NoticeGround;
  poster: Poster;
  catalogue: Catalogue;
}

async function takeGroup(place: Place, tx: Tx, name: string, alarms: Alarm[]): Promise<Taken[]> {
  const { ground, poster } = place;
  const now = ground.clock.now();
  const group = await alarmStore.takeGroup(tx, poster.name, name, now);
  let open = await openNotice(tx, group.notice_id, now);
  const taken: Taken[] = [];
  for (const alarm of alarms) {
    const before = await alarmStore.find(tx, poster.name, alarm.key);
    const known = before && before.group_key === name && before.started_at === alarm.startedAt;
    if (alarm.endedAt !== null && !known) {
      taken.push({ key: alarm.key, notice: null, outcome: 'ignored' });
      continue;
    }
    if (known && (before.ended_at !== null || alarm.endedAt === null)) {
      taken.push({ key: alarm.key, notice: before.notice_id, outcome: 'known' });
      continue;
    }
    const opened = open === null && alarm.endedAt === null;
    if (opened) open = await openDraft(place, tx, group, alarm);
    const notice = known ? before.notice_id : (open ?? '');
    await alarmStore.put(tx, rowOf(poster.name, notice, alarm, now));
    taken.push({ key: alarm.key, notice, outcome: alarm.endedAt !== null ? 'resolved' : opened ? 'opened' : 'added' });
  }
  if (open !== null) await writeDraft(place, tx, group, open);
  return taken;
}

/** The group's notice, while it is a draft or under way. What is over is another fault's story. */
async function openNotice(db: Reader, id: string | null, now: Instant): Promise<string | null> {
  const notice = id === null ? undefined : await noticeStore.find(db, id);
  if (!notice) return null;
  return ['draft', 'ongoing', 'partially_recovered', 'delayed'].includes(noticeState(notice, now)) ? notice.id : null;
}

async function openDraft({ ground, poster }: Place, tx: Tx, group: AlarmGroupsTable, alarm: Alarm): Promise<string> {
  const facts = {
    kind: 'fault' as const,
    title: { ja: alarm.title },
    occurredAt: alarm.startedAt,
    approximate: true,
    recognisedAt: ground.clock.now(),
  };
  const id = await openDraftNotice(ground, tx, poster, facts, false);
  group.notice_id = id;
  group.draft_version = 0;
  await alarmStore.setDraft(tx, group, id, 0);
  return id;
}

/** The draft says what the alarms say, until a person has saved it: then it is his, and the alarms stand beside it. */
async function writeDraft(place: Place, tx: Tx, group: AlarmGroupsTable, noticeId: string): Promise<void> {
  const { ground, poster } = place;
  const draft = await noticeStore.draft(tx, noticeId);
  const notice = await noticeStore.find(tx, noticeId);
  if (!notice || notice.reports.length > 0 || (draft?.version ?? 0) !== group.draft_version) return;
  const firing = (await alarmStore.ofNotices(tx, [noticeId])).filter(({ ended_at }) => ended_at === null);
  if (firing.length === 0) return;
  const content = { api: draftOf(place, firing, notice) };
  if (JSON.stringify(draft?.content) === JSON.stringify(content)) return;
  const saved = { noticeId, content, savedAt: ground.clock.now(), savedBy: poster.name, savedById: poster.id };
  const version = await noticeStore.saveDraft(tx, saved, group.draft_version);
  if (version !== undefined) await alarmStore.setDraft(tx, group, noticeId, version);
}

/** As `POST /api/v1/notices` would have it, with one impact for each service and symptom. */
function draftOf(
  { ground, catalogue }: Place,
  firing: AlarmsTable[],
  notice: { title: { ja: string }; occurredAt: Instant; recognisedAt: Instant | null },
) {
  const at = (moment: Instant) => isoTime(moment, ground.operator.timeZone);
  const impacts = new Map<
    string,
    { service: string; symptom: string; facilities: Set<string> | 'all'; from: Instant }
  >();
  for (const alarm of firing) {
    const codes = JSON.parse(alarm.facilities) as string[] | 'all';
    const known = codes === 'all' ? [] : catalogue.facilities.filter(({ code }) => codes.includes(code));
    const service = catalogue.services.find(({ key }) => key === alarm.service)?.key ?? known[0]?.service;
    if (service === undefined) continue;
    const own = known.filter((facility) => facility.service === service).map(({ code }) => code);
    const key = `${service} ${alarm.symptom}`;
    const impact = impacts.get(key) ?? {
      service,
      symptom: alarm.symptom,
      facilities: new Set<string>(),
      from: alarm.started_at,
    };
    if (own.length === 0) impact.facilities = 'all';
    if (impact.facilities !== 'all') for (const code of own) impact.facilities.add(code);
    impact.from = Math.min(impact.from, alarm.started_at);
    impacts.set(key, impact);
  }
  return {
    kind: 'fault',
    title: { ja: notice.title.ja },
    occurredAt: at(Math.min(...firing.map(({ started_at }) => started_at))),
    approximate: true,
    recognisedAt: at(notice.recognisedAt ?? ground.clock.now()),
    impacts: [...impacts.values()].map(({ service, symptom, facilities, from }) => ({
      service,
      symptom,
      facilities: facilities === 'all' ? 'all' : [...facilities].sort(),
      startedAt: at(from),
      approximate: true,
    })),
    report: { phase: 'first', mail: true },
  };
}

function rowOf(source: string, noticeId: string, alarm: Alarm, now: Instant): AlarmsTable {
  return {
    source,
    key: alarm.key,
    group_key: alarm.group,
    notice_id: noticeId,
    title: alarm.title,
    service: alarm.service,
    facilities: JSON.stringify(alarm.facilities),
    symptom: alarm.symptom,
    started_at: alarm.startedAt,
    ended_at: alarm.endedAt === null ? null : Math.max(alarm.endedAt, alarm.startedAt),
    seen_at: now,
  };
}

/** What the console shows of a notice's alarms. */
export interface AlarmLook {
  source: string;
  title: string;
  startedAt: Instant;
  endedAt: Instant | null;
}

/** The alarms of these notices, by notice. */
export async function loadAlarms(db: Reader, noticeIds: string[]): Promise<Map<string, AlarmLook[]>> {
  const looks = new Map<string, AlarmLook[]>();
  for (const row of await alarmStore.ofNotices(db, noticeIds)) {
    const look = { source: row.source, title: row.title, startedAt: row.started_at, endedAt: row.ended_at };
    looks.set(row.notice_id, [...(looks.get(row.notice_id) ?? []), look]);
  }
  return looks;
}

/** When monitoring saw the last of them end; null while one fires, or where there are none. */
export function alarmsEndedAt(alarms: readonly AlarmLook[]): Instant | null {
  const ends = alarms.flatMap(({ endedAt }) => endedAt ?? []);
  return ends.length > 0 && ends.length === alarms.length ? Math.max(...ends) : null;
}
