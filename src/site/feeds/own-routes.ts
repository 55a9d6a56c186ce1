import type { FastifyInstance } from 'fastify';
import { NotFound } from '../../errors.ts';
import { languageOf, ownPath } from '../../http/language.ts';
import type { Notice } from '../../notices/notice.ts';
import type { Edition } from '../edition/edition.ts';
import { ownChannel } from './feeds.ts';
import { atom } from './forms.ts';

interface OwnScope {
  services: string[];
  facilities: string[];
  hosting: string[];
}

/** Whose notices the feed behind a token tells; undefined where there is none. */
export type ScopeOf = (token: string) => Promise<OwnScope | undefined>;

/** `/my/feed/{token}`: the notices that touch one customer, as Atom. The link is its only key, so it is nobody else's to keep. */
export function ownFeedRoutes(app: FastifyInstance, edition: Edition, scopeOf: ScopeOf): void {
  app.get<{ Params: { token: string } }>(
    '/my/feed/:token',
    { config: { audience: { who: 'link' } } },
    async (request, reply) => {
      const { printed } = edition;
      const scope = await scopeOf(request.params.token);
      if (!scope || !printed) throw new NotFound();
      const notices = printed.printing.content.notices.filter((notice) => isIn(notice, scope));
      const channel = ownChannel(printed.printing, ownPath(request), languageOf(request), notices);
      return reply
        .header('cache-control', 'private, no-store')
        .header('referrer-policy', 'no-referrer')
        .header('x-robots-tag', 'noindex, nofollow')
        .type('application/atom+xml; charset=utf-8')
        .send(atom(channel));
    },
  );
}

function isIn(notice: Notice, { services, facilities, hosting }: OwnScope): boolean {
  return notice.impacts.some(
    (impact) =>
      services.includes(impact.service) ||
      (impact.facilities === 'all'
        ? hosting.includes(impact.service)
        : impact.facilities.some((code) => facilities.includes(code))),
  );
}
