import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { SECOND } from '../time.ts';

/** What cannot be counted as it happens and is asked for when somebody looks. */
export interface Readings {
  edition: { number: number; ageSeconds: number; trouble: boolean };
  /** By cost class: how many run, wait, and have been turned away since the start. */
  gates: Record<string, { running: number; waiting: number; refused: number }>;
  /** Statements that failed since the start. */
  databaseErrors: number;
  /** undefined where the database does not answer. */
  stored: Stored | undefined;
}

/** What only the database knows. */
export interface Stored {
  outbox: { class: string; state: string; mails: number }[];
  oldestDueSeconds: Record<string, number>;
  frozen: boolean;
  sessions: Record<string, number>;
  clocksOverdue: number;
}

/** A relay's answers, and what an attempt comes to without one. */
export type HandOver = '2xx' | '4xx' | '5xx' | 'unreachable' | 'in_doubt' | 'stopped';

/** What an operator's monitoring reads. Names are stable: docs/samples has alerts and a board that use them. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #pages = new Map<number, number>();
  readonly #requests: Counter<'class' | 'status'>;
  readonly #seconds: Histogram<'class'>;
  readonly #handOvers: Counter<'reply'>;
  readonly #gauges: ReturnType<typeof gauges>;

  constructor(version: string) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    new Gauge({ name: 'shirase_info', help: 'Version of the program', labelNames: ['version'], registers }).set(
      { version },
      1,
    );
    this.#requests = new Counter({
      name: 'shirase_requests_total',
      help: 'Answered requests by cost class and status',
      labelNames: ['class', 'status'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'shirase_request_seconds',
      help: 'Time to the answer by cost class; pages of the edition are counted and not timed',
      labelNames: ['class'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.#handOvers = new Counter({
      name: 'shirase_smtp_replies_total',
      help: 'Attempts to hand over a mail, by the class of the answer',
      labelNames: ['reply'],
      registers,
    });
    this.#gauges = gauges(registers);
  }

  answered(costClass: string, status: number, milliseconds: number): void {
    this.#requests.inc({ class: costClass, status });
    this.#seconds.observe({ class: costClass }, milliseconds / SECOND);
  }

  /** A page of the edition: a plain count, because it is answered ten thousand times a second. */
  readonly page = (status: number): void => {
    this.#pages.set(status, (this.#pages.get(status) ?? 0) + 1);
  };

  handedOver(reply: HandOver): void {
    this.#handOvers.inc({ reply });
  }

  /** @returns Prometheus' text format 0.0.4. */
  async text(readings: Readings): Promise<string> {
    for (const [status, count] of this.#pages) this.#requests.inc({ class: 'page', status }, count);
    this.#pages.clear();
    show(this.#gauges, readings);
    return this.#registry.metrics();
  }

  readonly contentType = this.#registry.contentType;
}

function gauges(registers: Registry[]) {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge<Label>({ name: `shirase_${name}`, help, labelNames, registers });
  return {
    editionNumber: gauge('edition_number', 'Number of the edition that is served'),
    editionAge: gauge('edition_age_seconds', 'Time since the edition was last held against the database'),
    editionTrouble: gauge('edition_trouble', '1 where no new edition can be made'),
    running: gauge('gate_running', 'Requests of a cost class at work', 'class'),
    waiting: gauge('gate_waiting', 'Requests of a cost class that wait', 'class'),
    refused: gauge('gate_refused_total', 'Requests turned away with 503 since the start', 'class'),
    databaseErrors: gauge('database_errors_total', 'Statements that failed since the start'),
    databaseUp: gauge('database_up', '1 while the database answers'),
    outbox: gauge('outbox_mails', 'Mails that are not finished, by class and state', 'class', 'state'),
    oldestDue: gauge('outbox_oldest_due_seconds', 'How long the oldest due mail of a class has waited', 'class'),
    frozen: gauge('courier_frozen', '1 while the sender is frozen, for instance after a restore'),
    sessions: gauge('sessions', 'Sessions that have not run out', 'audience'),
    clocksOverdue: gauge('clocks_overdue', 'Open faults whose next report is later than promised'),
  };
}

function show(to: ReturnType<typeof gauges>, { edition, gates, databaseErrors, stored }: Readings): void {
  to.editionNumber.set(edition.number);
  to.editionAge.set(edition.ageSeconds);
  to.editionTrouble.set(edition.trouble ? 1 : 0);
  for (const [name, { running, waiting, refused }] of Object.entries(gates)) {
    to.running.set({ class: name }, running);
    to.waiting.set({ class: name }, waiting);
    to.refused.set({ class: name }, refused);
  }
  to.databaseErrors.set(databaseErrors);
  to.databaseUp.set(stored ? 1 : 0);
  // Where it cannot be known the last value would be a lie.
  to.outbox.reset();
  to.oldestDue.reset();
  if (!stored) return;
  for (const { class: name, state, mails } of stored.outbox) to.outbox.set({ class: name, state }, mails);
  for (const [name, seconds] of Object.entries(stored.oldestDueSeconds)) to.oldestDue.set({ class: name }, seconds);
  to.frozen.set(stored.frozen ? 1 : 0);
  for (const [audience, count] of Object.entries(stored.sessions)) to.sessions.set({ audience }, count);
  to.clocksOverdue.set(stored.clocksOverdue);
}
