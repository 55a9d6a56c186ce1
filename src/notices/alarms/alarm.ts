import { z } from 'zod';
import { line } from '../../http/forms.ts';
import type { Instant } from '../../time.ts';
import { SYMPTOMS, type Symptom } from '../impact.ts';
import { moment } from '../input.ts';

/** What a monitoring system says of one thing. Facilities and service are as it names them; the catalogue may not know them. */
export interface Alarm {
  key: string;
  group: string;
  title: string;
  service: string | null;
  facilities: string[] | 'all';
  symptom: Symptom;
  startedAt: Instant;
  /** null: it still fires. */
  endedAt: Instant | null;
}

const MOST = 200;
const name = z.string().min(1).max(300);

/** Our own form. */
const plain = z.strictObject({
  /** The same for the same trouble: it is known again by this. */
  key: name,
  /** Alarms of one group open one draft; without it each is its own. */
  group: name.optional(),
  title: line(120),
  service: z.string().max(100).optional(),
  facilities: z.union([z.array(z.string().max(100)).max(2000), z.literal('all')]).optional(),
  symptom: z.enum(SYMPTOMS).optional(),
  startedAt: moment,
  /** Given once it is over. */
  endedAt: moment.optional(),
});

/** What Prometheus' Alertmanager posts to a webhook (version 4); what we do not need is let through. */
const alertmanager = z.object({
  version: z.literal('4'),
  groupKey: name,
  alerts: z
    .array(
      z.object({
        status: z.enum(['firing', 'resolved']),
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()).optional(),
        startsAt: z.iso.datetime({ offset: true }),
        endsAt: z.iso.datetime({ offset: true }).optional(),
        fingerprint: name,
      }),
    )
    .max(MOST),
});

export const alarmsInput = z.union([z.strictObject({ alarms: z.array(plain).min(1).max(MOST) }), alertmanager]);

/** Both forms as one. Of Alertmanager the labels `service`, `facility` (or `facilities`) and `symptom` are read. */
export function alarmsOf(input: z.output<typeof alarmsInput>): Alarm[] {
  if ('alarms' in input) {
    return input.alarms.map((alarm) => ({
      key: alarm.key,
      group: alarm.group ?? alarm.key,
      title: alarm.title,
      service: alarm.service ?? null,
      facilities: alarm.facilities ?? 'all',
      symptom: alarm.symptom ?? 'unavailable',
      startedAt: alarm.startedAt,
      endedAt: alarm.endedAt ?? null,
    }));
  }
  return input.alerts.map(({ labels, annotations, ...alert }) => ({
    key: alert.fingerprint,
    group: input.groupKey,
    title: oneLine(annotations?.summary ?? labels.alertname ?? alert.fingerprint),
    service: labels.service ?? null,
    facilities: codesIn(labels.facilities ?? labels.facility),
    symptom: SYMPTOMS.find((symptom) => symptom === labels.symptom) ?? 'unavailable',
    startedAt: Date.parse(alert.startsAt),
    endedAt: alert.status === 'resolved' ? Date.parse(alert.endsAt ?? alert.startsAt) : null,
  }));
}

function codesIn(label: string | undefined): string[] | 'all' {
  const codes = (label ?? '').split(/[\s,、]+/).filter((code) => code !== '');
  return codes.length === 0 ? 'all' : codes;
}

/** Words of a machine become the title of a draft: one line, without control characters. */
function oneLine(text: string): string {
  return (
    text
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
      .trim()
      .slice(0, 120) || 'alarm'
  );
}
