import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../db/open.ts';
import { Busy, isExpected } from '../errors.ts';
import { barePage } from '../http/views.ts';
import { unknownPolicy, WHEN_UNKNOWN } from './own-guard.ts';

export type Failure = FastifyError | Error;

/** The request itself was refused, or somebody was turned away on purpose: http/errors.ts answers that. */
export function refused(error: Failure): boolean {
  return isExpected(error) || ('statusCode' in error && (error.statusCode ?? 500) < 500);
}

/** 20 to 60 seconds: the same second for everybody would only move the rush. */
export function retryAfterSeconds(): number {
  return 20 + Math.floor(Math.random() * 41);
}

/** The database does not answer: never "normal", but a short page that says so and shows the way to the public one. */
export function pageWhenUnknown(error: Failure, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (refused(error)) throw error;
  request.log.error({ err: error }, 'the lookup could not be answered');
  reply.header('retry-after', String(retryAfterSeconds()));
  return barePage(request, reply, 'my/unknown', { brief: request.server.publicStatus() }, 503);
}

export function problemWhenUnknown(error: Failure, request: FastifyRequest): never {
  if (refused(error)) throw error;
  request.log.error({ err: error }, 'the lookup could not be answered');
  throw new Busy(retryAfterSeconds(), {
    ja: '現在、お客さまのメールの状況を確認できません。公開ページのお知らせをご覧ください。',
    en: 'The state of your mail cannot be determined at the moment. Please see the public status page.',
  });
}

/** A lookup that is broken must not lock accounts, unless staff set it otherwise; either way the answer says that it does not know. */
export function answerWhenUnknown(db: Database) {
  return async (error: Failure, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (refused(error)) throw error;
    request.log.error({ err: error }, 'the password guard could not be answered');
    const policy = await unknownPolicy(db);
    reply.code(200).header('cache-control', 'no-store');
    return reply.send({ allowed: policy === 'open', reason: WHEN_UNKNOWN[policy] });
  };
}
