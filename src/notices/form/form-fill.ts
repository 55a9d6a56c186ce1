import { isoTime, localInput } from '../../time.ts';
import type { Notice } from '../notice.ts';
import type { Report } from '../report.ts';
import type { Planned } from '../windows.ts';
import { showFacilities } from './facility-list.ts';
import type { Fields } from './form-reader.ts';

const TIME = /(^|\.)(\w+At|at|asOf|from|to|actualFrom|actualTo)$/;

/** A body of the API as the fields of the form: what a program kept as a draft opens in the console too. */
export function fieldsFromBody(body: unknown, zone: string): Fields {
  const fields: Fields = {};
  write(fields, '', body, zone);
  firstWindowAlone(fields);
  for (const list of ['impacts', 'causes', 'measures', 'windows'] as const) {
    const rows = Object.keys(fields).flatMap((name) => new RegExp(`^${list}\\.(\\d+)\\.`).exec(name)?.[1] ?? []);
    if (rows.length > 0) fields[`${list}.rows`] = String(Math.max(...rows.map(Number)) + 1);
  }
  return fields;
}

/** A body that a program left, with its times in words again: as it was sent. */
export function asSent(body: unknown, zone: string): unknown {
  const told = JSON.stringify(body, (name, value: unknown) =>
    typeof value === 'number' && TIME.test(name) ? isoTime(value, zone) : value,
  );
  return JSON.parse(told) as unknown;
}

/** What a published report says, to be corrected. */
export function fieldsFromReport(notice: Notice, report: Report, zone: string): Fields {
  const { picture, body } = report;
  const title = picture.title ?? notice.title;
  const own = { impacts: undefined, planned: undefined, occurred: undefined, revised: undefined, reopened: undefined };
  return fieldsFromBody({ ...picture, ...own, title, body }, zone);
}

function write(fields: Fields, name: string, value: unknown, zone: string): void {
  const last = name.split('.').at(-1) ?? '';
  if (name === 'expectedRecoveryAt' && value === null) fields.expectedRecoveryUnknown = 'on';
  if (value === undefined || value === null || name === 'publish') return;
  if (last === 'facilities') {
    fields[name] = showFacilities(value as string[] | 'all');
  } else if (name === 'recovered' && Array.isArray(value)) {
    for (const { impact, at, approximate } of value as { impact: string; at: unknown; approximate?: boolean }[]) {
      fields[`recovered.${impact}.on`] = 'on';
      if (approximate) fields[`recovered.${impact}.approximate`] = 'on';
      write(fields, `recovered.${impact}.at`, at, zone);
    }
  } else if (name === 'revised' && Array.isArray(value)) {
    for (const { impact, ...facts } of value as { impact?: string }[])
      write(fields, `revised.${impact ?? 'notice'}`, facts, zone);
  } else if (typeof value === 'object') {
    const inside = name === '' || name === 'report' ? '' : `${name}.`;
    for (const [key, part] of Object.entries(value)) write(fields, inside + key, part, zone);
  } else if (typeof value === 'boolean') {
    if (value) fields[name] = 'on';
  } else if (typeof value === 'string' || typeof value === 'number') {
    fields[PLAIN_TEXT.test(name) ? `${name}.ja` : name] = TIME.test(name) ? wallTime(value, zone) : String(value);
  }
}

/** The form has the first window by itself: `planned.windows.1.from` is its `windows.0.from`. */
function firstWindowAlone(fields: Fields): void {
  for (const [name, value] of Object.entries(fields)) {
    const [, index, end] = /^planned\.windows\.(\d+)\.(from|to)$/.exec(name) ?? [];
    if (index === undefined || end === undefined) continue;
    fields[index === '0' ? `planned.${end}` : `windows.${Number(index) - 1}.${end}`] = value;
    Reflect.deleteProperty(fields, name);
  }
}

/** What was announced, to be announced anew or extended. */
export function fieldsFromPlan(planned: Planned, zone: string): Fields {
  return fieldsFromBody({ planned: planned.windows ? { windows: planned.windows } : planned }, zone);
}

function wallTime(value: string | number, zone: string): string {
  const at = typeof value === 'number' ? value : Date.parse(value);
  return Number.isNaN(at) ? String(value) : localInput(at, zone);
}

/** The API takes Japanese alone as a plain string. */
const PLAIN_TEXT = /(^|\.)(body|text|area|detail|workaround|avoid|unaffected|emergencyCalls|residual|reopenReason)$/;
