import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Context } from 'oidc-provider';
import { onTestFinished } from 'vitest';
import type { ProviderSettings } from '../../src/http/oidc/provider.ts';

export interface RealProvider {
  settings: ProviderSettings;
  /** Who gives his password there next, and what the provider knows of him. */
  user: { sub: string; email?: string; email_verified?: boolean };
  /** How many were asked for their password. */
  asked: number;
  /** Calls of its token endpoint. */
  tokens: number;
  /** It takes calls and never answers. */
  hang: boolean;
  stop(): Promise<void>;
}

/** A real OpenID Connect provider on a port of its own, with one client of ours. */
export async function startProvider(redirectUris: string[], signedOutUris: string[] = []): Promise<RealProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { issuer, clientId: 'shirase', clientSecret: 'a secret of the provider', label: 'OCN ID' };
  const real: RealProvider = {
    ...{ settings, user: { sub: 'nobody' }, asked: 0, tokens: 0, hang: false },
    stop: () => stop(server),
  };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: settings.clientId,
        client_secret: settings.clientSecret,
        redirect_uris: redirectUris,
        post_logout_redirect_uris: signedOutUris,
      },
    ],
    cookies: { keys: ['a key of the provider'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: Context, { uid }: { uid: string }) => `/login/${uid}` },
    findAccount: (_: Context, id: string) => ({ accountId: id, claims: () => ({ ...real.user, sub: id }) }),
    async loadExistingGrant({ oidc: { client, session, provider: own } }: Context) {
      const grant = new own.Grant({ accountId: session.accountId, clientId: client.clientId });
      grant.addOIDCScope('openid email');
      await grant.save();
      return grant;
    },
    renderError(context: Context, out: object) {
      context.type = 'text';
      context.body = JSON.stringify(out);
    },
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (real.hang) return;
    if (request.url === '/token') real.tokens++;
    if (!request.url?.startsWith('/login/')) {
      answer(request, response);
      return;
    }
    real.asked++;
    const result = real.user.sub === 'refuses' ? { error: 'access_denied' } : { login: { accountId: real.user.sub } };
    void provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  });
  onTestFinished(() => stop(server));
  return real;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** A browser's cookies at the provider. */
export type Jar = Map<string, string>;

/** Follows the provider from where we send a browser until it sends him back. @returns the address that he comes back to. */
export async function throughProvider(start: string, jar: Jar = new Map()): Promise<URL> {
  const { origin } = new URL(start);
  let url = new URL(start);
  for (let hop = 0; hop < 10 && url.origin === origin; hop++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    const next = answer.headers.get('location');
    if (!next) throw new Error(`the provider answered ${answer.status}: ${(await answer.text()).slice(0, 400)}`);
    url = new URL(next, url);
  }
  return url;
}
