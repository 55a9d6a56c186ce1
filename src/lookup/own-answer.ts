import { bytesOf } from '../http/flat.ts';
import { hole, Stencil } from '../http/stencil.ts';
import { escaped, helpers, type Operator, render } from '../http/views.ts';
import { type Instant, isoTime, type Language, SECOND } from '../time.ts';
import type { Condition, MailboxStatus } from './affected.ts';
import { conditionJson, type Spelling } from './contract.ts';
import type { Own } from './situation.ts';
import type { Stretch } from './stretch.ts';
import { type ServiceView, statusView } from './view.ts';

/** What his page has beside the state of his mailboxes. */
export interface More {
  services: ServiceView[];
  unreached: string[];
}

interface PageOf {
  language: Language;
  /** Its own path. */
  here: string;
}

/** The pages of one stretch that are kept: a few for each facility, and one for each list of services with it. */
const KEPT = 1000;

/** A second, as the answers of that second show it. */
interface Shown {
  second: number;
  iso: string;
  text: Record<Language, string>;
}

/**
 * What one customer is answered, made of what he shares with others, which is made once, and of what is his. All as bytes (`bytesOf`): on
 * the worst day this is asked for more often than anything that needs a database.
 */
export class OwnAnswers {
  readonly #operator: Operator;
  readonly #spelling: Spelling;
  readonly #jsonOf = new WeakMap<Condition, string>();
  readonly #pages = new WeakMap<Stretch, Map<string, Stencil>>();
  readonly #numbers = new WeakMap<Condition, number>();
  #numbered = 0;
  #shown: Shown | undefined;

  constructor(operator: Operator, publicUrl: string) {
    this.#operator = operator;
    this.#spelling = { publicUrl, zone: operator.timeZone };
  }

  json(own: Own, at: Instant): string {
    const mailboxes = own.mailboxes.map(
      ({ mailbox, condition }) =>
        `{"address":${bytesOf(JSON.stringify(mailbox.address))},${this.#conditionJson(mailbox.facility, condition)}`,
    );
    return `{"checkedAt":"${this.#show(at).iso}","mailboxes":[${mailboxes.join()}]}`;
  }

  /** @param as with the hidden field of the page's forms. */
  page(own: Own, more: More, at: Instant, as: PageOf & { csrf: string }): string {
    const shown = this.#show(at);
    const fillings = new Map([
      ['csrf', as.csrf],
      ['iso', shown.iso],
      ['time', shown.text[as.language]],
    ]);
    for (const [index, { mailbox }] of own.mailboxes.entries())
      fillings.set(`address${index}`, bytesOf(escaped(mailbox.address)));
    return this.#stencil(own, more, at, as).fill(fillings);
  }

  #conditionJson(facility: string, condition: Condition): string {
    let json = this.#jsonOf.get(condition);
    if (json === undefined) {
      json = bytesOf(JSON.stringify(conditionJson(facility, condition, this.#spelling)).slice(1));
      this.#jsonOf.set(condition, json);
    }
    return json;
  }

  #stencil(own: Own, more: More, at: Instant, as: PageOf): Stencil {
    // Nobody else has these.
    if (more.unreached.length > 0) return this.#print(own, more, at, as);
    const pages = this.#pages.get(own.stretch) ?? new Map<string, Stencil>();
    this.#pages.set(own.stretch, pages);
    const conditions = own.mailboxes.map(({ condition }) => this.#numberOf(condition)).join();
    const services = more.services.length === 0 ? '' : JSON.stringify(more.services);
    const key = `${as.language} ${as.here} ${conditions} ${services}`;
    let page = pages.get(key);
    if (!page) {
      page = this.#print(own, more, at, as);
      if (pages.size >= KEPT) pages.clear();
      pages.set(key, page);
    }
    return page;
  }

  #print(own: Own, more: More, at: Instant, as: PageOf): Stencil {
    const statuses = own.mailboxes.map(
      ({ mailbox, condition }, index): MailboxStatus => ({
        ...condition,
        mailbox: { ...mailbox, address: hole(`address${index}`) },
      }),
    );
    return new Stencil(
      render('my/status', as.language, this.#operator, {
        ...statusView(statuses, at),
        ...more,
        asOf: { iso: hole('iso'), shown: hole('time') },
        csrf: hole('csrf'),
        here: as.here,
        staff: null,
        customer: {},
      }),
    );
  }

  #numberOf(condition: Condition): number {
    let number = this.#numbers.get(condition);
    if (number === undefined) {
      number = ++this.#numbered;
      this.#numbers.set(condition, number);
    }
    return number;
  }

  #show(at: Instant): Shown {
    const second = Math.floor(at / SECOND);
    if (this.#shown?.second === second) return this.#shown;
    const operator = this.#operator;
    const text = (language: Language) => bytesOf(escaped(helpers(language, operator).time(at)));
    this.#shown = { second, iso: isoTime(at, operator.timeZone), text: { ja: text('ja'), en: text('en') } };
    return this.#shown;
  }
}
