import * as oidc from 'openid-client';
import { z } from 'zod';
import { type Clock, HOUR, type Instant, type Language, MINUTE, SECOND } from '../../time.ts';
import { type Secret, seal, unseal } from '../signing.ts';
import { guardedFetch } from './guarded-fetch.ts';

/** As an operator sets it (OIDC_CUSTOMER_…, OIDC_STAFF_…). */
export interface ProviderSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** What the button calls it. */
  label: string;
}

export interface ProviderGround {
  settings: ProviderSettings;
  /** Of these people; a flow begun for one realm ends nowhere else. */
  realm: 'customer' | 'staff';
  redirectUri: string;
  /** Where the provider sends whoever signed out there. */
  signedOutUri: string;
  /** How old a sign-in at the provider may be that is taken without asking again. */
  longest: number;
  scope: 'openid' | 'openid email';
  secret: Secret;
  clock: Clock;
  warn: (error: unknown, message: string) => void;
}

/** Why nobody came in. `again`: what came back does not belong to what this browser began. */
export type Trouble = 'down' | 'again' | 'denied' | 'unknown';

export class ProviderTrouble extends Error {
  readonly trouble: Trouble;
  constructor(trouble: Trouble, cause?: unknown) {
    super(`OpenID Connect: ${trouble}`, { cause });
    this.name = 'ProviderTrouble';
    this.trouble = trouble;
  }
}

/** Whom the provider vouches for. */
export interface Identity {
  subject: string;
  /** When he last gave his password there. */
  provedAt: Instant;
  /** Sealed; names him when he signs out there. */
  idToken: string;
  /** His mail address as the provider has verified it, else null. Asks the provider where the token does not say. */
  verifiedEmail(): Promise<string | null>;
}

const flow = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  at: z.number(),
  again: z.boolean(),
  back: z.string(),
  language: z.enum(['ja', 'en']),
});

/** What a browser keeps, sealed, between leaving for the provider and coming back. */
export type Flow = z.output<typeof flow>;

export const FLOW_LASTS = 10 * MINUTE;
const TIMEOUT_SECONDS = 5;
/** So long nobody waits for a provider that has just not answered. */
const REST = 10 * SECOND;
const FRESH = HOUR;
/** Between the provider's clock and ours. */
const SKEW = MINUTE;

/** One OpenID Connect provider, as one client of it. Whatever it does, nobody waits longer than a few seconds. */
export class Provider {
  readonly #ground: ProviderGround;
  #known: { configuration: oidc.Configuration; at: Instant } | undefined;
  #asking: Promise<void> | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(ground: ProviderGround) {
    this.#ground = ground;
  }

  get label(): string {
    return this.#ground.settings.label;
  }

  /** Whether it did not answer when it was last asked. */
  get down(): boolean {
    return this.#ground.clock.now() - this.#failedAt < REST || (this.#failedAt > 0 && !this.#known);
  }

  /** Asks what it is, unless that is known or was asked a moment ago. Never throws; nobody need wait. */
  async look(): Promise<void> {
    const { clock } = this.#ground;
    const now = clock.now();
    if (this.#known && now - this.#known.at < FRESH) return;
    if (now - this.#failedAt < REST) return;
    this.#asking ??= this.#discover().finally(() => (this.#asking = undefined));
    await this.#asking;
  }

  /** @param again asks for the password there though he is signed in. @throws ProviderTrouble */
  async begin(wish: { again: boolean; back: string; language: Language }): Promise<{ url: string; sealed: string }> {
    const configuration = await this.#configuration();
    const { redirectUri, scope, longest, secret, realm, clock } = this.#ground;
    const begun: Flow = {
      ...wish,
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      verifier: oidc.randomPKCECodeVerifier(),
      at: clock.now(),
    };
    const url = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope,
      state: begun.state,
      nonce: begun.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(begun.verifier),
      code_challenge_method: 'S256',
      // with it the answer says when he gave his password
      max_age: String(longest / SECOND),
      ui_locales: wish.language,
      ...(wish.again ? { prompt: 'login' } : {}),
    });
    return { url: url.href, sealed: seal(secret, `oidc:${realm}`, JSON.stringify(begun)) };
  }

  /** What this browser began, or null where it began nothing of ours, or too long ago. */
  begun(sealed: string | undefined): Flow | null {
    const { secret, realm, clock } = this.#ground;
    if (sealed === undefined) return null;
    try {
      const read = flow.parse(JSON.parse(unseal(secret, `oidc:${realm}`, sealed)));
      return clock.now() - read.at < FLOW_LASTS ? read : null;
    } catch {
      return null;
    }
  }

  /**
   * Takes what the provider sent back: state, issuer, code, nonce, signature, age of the sign-in.
   * @param query of the address he came back to. @throws ProviderTrouble
   */
  async finish(begun: Flow, query: string): Promise<Identity> {
    const configuration = await this.#configuration();
    const { redirectUri, longest, secret, realm } = this.#ground;
    const tokens = await this.#asked(() =>
      oidc.authorizationCodeGrant(configuration, new URL(`${redirectUri}?${query}`), {
        expectedState: begun.state,
        expectedNonce: begun.nonce,
        pkceCodeVerifier: begun.verifier,
        idTokenExpected: true,
        maxAge: longest / SECOND,
      }),
    );
    const claims = tokens.claims();
    const provedAt = Number(claims?.auth_time) * SECOND;
    if (!claims || !tokens.id_token || claims.sub.length > 255) throw new ProviderTrouble('again');
    if (begun.again && !(provedAt >= begun.at - SKEW)) throw new ProviderTrouble('again');
    return {
      subject: claims.sub,
      provedAt,
      idToken: seal(secret, `id-token:${realm}`, tokens.id_token),
      verifiedEmail: async () =>
        verifiedEmailOf(
          claims.email === undefined
            ? await this.#asked(() => oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub))
            : claims,
        ),
    };
  }

  /** Where he ends his session at the provider too; null where it has no such place or cannot be asked now. */
  signOutUrl(idToken: string | null): string | null {
    const { clientId } = this.#ground.settings;
    const { secret, realm, signedOutUri } = this.#ground;
    if (idToken === null || !this.#known?.configuration.serverMetadata().end_session_endpoint) return null;
    try {
      return oidc.buildEndSessionUrl(this.#known.configuration, {
        id_token_hint: unseal(secret, `id-token:${realm}`, idToken),
        client_id: clientId,
        post_logout_redirect_uri: signedOutUri,
      }).href;
    } catch {
      return null;
    }
  }

  async #configuration(): Promise<oidc.Configuration> {
    await this.look();
    if (this.down || !this.#known) throw new ProviderTrouble('down');
    return this.#known.configuration;
  }

  async #discover(): Promise<void> {
    const { settings, clock, warn } = this.#ground;
    const issuer = new URL(settings.issuer);
    try {
      const configuration = await oidc.discovery(issuer, settings.clientId, {}, authentication(settings.clientSecret), {
        [oidc.customFetch]: guardedFetch(issuer),
        timeout: TIMEOUT_SECONDS,
        execute: [
          oidc.enableNonRepudiationChecks,
          ...(issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : []),
        ],
      });
      this.#known = { configuration, at: clock.now() };
      this.#failedAt = Number.NEGATIVE_INFINITY;
    } catch (error) {
      this.#failed();
      warn(plain(error), `the OpenID Connect provider ${settings.issuer} cannot be asked; passwords work as ever`);
    }
  }

  /** A call of the provider. What it refuses is told from its not answering. */
  async #asked<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      const trouble = troubleOf(error);
      // What a browser brings along anybody can write: only what the provider itself answers speaks for all.
      if (trouble === 'down' && !(error instanceof oidc.AuthorizationResponseError)) this.#failed();
      this.#ground.warn(plain(error), `a sign-in by OpenID Connect came to nothing (${trouble})`);
      throw new ProviderTrouble(trouble, error);
    }
  }

  #failed(): void {
    this.#failedAt = this.#ground.clock.now();
  }
}

/** For the log: what was found wrong, without the answers and tokens that such errors carry with them. */
function plain(error: unknown): Error {
  const { message, code, cause } = error as { message?: unknown; code?: unknown; cause?: unknown };
  const reason = cause instanceof Error && cause.message !== message ? `: ${cause.message}` : '';
  return new Error(`${String(message)}${typeof code === 'string' ? ` (${code})` : ''}${reason}`);
}

/** As the provider wants it; where it says nothing, the standard means Basic. */
function authentication(secret: string): oidc.ClientAuth {
  const basic = oidc.ClientSecretBasic(secret);
  const post = oidc.ClientSecretPost(secret);
  return (server, ...rest) => {
    const { token_endpoint_auth_methods_supported: methods = ['client_secret_basic'] } = server;
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}

function verifiedEmailOf(claims: Record<string, unknown>): string | null {
  return claims.email_verified === true && typeof claims.email === 'string' ? claims.email : null;
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof oidc.AuthorizationResponseError) {
    return error.error === 'temporarily_unavailable' || error.error === 'server_error' ? 'down' : 'denied';
  }
  if (error instanceof oidc.ResponseBodyError) return error.status >= 500 ? 'down' : 'again';
  const { code, status } = error as { code?: unknown; status?: unknown };
  // an answer that cannot be read, or none: openid-client names all else that it found wrong
  if (code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' || code === 'OAUTH_RESPONSE_IS_NOT_JSON' || code === 'OAUTH_TIMEOUT')
    return 'down';
  return typeof code === 'string' && code.startsWith('OAUTH_') && status === undefined ? 'again' : 'down';
}
