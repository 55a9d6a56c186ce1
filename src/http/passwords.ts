import { hash, verify } from '@node-rs/argon2';
import type { Message } from '../errors.ts';
import { Gate } from './gate.ts';
import { isLegacy, legacyMatches } from './legacy-hashes.ts';

/** argon2id, 19 MiB, two passes: 7 to 11 ms each. OWASP's first choice of its second row. */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const MANY_SIGN_IN: Message = {
  ja: 'ただいまサインインが大変混み合っています。少し時間をおいてからお試しください。故障の状況は、サインインしなくてもトップページでご覧いただけます。',
  en: 'Very many people are signing in right now. Please try again in a little while. The state of our services is on the front page, without signing in.',
};

/**
 * Unbounded, sixteen hashes in flight took the lookup from 5 ms to over a second: two at
 * once, 150 waiting (three seconds), and the rest are told at once to come back.
 */
export const hashingGate = new Gate(2, 150, MANY_SIGN_IN);

/** Staff have a narrow door of their own: on the worst day they must come in, however many customers knock. */
export const staffHashingGate = new Gate(1, 20, {
  ja: 'ただいまサインインが混み合っています。少し時間をおいてからお試しください。',
  en: 'Many people are signing in right now. Please try again in a little while.',
});

/** A real hash of a password that nobody has: unknown accounts cost what known ones cost. */
let nobody: string | undefined;

/** @throws Busy where too many wait. */
export function hashPassword(password: string, gate = hashingGate): Promise<string> {
  return gate.run(() => hash(password.normalize('NFKC'), COST));
}

/**
 * Whether the password is right. `stored` is null where there is no such account or it has no password: the same work is done, on
 * `decoy` where one is given (a real hash of somebody else, and right for nobody here).
 * @throws Busy where too many wait.
 */
export function passwordMatches(
  stored: string | null,
  password: string,
  { gate = hashingGate, decoy = null }: { gate?: Gate; decoy?: string | null } = {},
): Promise<boolean> {
  return gate.run(async () => {
    nobody ??= await hash('there is no such account', COST);
    const right = await matches(stored ?? decoy ?? nobody, password);
    return right && stored !== null;
  });
}

async function matches(stored: string, password: string): Promise<boolean> {
  const text = password.normalize('NFKC');
  if (isLegacy(stored)) {
    // The older system hashed what was typed; where folding changes that, either will do.
    const legacy = await legacyMatches(stored, password).catch(() => false);
    if (legacy !== undefined) return legacy || (text !== password && (await legacyMatches(stored, text)) === true);
  }
  return verify(stored, text).catch(() => false);
}
