import { availableParallelism } from 'node:os';
import type { Refusal } from '../errors.ts';
import { Gate } from './gate.ts';
import { Hasher, Unhashable } from './hashing/hasher.ts';
import { isLegacy, legacyMatches } from './legacy-hashes.ts';

/** argon2id, 19 MiB, two passes: 7 to 11 ms each. OWASP's first choice of its second row. */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const MANY_SIGN_IN: Refusal = {
  ja: 'ただいまサインインが大変混み合っています。1、2分おいてからお試しください。',
  en: 'Very many people are signing in right now. Please try again in a minute or two.',
  more: {
    ja: '入力されたパスワードは、まだ確認していません（間違っているという意味ではありません）。故障の状況は、サインインしなくてもご覧いただけます。',
    en: 'Your password has not been looked at: this does not mean that it is wrong. You can see the state of our services without signing in.',
  },
};

/** Whoever is let in hashes there. */
class HashingGate extends Gate {
  readonly hasher: Hasher;

  constructor(hasher: Hasher, places: { limit: number; queue: number }, text: Refusal) {
    super(places.limit, places.queue, text);
    this.hasher = hasher;
  }
}

/** No more than one processor for each, and two at most. */
const THREADS = Math.min(2, availableParallelism());

/**
 * Unbounded, sixteen hashes in flight took the lookup from 5 ms to over a second. Two threads hash with what everything else leaves of
 * the processor, each with its next order at hand; 196 wait (three seconds), and the rest are told at once to come back.
 */
export const hashingGate = new HashingGate(
  new Hasher(THREADS, { yields: true }),
  { limit: 4, queue: 196 },
  MANY_SIGN_IN,
);

/**
 * Staff have a narrow door of their own, behind which nobody yields: on the worst day they must come in, however many customers knock.
 */
export const staffHashingGate = new HashingGate(
  new Hasher(1, { yields: false }),
  { limit: 1, queue: 20 },
  {
    ja: 'ただいまサインインが混み合っています。少し時間をおいてからお試しください。',
    en: 'Many people are signing in right now. Please try again in a little while.',
  },
);

/** A real hash of a password that nobody has: unknown accounts cost what known ones cost. */
let nobody: string | undefined;

/** @throws Busy where too many wait. */
export function hashPassword(password: string, gate = hashingGate): Promise<string> {
  return gate.run(() => hash(gate.hasher, password.normalize('NFKC')));
}

/**
 * Whether the password is right. `stored` is null where there is no such account or it has no password: the same work is done, on
 * `decoy` where one is given (a real hash of somebody else, and right for nobody here).
 * @throws Busy where too many wait.
 */
export function passwordMatches(
  stored: string | null,
  password: string,
  { gate = hashingGate, decoy = null }: { gate?: HashingGate; decoy?: string | null } = {},
): Promise<boolean> {
  return gate.run(async () => {
    nobody ??= await hash(gate.hasher, 'there is no such account');
    const right = await matches(gate.hasher, stored ?? decoy ?? nobody, password);
    return right && stored !== null;
  });
}

function hash(hasher: Hasher, password: string): Promise<string> {
  return hasher.ask({ kind: 'hash', password, cost: COST });
}

async function matches(hasher: Hasher, stored: string, password: string): Promise<boolean> {
  const text = password.normalize('NFKC');
  if (isLegacy(stored)) {
    // The older system hashed what was typed; where folding changes that, either will do.
    const legacy = await legacyMatches(hasher, stored, password).catch(unreadable);
    if (legacy !== undefined) {
      return legacy || (text !== password && (await legacyMatches(hasher, stored, text)) === true);
    }
  }
  return hasher.ask({ kind: 'argon2', stored, password: text }).catch(unreadable);
}

/** Nobody's password makes a hash that cannot be read. */
function unreadable(error: unknown): false {
  if (error instanceof Unhashable) return false;
  throw error;
}
