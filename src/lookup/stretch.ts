import type { Instant } from '../time.ts';
import { type Condition, conditionOf, type KnownNotice, movedLately, nextTurn, type Place } from './affected.ts';

/**
 * While nothing begins and nothing ends, all mailboxes of one facility are in one condition, which is worked out once: on the worst day
 * thousands ask in a second. The time at which one of them asks is not part of it.
 */
export class Stretch {
  readonly #notices: readonly KnownNotice[];
  readonly #from: Instant;
  readonly #until: Instant;
  readonly #conditions = new Map<string, Condition>();

  constructor(notices: readonly KnownNotice[], at: Instant) {
    this.#notices = notices;
    this.#from = at;
    this.#until = nextTurn(notices, at);
  }

  /** Whether that moment is still in it. */
  holds(at: Instant): boolean {
    return this.#from <= at && at < this.#until;
  }

  /** The same object for all that are alike. */
  conditionOf(place: Place, at: Instant): Condition {
    const moved = movedLately(place, at) ? (place.moved ?? null) : null;
    const here = `${place.service}\n${place.facility}`;
    const key = moved ? `${here}\n${moved.at}\n${moved.from}` : here;
    let condition = this.#conditions.get(key);
    if (!condition) {
      condition = conditionOf(this.#notices, { facility: place.facility, service: place.service, moved }, at);
      this.#conditions.set(key, condition);
    }
    return condition;
  }
}
