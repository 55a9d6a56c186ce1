import type { FieldProblem } from '../errors.ts';
import { type Instant, MINUTE } from '../time.ts';
import { explanationOf } from './explanation.ts';
import type { Impact } from './impact.ts';
import type { ImpactInput, ReportInput } from './input.ts';
import { isExplained, type Notice } from './notice.ts';
import { mayFollow } from './phases.ts';
import type { Picture } from './report.ts';
import { type Revised, revise } from './revision.ts';
import { PHASE_WORDS } from './wording/words.ts';

/** What a notice becomes by a report, or what stands against it. */
export interface Advance {
  impacts: Impact[];
  /** Ids of the impacts whose recovery this report is the first to tell. */
  recoveredNow: string[];
  /** Ids of the impacts of which facts were told anew. */
  revisedNow: string[];
  tellsRecovery: boolean;
  picture: Picture;
  /** When it began, as it is told now. */
  occurred: { at: Instant; approximate: boolean };
  planned: Notice['planned'];
  actualFrom: Instant | null;
  actualTo: Instant | null;
}

/** Clocks of people and machines differ a little. */
const SLACK = 5 * MINUTE;

/**
 * Lays a report on a notice as it stands: what may follow what, the items its phase needs, impacts added and recovered.
 * A pure decision; `at` is the moment of publication.
 * @returns every problem at once, with the fields' names.
 */
export function advance(
  notice: Notice,
  input: ReportInput,
  at: Instant,
): { advance: Advance; problems: FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const previous = notice.reports.at(-1);
  if (!mayFollow(notice.kind, previous?.phase ?? 'none', input.phase))
    problems.push(wrongPhase(previous?.phase, input.phase));

  const revised = revise(notice, input.revised ?? [], at, problems);
  const { impacts, recoveredNow } = applyRecoveries(revised.impacts, input, at, problems);
  const onset = { occurredAt: revised.occurred.at, occurredApproximate: revised.occurred.approximate };
  const added = addImpacts(
    { ...notice, ...onset },
    input.impacts ?? [],
    notice.impacts.length,
    at,
    problems,
    'impacts',
  );
  impacts.push(...added);
  const broken = impacts.filter((impact) => impact.recoveredAt === null && impact.symptom !== 'delayed');
  const open = impacts.filter((impact) => impact.recoveredAt === null);
  const onlyDelays = impacts.every((impact) => impact.symptom === 'delayed');
  const tellsRecovery =
    notice.kind === 'fault' &&
    impacts.length > 0 &&
    (onlyDelays ? open.length === 0 : broken.length === 0) &&
    !toldBefore(notice);

  problems.push(...wrongReopening(notice, input, added));
  problems.push(...missingItems(notice, input, { impacts, broken, open, tellsRecovery, recoveredNow }));
  const times = workTimes(notice, input, at, problems);
  return {
    problems,
    advance: {
      impacts,
      recoveredNow,
      revisedNow: notice.impacts.filter((impact, index) => differs(impact, revised.impacts[index])).map(({ id }) => id),
      tellsRecovery,
      occurred: revised.occurred,
      picture: {
        ...pictureOf(notice, input, impacts, times.planned),
        ...explanationOf(input, previous?.picture, problems),
        ...told(notice, revised),
      },
      ...times,
    },
  };
}

/** After a recovery was told, only a new impact makes another recovery news. */
function toldBefore(notice: Notice): boolean {
  const told = notice.reports.findLast((report) => report.tellsRecovery);
  if (!told) return false;
  return !notice.impacts.some((impact) => impact.addedByReport > told.number && impact.symptom !== 'delayed');
}

/** A notice whose final report is out is opened again on purpose only, and its readers are told why. */
function wrongReopening(notice: Notice, input: ReportInput, added: Impact[]): FieldProblem[] {
  const closed = isExplained(notice);
  const field = 'reopenReason';
  if (input.reopenReason && (!closed || input.phase !== 'update'))
    return [
      {
        field,
        ja: '再開できるのは、終報のあとの続報だけです。',
        en: 'Only an update after the final report opens a notice again.',
      },
    ];
  if (!closed || input.reopenReason || added.every((impact) => impact.recoveredAt !== null)) return [];
  return [
    {
      field,
      ja: '終報のあとにまだ続いている影響を加える場合は、再開の理由を入力してください。',
      en: 'Say why the notice is open again: its final report is out.',
    },
  ];
}

function differs(before: Impact, after: Impact | undefined): boolean {
  return JSON.stringify(before) !== JSON.stringify(after);
}

/** When it began, and all that was told anew so far. */
function told(notice: Notice, { occurred, revisions }: Revised): Pick<Picture, 'occurred' | 'revised'> {
  const all = [...(notice.reports.at(-1)?.picture.revised ?? []), ...revisions];
  return { occurred, revised: all.length > 0 ? all : undefined };
}

function applyRecoveries(before: Impact[], input: ReportInput, at: Instant, problems: FieldProblem[]) {
  const impacts = before.map((impact) => ({ ...impact }));
  const recoveredNow: string[] = [];
  (input.recovered ?? []).forEach((recovery, index) => {
    const field = `recovered.${index}`;
    const impact = impacts.find((candidate) => candidate.id === recovery.impact);
    if (!impact) {
      problems.push({
        field: `${field}.impact`,
        ja: 'このお知らせにない影響です。',
        en: 'This notice has no such impact.',
      });
    } else if (impact.recoveredAt !== null) {
      problems.push({
        field: `${field}.impact`,
        ja: 'すでに回復しています。',
        en: 'This impact has already recovered.',
      });
    } else if (recovery.at < impact.startedAt) {
      problems.push({
        field: `${field}.at`,
        ja: '回復の日時は発生より後にしてください。',
        en: 'Recovery must be after the start.',
      });
    } else if (recovery.at > at + SLACK) {
      problems.push({ field: `${field}.at`, ja: '回復の日時が未来です。', en: 'Recovery cannot be in the future.' });
    } else {
      impact.recoveredAt = recovery.at;
      if (recovery.approximate) impact.recoveredApproximate = true;
      recoveredNow.push(impact.id);
    }
  });
  return { impacts, recoveredNow };
}

/** Impacts as they are entered, numbered after those that the notice has. */
export function addImpacts(
  notice: Pick<Notice, 'id' | 'kind' | 'occurredAt' | 'occurredApproximate' | 'reports' | 'planned'>,
  inputs: ImpactInput[],
  before: number,
  at: Instant,
  problems: FieldProblem[],
  field: string,
): Impact[] {
  return inputs.map((input, index) => {
    const startedAt = input.startedAt ?? notice.planned?.from ?? notice.occurredAt;
    const recoveredAt = input.recoveredAt ?? null;
    if (notice.kind === 'fault' && startedAt > at + SLACK) {
      problems.push({
        field: `${field}.${index}.startedAt`,
        ja: '発生の日時が未来です。',
        en: 'The start cannot be in the future.',
      });
    }
    if (recoveredAt !== null && recoveredAt < startedAt) {
      problems.push({
        field: `${field}.${index}.recoveredAt`,
        ja: '回復の日時は発生より後にしてください。',
        en: 'Recovery must be after the start.',
      });
    }
    if (recoveredAt !== null && recoveredAt > at + SLACK) {
      problems.push({
        field: `${field}.${index}.recoveredAt`,
        ja: '回復の日時が未来です。',
        en: 'Recovery cannot be in the future.',
      });
    }
    return {
      id: `${notice.id}-${before + index + 1}`,
      service: input.service,
      facilities: input.facilities === 'all' ? 'all' : [...new Set(input.facilities)],
      area: input.area ?? null,
      symptom: input.symptom,
      detail: input.detail ?? null,
      users: input.users ?? null,
      startedAt,
      approximate: input.approximate ?? (notice.occurredApproximate && startedAt === notice.occurredAt),
      recoveredAt,
      ...(recoveredAt !== null && input.recoveredApproximate ? { recoveredApproximate: true } : {}),
      addedByReport: (notice.reports.at(-1)?.number ?? 0) + 1,
    };
  });
}

interface Outcome {
  impacts: Impact[];
  broken: Impact[];
  open: Impact[];
  tellsRecovery: boolean;
  recoveredNow: string[];
}

/** The items that each phase cannot do without, so that a recovery is really one and a final report explains. */
function missingItems(notice: Notice, input: ReportInput, outcome: Outcome): FieldProblem[] {
  const { impacts, broken, open, tellsRecovery, recoveredNow } = outcome;
  const problems: FieldProblem[] = [];
  const name = (list: Impact[]) => list.map((impact) => impact.id).join(', ');
  const need = (field: string, ja: string, en: string) => problems.push({ field, ja, en });
  switch (input.phase) {
    case 'first':
    case 'plan':
      if (impacts.length === 0) need('impacts', '影響を1つ以上入力してください。', 'Enter at least one impact.');
      break;
    case 'update':
      if (tellsRecovery && recoveredNow.length > 0) {
        need(
          'phase',
          'すべて回復したため、種別は「回復報」にしてください。',
          'Everything has recovered: make this a recovery report.',
        );
      }
      break;
    case 'partial_recovery':
      if (recoveredNow.length === 0) {
        need('recovered', '回復した影響と回復の日時を入力してください。', 'Say which impacts recovered, and when.');
      } else if (broken.length === 0) {
        need(
          'phase',
          '残る影響がないため、種別は「回復報」にしてください。',
          'Nothing is left: make this a recovery report.',
        );
      }
      break;
    case 'recovery':
      if (broken.length > 0) {
        need(
          'recovered',
          `まだ回復していない影響があります（${name(broken)}）。回復の日時を入力するか、種別を「一部回復」にしてください。`,
          `Some impacts have not recovered (${name(broken)}). Give their recovery times, or make this a partial recovery.`,
        );
      }
      break;
    case 'delay_recovery':
      if (open.length > 0) {
        need(
          'recovered',
          `まだ解消していない影響があります（${name(open)}）。解消の日時を入力してください。`,
          `Some impacts have not cleared (${name(open)}). Give the times at which they did.`,
        );
      }
      break;
    case 'final':
      if (open.length > 0) {
        need(
          'recovered',
          `回復していない影響があるあいだは終報を出せません（${name(open)}）。`,
          `A final report needs everything recovered; still open: ${name(open)}.`,
        );
      }
      if (!input.causes?.length && standing(input.cause, notice.reports.at(-1)?.picture.cause)?.state !== 'undisclosed')
        need('causes', '原因を1つ以上入力してください。', 'Enter at least one cause.');
      if (!input.measures?.length) {
        need('measures', '再発防止策を1つ以上入力してください。', 'Enter at least one measure against recurrence.');
      }
      break;
    case 'extend':
      if (!input.planned) need('planned', '延長後の日時を入力してください。', 'Enter the new start and end.');
      break;
    case 'start':
    case 'complete':
    case 'cancel':
      break;
  }
  if (notice.kind === 'work' && !notice.planned) {
    need('planned', '工事の予定日時を入力してください。', 'Enter when the work is planned.');
  }
  return problems;
}

function workTimes(notice: Notice, input: ReportInput, at: Instant, problems: FieldProblem[]) {
  const planned = input.planned ?? notice.planned;
  if (input.phase === 'extend' && notice.planned?.windows && input.planned && !input.planned.windows) {
    problems.push({
      field: 'planned',
      ja: 'この工事には日程が複数あります。変わらない日程も含めて、すべて入力してください。',
      en: 'This work has several windows. Give all of them, the unchanged ones too.',
    });
  }
  const times = { planned, actualFrom: notice.actualFrom, actualTo: notice.actualTo };
  if (input.phase === 'start') times.actualFrom = input.actualFrom ?? at;
  if (input.phase === 'complete') {
    times.actualFrom = input.actualFrom ?? notice.actualFrom ?? planned?.from ?? null;
    times.actualTo = input.actualTo ?? at;
    if (times.actualFrom !== null && times.actualTo < times.actualFrom) {
      problems.push({
        field: 'actualTo',
        ja: '終了は開始より後にしてください。',
        en: 'The end must be after the start.',
      });
    }
  }
  return times;
}

/** What is not said stands as before; null withdraws it. */
function standing<Value>(said: Value | null | undefined, before: Value | undefined): Value | undefined {
  return said === undefined ? before : (said ?? undefined);
}

/** The whole picture: what this report does not repeat stands as the report before said it. Expectations do not carry over. */
function pictureOf(notice: Notice, input: ReportInput, impacts: Impact[], planned: Notice['planned']): Picture {
  const before = notice.reports.at(-1)?.picture;
  return {
    title: notice.title,
    impacts,
    cause: standing(input.cause, before?.cause),
    avoid: standing(input.avoid, before?.avoid),
    users: standing(input.users, before?.users),
    asOf: input.asOf ?? undefined,
    series: input.series,
    reopened: input.reopenReason,
    workaround: standing(input.workaround, before?.workaround),
    unaffected: standing(input.unaffected, before?.unaffected),
    emergencyCalls: standing(input.emergencyCalls, before?.emergencyCalls),
    residual: input.residual ?? undefined,
    expectedRecoveryAt: input.expectedRecoveryAt,
    nextUpdateAt: input.nextUpdateAt,
    lastToday: input.lastToday,
    planned,
  };
}

function wrongPhase(previous: keyof typeof PHASE_WORDS | undefined, next: keyof typeof PHASE_WORDS): FieldProblem {
  const before = previous ? PHASE_WORDS[previous] : { ja: '報のないお知らせ', en: 'a notice without a report' };
  return {
    field: 'phase',
    ja: `「${before.ja}」の次に「${PHASE_WORDS[next].ja}」は出せません。`,
    en: `"${PHASE_WORDS[next].en}" cannot follow ${previous ? `"${before.en}"` : before.en}.`,
  };
}
