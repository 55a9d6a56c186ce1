import type { FastifyInstance } from 'fastify';
import type { StatusLinkAnswer } from '../http/status-link.ts';
import { barePage } from '../http/views.ts';
import type { Clock } from '../time.ts';
import type { Situations } from './situation.ts';
import { type Failure, refused, retryAfterSeconds } from './unknown.ts';
import { masked, statusView } from './view.ts';

declare module 'fastify' {
  interface FastifyRequest {
    statusLink: StatusLinkAnswer | null;
  }
}

/**
 * The page behind the link in an alert mail: the state of its reader's mail and nothing else. Opening it changes nothing and gives
 * no cookie; its address is a secret, so no other site and no cache may learn it.
 */
export async function statusLinkRoutes(
  app: FastifyInstance,
  { situations, clock }: { situations: Situations; clock: Clock },
): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('referrer-policy', 'no-referrer').header('x-robots-tag', 'noindex, nofollow');
    });
    scope.setErrorHandler((error: Failure, request, reply) => {
      if (refused(error)) throw error;
      request.log.error({ err: error }, 'the lookup could not be answered');
      reply.header('retry-after', String(retryAfterSeconds()));
      return barePage(request, reply, 'my/unknown', { noindex: true }, 503);
    });

    scope.get('/s/:token', { config: { audience: { who: 'link' } } }, async (request, reply) => {
      const now = clock.now();
      const show = (status: number, name: string, view: object) =>
        barePage(request, reply, name, { noindex: true, ...view }, status);
      const found = request.statusLink ?? { kind: 'unknown' as const };
      if (found.kind !== 'good') return show(found.kind === 'expired' ? 410 : 404, 'my/link-over', found);
      const statuses = await situations.ofLink(found.link, now);
      if (!statuses) return show(410, 'my/link-over', { kind: 'ended' });
      return show(200, 'my/status-link', masked(statusView(statuses, now)));
    });
  });
}
