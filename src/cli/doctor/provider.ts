import { SECOND } from '../../time.ts';
import { type Finding, fail, ok, type Patient, reasonOf, warn } from './finding.ts';

/** Whether the operator's providers of sign-ins say of themselves what is needed (OpenID Connect Discovery 1.0). */
export async function examineProviders({ config }: Patient): Promise<Finding[]> {
  const issuers = [config.oidcCustomers?.issuer, config.oidcStaff?.issuer].filter((one) => one !== undefined);
  if (issuers.length === 0) return [ok('nobody signs in at a provider')];
  return (await Promise.all([...new Set(issuers)].map(examineIssuer))).flat();
}

async function examineIssuer(issuer: string): Promise<Finding[]> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  let told: Record<string, unknown>;
  try {
    told = await json(url);
  } catch (error) {
    return [fail(`${url}: ${reasonOf(error)}`, 'Look at OIDC_…_ISSUER, and whether this machine reaches it.')];
  }
  if (told.issuer !== issuer)
    return [fail(`${issuer} says that it is ${String(told.issuer)}`, 'Set OIDC_…_ISSUER to exactly what it says.')];
  const missing = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'].filter((name) => !(name in told));
  if (missing.length > 0)
    return [fail(`${issuer} tells no ${missing.join(', ')}`, 'It must offer the authorization code flow.')];
  return [ok(`${issuer} tells its endpoints`), await keys(String(told.jwks_uri))];
}

async function keys(url: string): Promise<Finding> {
  try {
    const { keys: found = [] } = (await json(url)) as { keys?: unknown[] };
    return found.length > 0
      ? ok(`its keys are there: ${found.length}`)
      : warn(`${url} has no key`, 'Nobody can sign in until it has one.');
  } catch (error) {
    return fail(`${url}: ${reasonOf(error)}`, 'Nobody can sign in until its keys can be read.');
  }
}

async function json(url: string): Promise<Record<string, unknown>> {
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(5 * SECOND) });
  if (!answer.ok) throw new Error(`it answers ${answer.status}`);
  return (await answer.json()) as Record<string, unknown>;
}
