import { type Clock, DAY, HOUR } from '../../time.ts';
import type { Secret } from '../signing.ts';
import { Provider, type ProviderSettings } from './provider.ts';

interface RealmGround {
  publicUrl: string;
  secret: Secret;
  clock: Clock;
  warn: (error: unknown, message: string) => void;
}

/** How old a sign-in at the provider may be: as old as a session of ours gets. */
const LONGEST = { customer: 30 * DAY, staff: 12 * HOUR } as const;
const SIGN_IN = { customer: '/my/sign-in', staff: '/console/sign-in' } as const;

/** The provider of one kind of people, where the operator has one. */
export function providerOf(
  realm: 'customer' | 'staff',
  settings: ProviderSettings | undefined,
  ground: RealmGround,
  scope: 'openid' | 'openid email' = 'openid',
): Provider | undefined {
  if (!settings) return undefined;
  const signIn = `${ground.publicUrl}${SIGN_IN[realm]}`;
  return new Provider({
    ...{ settings, realm, scope, longest: LONGEST[realm] },
    ...{ redirectUri: `${signIn}/provider/callback`, signedOutUri: signIn },
    ...{ secret: ground.secret, clock: ground.clock, warn: ground.warn },
  });
}
