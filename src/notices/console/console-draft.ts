import type { FastifyRequest } from 'fastify';
import { Conflict, type Message } from '../../errors.ts';
import { requireStaff } from '../../http/audience.ts';
import { answerTo, once } from '../../staff/idempotency.ts';
import { type Draft, findDraft, openNotice, saveDraft } from '../drafts/draft.ts';
import { readNotice, writtenIn } from '../form/form.ts';
import { fieldsFromBody } from '../form/form-fill.ts';
import { labelOf } from '../form/form-labels.ts';
import type { Fields, FormGround } from '../form/form-reader.ts';
import type { AlsoInTransaction, NoticeGround } from '../ground.ts';
import type { Notice } from '../notice.ts';
import type { NoticeFacts } from '../open.ts';
import type { Poster } from '../poster.ts';
import { planOf } from '../windows.ts';
import { posterAt } from './console-form.ts';

/** The form's own words, or those of a program that left a draft. */
export function draftFields(draft: Draft | undefined, zone: string): Fields {
  const content = (draft?.content ?? {}) as { form?: Fields; api?: unknown };
  if (content.form) return content.form;
  return content.api === undefined ? {} : fieldsFromBody(content.api, zone);
}

/** A field of the form in which two who wrote at once differ. */
export interface Difference {
  name: string;
  label: Message;
  mine: string;
  theirs: string;
}

/** Every field in which the text that was sent differs from the draft that somebody else saved, in the order of the form. */
export function differences(mine: Fields, draft: Draft | undefined, zone: string): Difference[] {
  if (!draft) return [];
  const [own, other] = [writtenIn(mine), writtenIn(draftFields(draft, zone))];
  const said = (fields: Fields, name: string) => (fields[name] ?? '').replace(/\r\n?/g, '\n').trim();
  return [...new Set([...Object.keys(own), ...Object.keys(other)])]
    .filter((name) => !/\.rows$|^(kind|template)$/.test(name) && said(own, name) !== said(other, name))
    .map((name) => ({ name, label: labelOf(name), mine: said(own, name), theirs: said(other, name) }));
}

/** The version of the draft that the writer had before him; 0: none. */
export function versionIn(fields: Fields): number {
  return Number.parseInt(fields.version ?? '', 10) || 0;
}

/** The number that a new form carries is as good as an idempotency key: sent twice, it opens one notice. */
function formKey(request: FastifyRequest, fields: Fields): { apiKey: string; key: string | undefined } {
  return { apiKey: `staff:${requireStaff(request).id}`, key: /^[0-9a-f]{24}$/.exec(fields.once ?? '')?.[0] };
}

/** The notice that this form opened when it was sent before: by a second click, or after going back. */
export async function openedBefore(
  ground: NoticeGround,
  request: FastifyRequest,
  fields: Fields,
): Promise<string | undefined> {
  const { apiKey, key } = formKey(request, fields);
  if (key === undefined) return undefined;
  return (await answerTo(ground.db, apiKey, key))?.body as string | undefined;
}

/** Opens a notice by this form, once. @returns its id. */
export async function openOnce(
  ground: NoticeGround,
  request: FastifyRequest,
  fields: Fields,
  act: (also: AlsoInTransaction) => Promise<Notice>,
): Promise<string> {
  const { apiKey, key } = formKey(request, fields);
  const call = { apiKey, idempotencyKey: key, request: key, now: ground.clock.now() };
  const { body } = await once(ground.db, call, async (remember) => {
    const notice = await act((tx, made) => remember(tx, { status: 303, body: made.id }));
    return { status: 303, body: notice.id };
  });
  return body as string;
}

/** Keeps a new notice, or what became of its draft. @throws Conflict */
export async function keep(
  ground: NoticeGround,
  request: FastifyRequest,
  fields: Fields,
  context: FormGround,
  id: string | undefined,
): Promise<{ id: string; version: number }> {
  const facts = looseFacts(fields, context);
  const form = writtenIn(fields);
  const poster = posterAt(request);
  if (id === undefined) {
    const opened = await openOnce(ground, request, fields, (also) => openNotice(ground, poster, facts, { form }, also));
    return { id: opened, version: 1 };
  }
  return { id, version: await saveForm(ground, poster, id, fields, facts) };
}

/** Keeps a form as the draft of its notice. The same words twice, from a double click, are no conflict. @returns its version. @throws Conflict */
export async function saveForm(
  ground: NoticeGround,
  poster: Poster,
  id: string,
  fields: Fields,
  facts?: NoticeFacts,
): Promise<number> {
  const form = writtenIn(fields);
  const same = (kept: Draft | undefined): kept is Draft => JSON.stringify(kept?.content) === JSON.stringify({ form });
  // Whoever only looks at another's words has not written them.
  const before = await findDraft(ground, id);
  if (same(before)) return before.version;
  try {
    return await saveDraft(ground, poster, id, { form }, versionIn(fields), { facts });
  } catch (error) {
    const kept = error instanceof Conflict ? await findDraft(ground, id) : undefined;
    if (!same(kept)) throw error;
    return kept.version;
  }
}

/** A draft may be wrong or half written; what can be read of it stands in the list of drafts. */
function looseFacts(fields: Fields, context: FormGround): NoticeFacts {
  const { body } = readNotice(fields, context);
  const at = (name: 'occurredAt' | 'recognisedAt') =>
    typeof body[name] === 'string' ? Date.parse(body[name]) : undefined;
  const planned = body.planned as
    | { from?: string; to?: string; windows?: { from?: string; to?: string }[] }
    | undefined;
  const windows = (planned?.windows ?? [planned ?? {}]).flatMap(({ from, to }) =>
    from && to ? [{ from: Date.parse(from), to: Date.parse(to) }] : [],
  );
  return {
    kind: body.kind as NoticeFacts['kind'],
    title: { ja: fields['title.ja']?.trim().slice(0, 120) || '（件名未入力）' },
    occurredAt: at('occurredAt'),
    approximate: body.approximate === true,
    recognisedAt: at('recognisedAt'),
    sharesRootWith: typeof body.sharesRootWith === 'string' ? body.sharesRootWith : undefined,
    planned: planOf(windows) ?? undefined,
  };
}
