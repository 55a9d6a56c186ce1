import type { Notice, NoticeKind } from '../../notices/notice.ts';
import type { Instant } from '../../time.ts';
import { isUnresolved } from './progress.ts';

/** How many a list of any state holds. */
const NEWEST = 50;

/** Which notices stand where. The same in both languages, so they are chosen once, and only where somebody asks. */
export class Lists {
  readonly #notices: Notice[];
  #faults: Notice[] | undefined;
  #works: Notice[] | undefined;
  #unresolved: Notice[] | undefined;

  constructor(notices: Notice[]) {
    this.#notices = notices;
  }

  get newestFaults(): Notice[] {
    this.#faults ??= newest(this.#notices, 'fault');
    return this.#faults;
  }

  get newestWorks(): Notice[] {
    this.#works ??= newest(this.#notices, 'work');
    return this.#works;
  }

  /** All of them: what is open is no history. */
  get unresolved(): Notice[] {
    this.#unresolved ??= byTelling(this.#notices.filter((notice) => notice.kind === 'fault' && isUnresolved(notice)));
    return this.#unresolved;
  }

  /** Works that this holds for, the next one first. */
  works(are: (notice: Notice) => boolean): Notice[] {
    const found = this.#notices.filter((notice) => notice.kind === 'work' && are(notice));
    return found.sort((a, b) => plannedFrom(a) - plannedFrom(b));
  }
}

function newest(notices: Notice[], kind: NoticeKind): Notice[] {
  return byTelling(notices.filter((notice) => notice.kind === kind)).slice(0, NEWEST);
}

/** By when they were first told: a client that looks at the first of them sees each new one. */
function byTelling(notices: Notice[]): Notice[] {
  return notices.sort((a, b) => toldAt(b) - toldAt(a) || (a.id < b.id ? 1 : -1));
}

function toldAt(notice: Notice): Instant {
  return notice.firstPublishedAt ?? notice.updatedAt;
}

function plannedFrom(notice: Notice): Instant {
  return notice.planned?.from ?? notice.occurredAt;
}
