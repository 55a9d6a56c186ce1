import { setTimeout as wait } from 'node:timers/promises';
import { type AlertGround, expandNext } from './expand.ts';

/** How long one transaction of an expansion may keep others from writing; a quarter of it or so is this thread's own. Milliseconds. */
const AIM = 100;
/** And how long readers are given after it. */
const REST = 15;
const LEAST = 25;
const MOST = 300;
const FIRST = 50;

/**
 * Expands publications piece by piece, each sized by how long the one before took, and gives readers as much of the processor as it takes.
 * @returns what does one piece and says whether there was work.
 */
export function expansionOf(ground: AlertGround): () => Promise<boolean> {
  let size = FIRST;
  return async () => {
    let took = 0;
    const found = await expandNext(ground, Math.round(size), (held) => {
      took = held;
    });
    if (!found) return false;
    size = Math.min(MOST, Math.max(LEAST, size * Math.min(1.5, Math.max(0.5, AIM / took))));
    await wait(Math.min(took, REST));
    return true;
  };
}
