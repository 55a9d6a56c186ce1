import type { FastifyReply, FastifyRequest } from 'fastify';
import { NotSignedIn, StaleForm } from '../errors.ts';
import { fromOurPage } from './csrf.ts';
import { page } from './views.ts';

/**
 * A long form that came when its sender's session had ended, or was renewed in another window. Nothing typed is lost: it is shown
 * again with the sign-in, and sent once more by its owner's own click.
 */
export interface KeptForm {
  /** Where it was sent to: a form of the console, and nowhere else. */
  path: string;
  fields: Record<string, string>;
}

/** A report of 20,000 characters in two languages, as forms are encoded: nine bytes for each. */
export const LONG_FORM_BYTES = 1_048_576;

const PATH = /^(\/en)?\/console\/notices(\/[\w-]+)*$/;

/** What is to be kept of a refused request; undefined where it is no such form, or did not come from a page of ours. */
export function keptForm(request: FastifyRequest, error: unknown): KeptForm | undefined {
  if (!(error instanceof NotSignedIn) && !(error instanceof StaleForm)) return undefined;
  const { audience } = request.routeOptions.config;
  if (audience?.who !== 'staff' || !audience.keeps || !fromOurPage(request)) return undefined;
  const path = request.originalUrl.split('?')[0] ?? '';
  const fields = textsOf(request.body);
  return PATH.test(path) && Object.keys(fields).length > 0 ? { path, fields } : undefined;
}

/** Reads what a page of ours carried through the sign-in. It was shown to nobody else, and is only shown again. */
export function readKept(text: unknown): KeptForm | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  try {
    const { path, fields } = JSON.parse(text) as { path?: unknown; fields?: unknown };
    return typeof path === 'string' && PATH.test(path) ? { path, fields: textsOf(fields) } : undefined;
  } catch {
    return undefined;
  }
}

/** The sign-in with the text in it; for whoever is signed in, the text alone with a button to go on. */
export function showKept(request: FastifyRequest, reply: FastifyReply, kept: KeptForm, status: number): FastifyReply {
  if (request.staff || (request.session && status === 200)) {
    return page(request, reply, 'console/kept', { kept }, status);
  }
  const view = { login: '', back: '', wrong: false, again: false, kept: JSON.stringify(kept), expired: true };
  return page(request, reply, 'console/sign-in', view, status);
}

function textsOf(body: unknown): Record<string, string> {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>)
    .map(([name, value]): [string, unknown] => [name, Array.isArray(value) ? value.at(-1) : value])
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries.filter(([name]) => name !== '_csrf' && name !== 'action'));
}
