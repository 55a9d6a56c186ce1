import type { Name } from '../../catalogue/catalogue.ts';
import { localPath } from '../../http/language.ts';
import type { Impact } from '../../notices/impact.ts';
import { inLanguage, type Notice, noticeState } from '../../notices/notice.ts';
import type { Instant, Language } from '../../time.ts';
import type { Printing } from '../edition/sheet.ts';
import { idOf } from './ids.ts';
import { type ComponentStatus, statusUnder, worstOf } from './severity.ts';
import { plainLine, plainText } from './text.ts';
import { lastTurns } from './turns.ts';

/** The page as one moment and one language see it: what the objects of an answer are made from, reckoned once. */
export class Sight {
  readonly printing: Printing;
  readonly language: Language;
  readonly #host: string;
  readonly #facilities = new Map<string, string[]>();
  #statuses: Map<string, ComponentStatus> | undefined;
  #turns: Map<string, Instant> | undefined;

  constructor(printing: Printing, language: Language) {
    this.printing = printing;
    this.language = language;
    this.#host = new URL(printing.publicUrl).hostname;
    for (const { service, code } of printing.content.catalogue.facilities) {
      const codes = this.#facilities.get(service);
      if (codes) codes.push(code);
      else this.#facilities.set(service, [code]);
    }
  }

  /** `id('service mail')` */
  id(what: string): string {
    return idOf(this.#host, what);
  }

  get pageId(): string {
    return this.id('page');
  }

  /** An absolute address of ours. */
  url(path: string): string {
    return this.printing.publicUrl + localPath(path, this.language);
  }

  line(text: Name): string {
    return plainLine(inLanguage(text, this.language));
  }

  prose(text: Name): string {
    return plainText(inLanguage(text, this.language));
  }

  /** Every code of a service, as the catalogue has it now. */
  facilities(service: string): string[] {
    return this.#facilities.get(service) ?? [];
  }

  status(service: string): ComponentStatus {
    this.#statuses ??= this.#statusesNow();
    return this.#statuses.get(service) ?? 'operational';
  }

  /** When a service last changed; where nothing ever happened to it, since it is known. */
  changedAt(service: string): Instant {
    this.#turns ??= lastTurns(this.printing.content.notices, this.printing.now);
    return Math.max(this.#turns.get(service) ?? 0, this.printing.content.names.since(service));
  }

  #statusesNow(): Map<string, ComponentStatus> {
    const { content, now } = this.printing;
    const open = new Map<string, Impact[]>();
    const statuses = new Map<string, ComponentStatus>();
    for (const notice of content.notices) {
      if (isUnderWork(notice, now))
        for (const { service } of notice.impacts) statuses.set(service, 'under_maintenance');
      if (notice.kind !== 'fault') continue;
      for (const impact of notice.impacts) {
        if (impact.startedAt <= now && (impact.recoveredAt ?? now + 1) > now) {
          open.set(impact.service, [...(open.get(impact.service) ?? []), impact]);
        }
      }
    }
    for (const [service, impacts] of open) {
      const broken = statusUnder(impacts, this.facilities(service));
      statuses.set(service, worstOf([broken, statuses.get(service) ?? 'operational']));
    }
    return statuses;
  }
}

function isUnderWork(notice: Notice, now: Instant): boolean {
  return notice.kind === 'work' && noticeState(notice, now) === 'in_progress';
}

/** The form of all times: milliseconds, and UTC, which every parser takes. */
export function isoMoment(at: Instant): string {
  return new Date(at).toISOString();
}

export function maybeMoment(at: Instant | null | undefined): string | null {
  return at === null || at === undefined ? null : isoMoment(at);
}
