import type { FieldProblem } from '../../errors.ts';
import { isoTime, parseLocalInput } from '../../time.ts';
import { parseFacilities } from './facility-list.ts';

/** What stands in a form, word for word. Names are the paths of the API's body, without `report.`: `impacts.0.service`. */
export type Fields = Record<string, string>;

/** A form read as the API's body. `place` finds the form's field for a field of that body. */
export interface Reading {
  body: Record<string, unknown>;
  problems: FieldProblem[];
  place: (problem: FieldProblem) => FieldProblem;
}

export interface FormGround {
  zone: string;
  /** The facility codes of a service, for ranges. */
  codesOf: (service: string) => readonly string[];
}

/** The rows that a list of the form may grow to. */
export const MOST_ROWS = 50;

/** Reads one form; remembers what it could not read and which row of the form an item of the body came from. */
export class FormReader {
  readonly #fields: Fields;
  readonly #ground: FormGround;
  readonly #problems: FieldProblem[] = [];
  /** `impacts.0` of the body → `impacts.2` of the form, where rows before it were left empty. */
  readonly #rows = new Map<string, string>();

  constructor(fields: Fields, ground: FormGround) {
    this.#fields = fields;
    this.#ground = ground;
  }

  reading(body: Record<string, unknown>): Reading {
    return { body, problems: this.#problems, place: (problem) => ({ ...problem, field: this.#place(problem.field) }) };
  }

  word(name: string): string | undefined {
    return this.#fields[name]?.trim() || undefined;
  }

  ticked(name: string): boolean {
    return this.#fields[name] === 'on';
  }

  need(name: string, ja: string, en: string): void {
    if (this.word(name) === undefined) this.#wrong(name, ja, en);
  }

  text(name: string): { ja: string; en?: string | undefined } | undefined {
    const ja = this.#fields[`${name}.ja`] ?? '';
    const en = this.word(`${name}.en`);
    return ja.trim() === '' && en === undefined ? undefined : { ja, en };
  }

  time(name: string): string | undefined {
    const typed = this.word(name);
    if (typed === undefined) return undefined;
    const at = parseLocalInput(typed.normalize('NFKC').replaceAll('/', '-'), this.#ground.zone);
    if (at !== undefined) return isoTime(at, this.#ground.zone);
    this.#wrong(
      name,
      '日時は 2014-03-06 07:34 のように入力してください。',
      'Enter date and time like 2014-03-06 07:34.',
    );
    return undefined;
  }

  /** A whole number; full-width digits and commas are what people type. */
  number(name: string): number | undefined {
    const typed = this.word(name)?.normalize('NFKC').replaceAll(',', '');
    if (typed === undefined) return undefined;
    if (/^\d{1,12}$/.test(typed)) return Number(typed);
    this.#wrong(name, '数字で入力してください。例: 36000', 'Enter a whole number such as 36000.');
    return undefined;
  }

  quantity(name: string): { count: number; qualifier: string | undefined; unit: string | undefined } | undefined {
    const count = this.number(`${name}.count`);
    if (count === undefined) return undefined;
    return { count, qualifier: this.word(`${name}.qualifier`), unit: this.word(`${name}.unit`) };
  }

  /** What is told anew: the onset of the whole under `notice`, else an impact by its id. A reason alone changes nothing. */
  revisions() {
    const told: Record<string, unknown>[] = [];
    const ids = new Set(Object.keys(this.#fields).flatMap((name) => /^revised\.([^.]+)\./.exec(name)?.[1] ?? []));
    for (const id of ids) {
      const row = `revised.${id}`;
      const facts = {
        startedAt: this.time(`${row}.startedAt`),
        approximate: this.ticked(`${row}.approximate`) || undefined,
        symptom: this.word(`${row}.symptom`),
        detail: this.text(`${row}.detail`),
        area: this.text(`${row}.area`),
        users: this.quantity(`${row}.users`),
      };
      if (Object.values(facts).every((fact) => fact === undefined)) continue;
      this.#rows.set(`revised.${told.length}`, row);
      told.push({ ...facts, impact: id === 'notice' ? undefined : id, reason: this.text(`${row}.reason`) ?? {} });
    }
    return told.length > 0 ? told : undefined;
  }

  /** The first window stands alone in the form, and the others in rows below it. */
  plan() {
    const first = { from: this.time('planned.from'), to: this.time('planned.to') };
    const more = this.#list('windows', ['from', 'to'], (row) => ({
      from: this.time(`${row}.from`),
      to: this.time(`${row}.to`),
    }));
    if (more.length > 0) return { windows: [first, ...more] };
    return first.from === undefined && first.to === undefined ? undefined : first;
  }

  impacts() {
    return this.#list('impacts', IMPACT_FIELDS, (row) => {
      const service = this.word(`${row}.service`);
      const known = service === undefined ? [] : this.#ground.codesOf(service);
      const { facilities, problems } = parseFacilities(this.#fields[`${row}.facilities`] ?? '', known);
      for (const { ja, en } of problems) this.#wrong(`${row}.facilities`, ja, en);
      return {
        service,
        facilities: facilities.length === 0 ? undefined : facilities,
        area: this.text(`${row}.area`),
        symptom: this.word(`${row}.symptom`),
        detail: this.text(`${row}.detail`),
        users: this.quantity(`${row}.users`),
        startedAt: this.time(`${row}.startedAt`),
        approximate: this.ticked(`${row}.approximate`) || undefined,
        recoveredAt: this.time(`${row}.recoveredAt`),
        recoveredApproximate: this.ticked(`${row}.recoveredApproximate`) || undefined,
      };
    });
  }

  /** A tick and a time belong together: a recovery is told on purpose, and with its own time. */
  recoveries() {
    const told: { impact: string; at: string; approximate: true | undefined }[] = [];
    for (const impact of this.#recoverable()) {
      const row = `recovered.${impact}`;
      const typed = this.word(`${row}.at`) !== undefined;
      const at = this.time(`${row}.at`);
      if (this.ticked(`${row}.on`) && at !== undefined) {
        this.#rows.set(`recovered.${told.length}`, row);
        told.push({ impact, at, approximate: this.ticked(`${row}.approximate`) || undefined });
      } else if (this.ticked(`${row}.on`) && !typed) {
        this.#wrong(`${row}.at`, '回復した日時を入力してください。', 'Enter when it recovered.');
      } else if (at !== undefined) {
        this.#wrong(
          `${row}.on`,
          '回復を知らせる場合はチェックを入れてください。',
          'Tick this to tell of the recovery, or clear its time.',
        );
      }
    }
    return told.length > 0 ? told : undefined;
  }

  #recoverable(): string[] {
    const names = Object.keys(this.#fields);
    return [...new Set(names.flatMap((name) => /^recovered\.(.+)\.(?:on|at)$/.exec(name)?.[1] ?? []))];
  }

  /** What a field stood for and does not any more is withdrawn: the form shows all that stands. */
  picture() {
    return {
      body: this.text('body') ?? {},
      cause: this.#cause(),
      workaround: this.text('workaround') ?? null,
      avoid: this.text('avoid') ?? null,
      users: this.quantity('users') ?? null,
      asOf: this.time('asOf'),
      series: this.#list('series', ['name.ja', 'number'], (row) => ({
        name: this.text(`${row}.name`) ?? {},
        number: this.number(`${row}.number`),
      })),
      unaffected: this.text('unaffected') ?? null,
      emergencyCalls: this.text('emergencyCalls') ?? null,
      residual: this.text('residual') ?? null,
      expectedRecoveryAt: this.#expected(),
      nextUpdateAt: this.time('nextUpdateAt') ?? null,
      lastToday: this.ticked('lastToday') || undefined,
      causes: this.#list('causes', ['text.ja', 'text.en'], (row) => ({
        kind: this.word(`${row}.kind`),
        state: this.word(`${row}.state`),
        text: this.text(`${row}.text`),
        dueTo: this.number(`${row}.dueTo`),
      })),
      measures: this.#list('measures', ['text.ja', 'text.en', 'date'], (row) => ({
        id: this.word(`${row}.id`),
        field: this.word(`${row}.field`),
        term: this.word(`${row}.term`),
        status: this.word(`${row}.status`),
        text: this.text(`${row}.text`) ?? {},
        date: this.word(`${row}.date`),
      })),
      mail: this.ticked('mail'),
    };
  }

  #cause() {
    const state = this.word('cause.state');
    const text = this.text('cause.text');
    return state === undefined && text === undefined ? null : { state, text };
  }

  #expected(): string | null | undefined {
    const at = this.time('expectedRecoveryAt');
    if (!this.ticked('expectedRecoveryUnknown')) return at;
    if (at !== undefined) {
      this.#wrong(
        'expectedRecoveryAt',
        '日時か「確認中」のどちらか一方にしてください。',
        'Give a time or say that it is not known, not both.',
      );
    }
    return null;
  }

  /** The rows in which any of `telling` was filled in. */
  #list<Item>(list: string, telling: string[], read: (row: string) => Item): Item[] {
    const items: Item[] = [];
    for (let index = 0; index < MOST_ROWS; index++) {
      const row = `${list}.${index}`;
      if (telling.every((name) => this.word(`${row}.${name}`) === undefined)) continue;
      this.#rows.set(`${list}.${items.length}`, row);
      items.push(read(row));
    }
    return items;
  }

  #wrong(field: string, ja: string, en: string): void {
    this.#problems.push({ field, ja, en });
  }

  #place(field: string): string {
    const bare = field.replace(/^report\./, '');
    if (bare === 'recovered') {
      const ids = this.#recoverable();
      return `recovered.${ids.find((id) => !this.ticked(`recovered.${id}.on`)) ?? ids[0] ?? ''}.on`;
    }
    const window = /^planned\.windows\.(\d+)(\..*)?$/.exec(bare);
    if (window?.[1] === '0') return `planned${window[2] ?? '.from'}`;
    if (window) return this.#place(`windows.${Number(window[1]) - 1}${window[2] ?? '.from'}`);
    const row = /^\w+\.\d+/.exec(bare)?.[0];
    const moved = row === undefined ? bare : (this.#rows.get(row) ?? row) + bare.slice(row.length);
    return ALONE[moved] ?? (TEXT.test(moved) ? `${moved}.ja` : moved);
  }
}

/** An impact is one as soon as any of these is filled in. */
const IMPACT_FIELDS = [
  'service',
  'facilities',
  'area.ja',
  'area.en',
  'detail.ja',
  'users.count',
  'startedAt',
  'recoveredAt',
];

/** Where a problem of a whole list or group is shown. */
const ALONE: Record<string, string> = {
  impacts: 'impacts.0.service',
  planned: 'planned.from',
  causes: 'causes.0.text.ja',
  measures: 'measures.0.text.ja',
};

const TEXT =
  /(^|\.)(title|body|text|area|detail|name|workaround|avoid|unaffected|emergencyCalls|residual|reason|reopenReason)$/;
