import { z } from 'zod';

/** The public API v2 as its clients expect it, field for field: no other fields, and none missing. */

const id = z.string().regex(/^[a-z0-9]{12}$/);
const time = z.iso.datetime({ precision: 3 });
const componentStatus = z.enum([
  'operational',
  'degraded_performance',
  'partial_outage',
  'major_outage',
  'under_maintenance',
]);
const page = z.strictObject({
  id,
  name: z.string().min(1),
  url: z.url(),
  time_zone: z.literal('Asia/Tokyo'),
  updated_at: time,
});
const status = z.strictObject({ indicator: z.enum(['none', 'minor', 'major', 'critical']), description: z.string() });
const component = z.strictObject({
  id,
  name: z.string().min(1),
  status: componentStatus,
  created_at: time,
  updated_at: time,
  position: z.int().min(1),
  description: z.null(),
  showcase: z.boolean(),
  start_date: z.null(),
  group_id: id.nullable(),
  page_id: id,
  group: z.boolean(),
  only_show_if_degraded: z.boolean(),
  components: z.array(id).min(1).optional(),
});
const update = (statuses: z.ZodEnum) =>
  z.strictObject({
    id,
    status: statuses,
    body: z.string().min(1).max(25_000),
    incident_id: id,
    created_at: time,
    updated_at: time,
    display_at: time,
    affected_components: z
      .array(z.strictObject({ code: id, name: z.string(), old_status: componentStatus, new_status: componentStatus }))
      .min(1)
      .nullable(),
    deliver_notifications: z.boolean(),
    custom_tweet: z.null(),
    tweet_id: z.null(),
  });
const story = <Statuses extends z.ZodEnum>(statuses: Statuses) => ({
  id,
  name: z.string().min(1).max(255),
  status: statuses,
  created_at: time,
  updated_at: time,
  monitoring_at: time.nullable(),
  resolved_at: time.nullable(),
  impact: z.enum(['none', 'maintenance', 'minor', 'major', 'critical']),
  shortlink: z.url(),
  started_at: time,
  page_id: id,
  incident_updates: z.array(update(statuses)).min(1),
  components: z.array(component),
});
const incidents = z.array(
  z.strictObject(story(z.enum(['investigating', 'identified', 'monitoring', 'resolved', 'postmortem']))),
);
const scheduled_maintenances = z.array(
  z.strictObject({
    ...story(z.enum(['scheduled', 'in_progress', 'verifying', 'completed'])),
    scheduled_for: time,
    scheduled_until: time,
  }),
);
const components = z.array(component);

/** The paper's eight addresses with what each of them holds. */
export const ANSWERS = {
  'summary.json': z.strictObject({ page, components, incidents, scheduled_maintenances, status }),
  'status.json': z.strictObject({ page, status }),
  'components.json': z.strictObject({ page, components }),
  'incidents.json': z.strictObject({ page, incidents }),
  'incidents/unresolved.json': z.strictObject({ page, incidents }),
  'scheduled-maintenances.json': z.strictObject({ page, scheduled_maintenances }),
  'scheduled-maintenances/upcoming.json': z.strictObject({ page, scheduled_maintenances }),
  'scheduled-maintenances/active.json': z.strictObject({ page, scheduled_maintenances }),
};
export const ADDRESSES = ['', '/en'].flatMap((prefix) =>
  Object.entries(ANSWERS).map(([name, schema]) => ({ path: `${prefix}/api/v2/${name}`, schema })),
);

export type Summary = z.output<(typeof ANSWERS)['summary.json']>;
