import { type Fields, type FormGround, FormReader, MOST_ROWS, type Reading } from './form-reader.ts';

/** Strings only; of a name that comes twice the last. The buttons and the token are no part of what was written. */
export function fieldsOf(body: unknown): Fields {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>)
    .filter(([name]) => name !== '_csrf' && name !== 'action')
    .map(([name, value]): [string, unknown] => [name, Array.isArray(value) ? value.at(-1) : value])
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries);
}

/** What a draft keeps: what was written, without what a form says of itself. */
export function writtenIn(fields: Fields): Fields {
  const own = ['once', 'version', 'expected', 'mailCount', 'publishAt'];
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !own.includes(name)));
}

/** The rows of `impacts`, `causes` or `measures` that the form shows: at least `least`. */
export function rowCount(fields: Fields, list: string, least: number): number {
  const asked = Number.parseInt(fields[`${list}.rows`] ?? '', 10);
  return Math.min(MOST_ROWS, Math.max(least, Number.isNaN(asked) ? 0 : asked));
}

/** The form of a new notice as `POST /api/v1/notices` takes it. */
export function readNotice(fields: Fields, ground: FormGround): Reading {
  const form = new FormReader(fields, ground);
  const kind = fields.kind === 'work' ? 'work' : 'fault';
  const body = {
    kind,
    title: form.text('title') ?? {},
    occurredAt: form.time('occurredAt'),
    approximate: form.ticked('approximate'),
    recognisedAt: form.time('recognisedAt'),
    prominent: form.ticked('prominent'),
    planned: form.plan(),
    sharesRootWith: form.word('sharesRootWith'),
    impacts: form.impacts(),
    report: { phase: fields.phase || (kind === 'work' ? 'plan' : 'first'), ...form.picture() },
    publish: true,
  };
  // The act asks for these too, but only once everything else can be read: staff want to hear of all at once.
  if (kind === 'fault') form.need('occurredAt', '発生日時を入力してください。', 'Enter when it occurred.');
  else
    for (const end of ['planned.from', 'planned.to'])
      form.need(end, '日時を入力してください。', 'Enter date and time.');
  return form.reading(body);
}

/** The form of the next report as `POST /api/v1/notices/{id}/reports` takes it. */
export function readReport(fields: Fields, ground: FormGround): Reading {
  const form = new FormReader(fields, ground);
  const { phase } = fields;
  const impacts = form.impacts();
  return form.reading({
    phase,
    ...form.picture(),
    recovered: form.recoveries(),
    impacts: impacts.length > 0 ? impacts : undefined,
    revised: form.revisions(),
    reopenReason: form.text('reopenReason'),
    prominent: form.ticked('prominent') || undefined,
    planned: phase === 'extend' || phase === 'plan' ? form.plan() : undefined,
    actualFrom: phase === 'start' || phase === 'complete' ? form.time('actualFrom') : undefined,
    actualTo: phase === 'complete' ? form.time('actualTo') : undefined,
    publish: true,
  });
}

/** The form of a correction: the whole of what may be corrected stands in it, so all of it is sent. */
export function readCorrection(fields: Fields, ground: FormGround): Reading {
  const form = new FormReader(fields, ground);
  return form.reading({ reason: form.text('reason') ?? {}, title: form.text('title') ?? {}, ...form.picture() });
}
