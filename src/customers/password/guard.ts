import type { Tx } from '../../db/open.ts';
import type { Message } from '../../errors.ts';
import type { Instant } from '../../time.ts';

/** Whether a customer's password may be changed now. */
export interface GuardVerdict {
  allowed: boolean;
  /** false: it cannot be determined; a setting decides. */
  known: boolean;
  reason: Message | null;
  /** The notice that closes it. */
  notice: {
    id: string;
    kind: 'fault' | 'work';
    title: { ja: string; en?: string | undefined };
    since: Instant;
    approximate: boolean;
    expectedRecoveryAt: Instant | null;
  } | null;
}

/** The lookup stands above this room and knows what is in force; app.ts hands it in. */
export interface PasswordGuard {
  /** Never throws. */
  ask(customerId: string): Promise<GuardVerdict>;
  /** The same once more in the transaction that would change the password. */
  askIn(tx: Tx, customerId: string): Promise<GuardVerdict>;
}
