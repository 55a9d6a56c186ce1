import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { loadCatalogue } from '../../catalogue/read.ts';
import { type FieldProblem, Invalid } from '../../errors.ts';
import { requireCustomer } from '../../http/audience.ts';
import { parse } from '../../http/forms.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { asCustomer, record } from '../../staff/audit.ts';
import { endOwnFeed, type FeedGround, ownFeedUrl, renewOwnFeed } from './own-feed.ts';
import { servicesStore } from './services-store.ts';

/** One ticked box is a text, several are a list. */
const listForm = z.strictObject({
  _csrf: z.string().max(200),
  service: z
    .union([z.string(), z.array(z.string()).max(1000)])
    .optional()
    .transform((value) => [...new Set([value ?? []].flat())]),
});

const DONE = ['saved', 'feed', 'ended'] as const;

/** `/my/services`, マイ商品リスト: what I use, for the order of my page, for alert mails and for a feed of my own. */
export function servicesRoutes(app: FastifyInstance, ground: FeedGround): void {
  const { db, clock } = ground;
  const read = { config: { audience: { who: 'customer' } } } as const;
  const change = { config: { audience: { who: 'customer', fresh: true } } } as const;
  const back = (request: FastifyRequest, reply: FastifyReply, done: (typeof DONE)[number]) =>
    reply.redirect(`${localPath('/my/services', languageOf(request))}?done=${done}`, 303);

  const show = async (request: FastifyRequest, reply: FastifyReply, problems: FieldProblem[] = []) => {
    const { id } = requireCustomer(request);
    const { done } = z.object({ done: z.enum(DONE).optional().catch(undefined) }).parse(request.query);
    const { services } = await loadCatalogue(db.kysely);
    const chosen = await servicesStore.chosen(db.kysely, id);
    const feed = await ownFeedUrl(ground, id, languageOf(request));
    const view = { services, chosen, feed, problems, done: problems.length > 0 ? undefined : done };
    return page(request, reply, 'my/services', view, problems.length > 0 ? 422 : 200);
  };

  app.get('/my/services', read, (request, reply) => show(request, reply));

  // Reading comfort and nothing more: whoever may read this page may order it.
  app.post('/my/services', read, async (request, reply) => {
    const { id } = requireCustomer(request);
    const { service: wanted } = parse(listForm, request.body);
    const offered = new Set((await loadCatalogue(db.kysely)).services.map((service) => service.key));
    const unknown = wanted.filter((key) => !offered.has(key));
    if (unknown.length > 0) return show(request, reply, UNKNOWN);
    await db.transaction(async (tx) => {
      const before = await servicesStore.chosen(tx, id);
      await servicesStore.choose(tx, id, wanted);
      await record(tx, clock.now(), asCustomer(id), 'services.choose', 'customer', id, before, wanted);
    });
    return back(request, reply, 'saved');
  });

  app.post('/my/services/feed', change, async (request, reply) => {
    await renewOwnFeed(ground, requireCustomer(request).id);
    return back(request, reply, 'feed');
  });

  app.post('/my/services/feed/end', change, async (request, reply) => {
    await endOwnFeed(ground, requireCustomer(request).id);
    return back(request, reply, 'ended');
  });
}

const UNKNOWN: FieldProblem[] = new Invalid([
  {
    field: 'service',
    ja: '選んだサービスの中に、現在提供していないものがあります。もう一度選んでください。',
    en: 'One of the services that you chose is no longer offered. Please choose again.',
  },
]).problems;
