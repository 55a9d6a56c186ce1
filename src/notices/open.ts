import type { Tx } from '../db/open.ts';
import { type FieldProblem, Invalid } from '../errors.ts';
import { record } from '../staff/audit.ts';
import { type Instant, MINUTE } from '../time.ts';
import type { NoticeGround } from './ground.ts';
import type { ImpactInput, NoticeInput } from './input.ts';
import type { Poster } from './poster.ts';
import { noticeStore } from './store.ts';
import type { Names } from './wording/names.ts';

/** What is known of a notice before its first report. While it is a draft much may be missing. */
export type NoticeFacts = Pick<
  NoticeInput,
  'kind' | 'title' | 'occurredAt' | 'approximate' | 'recognisedAt' | 'planned' | 'sharesRootWith'
>;

/** Makes the notice's row, not yet published. `strict` before publishing: everything must be there. @returns its id. @throws Invalid */
export async function openDraftNotice(
  ground: NoticeGround,
  tx: Tx,
  poster: Poster,
  input: NoticeFacts,
  strict: boolean,
): Promise<string> {
  const now = ground.clock.now();
  const problems = strict ? wrongFacts(input, now) : [];
  const root = input.sharesRootWith ? await noticeStore.find(tx, input.sharesRootWith) : undefined;
  if (input.sharesRootWith && !root) {
    problems.push({ field: 'sharesRootWith', ja: 'このお知らせは見つかりません。', en: 'There is no such notice.' });
  }
  if (problems.length > 0) throw new Invalid(problems);
  const id = await noticeStore.add(
    tx,
    {
      ...rowOf(input, now),
      kind: input.kind,
      serious_at: null,
      links: null,
      actual_from: null,
      actual_to: null,
      created_at: now,
      created_by: poster.name,
      first_published_at: null,
      updated_at: now,
      version: 0,
    },
    root?.rootId ?? null,
    ground.operator.timeZone,
  );
  await record(tx, now, poster, 'notice:open', 'notice', id, undefined, { kind: input.kind, title: input.title });
  return id;
}

/** Until its first report is out, the facts of a notice may be written again. @throws Invalid */
export async function rewriteDraftNotice(
  ground: NoticeGround,
  tx: Tx,
  noticeId: string,
  input: NoticeFacts,
  strict: boolean,
): Promise<void> {
  const now = ground.clock.now();
  const problems = strict ? wrongFacts(input, now) : [];
  if (problems.length > 0) throw new Invalid(problems);
  await noticeStore.update(tx, noticeId, { ...rowOf(input, now), updated_at: now });
}

function rowOf(input: NoticeFacts, now: Instant) {
  return {
    title_ja: input.title.ja,
    title_en: input.title.en ?? null,
    occurred_at: input.occurredAt ?? input.planned?.from ?? now,
    occurred_approximate: input.approximate ? (1 as const) : (0 as const),
    recognised_at: input.recognisedAt ?? null,
    planned_from: input.planned?.from ?? null,
    planned_to: input.planned?.to ?? null,
    planned_windows: input.planned?.windows ? JSON.stringify(input.planned.windows) : null,
  };
}

function wrongFacts(input: NoticeFacts, now: Instant): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const at = input.occurredAt ?? input.planned?.from;
  if (at === undefined) {
    problems.push({ field: 'occurredAt', ja: '発生日時を入力してください。', en: 'Enter when it occurred.' });
  } else if (input.kind === 'fault' && at > now + 5 * MINUTE) {
    problems.push({ field: 'occurredAt', ja: '発生日時が未来です。', en: 'The occurrence cannot be in the future.' });
  }
  if (at !== undefined && input.recognisedAt && input.recognisedAt < at) {
    problems.push({
      field: 'recognisedAt',
      ja: '認知日時は発生日時より後にしてください。',
      en: 'It cannot be recognised before it occurred.',
    });
  }
  if (input.kind === 'work' && !input.planned) {
    problems.push({
      field: 'planned',
      ja: '工事の予定日時を入力してください。',
      en: 'Enter when the work is planned.',
    });
  }
  return problems;
}

/** Services and facilities that the catalogue does not have, by field. */
export function unknownNames(impacts: ImpactInput[], names: Names): FieldProblem[] {
  const problems: FieldProblem[] = [];
  impacts.forEach((impact, index) => {
    const field = `impacts.${index}`;
    if (!names.services.has(impact.service)) {
      problems.push({
        field: `${field}.service`,
        ja: `サービス「${impact.service}」は登録されていません。`,
        en: `The catalogue has no service "${impact.service}".`,
      });
    }
    if (impact.facilities === 'all') return;
    const unknown = impact.facilities.filter((code) => names.facilities.get(code)?.service !== impact.service);
    if (unknown.length > 0) {
      problems.push({
        field: `${field}.facilities`,
        ja: `このサービスにない設備です: ${unknown.join('、')}`,
        en: `This service has no such facilities: ${unknown.join(', ')}`,
      });
    }
  });
  return problems;
}
