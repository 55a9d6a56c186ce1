import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requireKey } from '../../http/audience.ts';
import type { Actor } from '../../staff/audit.ts';
import { type Instant, isoTime } from '../../time.ts';
import { ABOUT, type Channel, channelInput, KINDS, type Post } from './channel.ts';
import {
  addChannel,
  type ChannelGround,
  disableChannel,
  enableChannel,
  findChannel,
  listChannels,
  removeChannel,
  retryPost,
  rotateKey,
  testChannel,
} from './channels.ts';

const tags = ['channels'];
const config = { audience: { who: 'key', scope: 'channels:manage' } } as const;
const byId = z.object({ id: z.string().max(40) });
const byPost = z.object({ id: z.string().max(40), post: z.string().max(60) });

const channelJson = z.object({
  id: z.string(),
  kind: z.enum(KINDS),
  name: z.string(),
  target: z.string(),
  about: z.enum(ABOUT),
  language: z.enum(['ja', 'en']),
  state: z.enum(['active', 'disabled', 'quarantined']),
  stateSince: z.string(),
  createdAt: z.string(),
});
const addedJson = channelJson.extend({
  key: z.string().nullable().describe('Of a webhook: what its calls are signed with. It is told only now'),
});
const postJson = z.object({
  id: z.string().describe('The webhook-id of every attempt'),
  title: z.string(),
  isTest: z.boolean(),
  state: z.enum(['waiting', 'arrived', 'given_up', 'stopped']),
  attempts: z.number(),
  status: z.number().nullable(),
  answer: z.string().nullable(),
  createdAt: z.string(),
  nextAttemptAt: z.string().nullable(),
  endedAt: z.string().nullable(),
});

/** Channels for programs. */
export function channelApiRoutes(app: FastifyInstance, ground: ChannelGround): void {
  const time = (at: Instant) => isoTime(at, ground.operator.timeZone);
  const maybe = (at: Instant | null) => (at === null ? null : time(at));
  const shown = (channel: Channel) => ({
    ...channel,
    stateSince: time(channel.stateSince),
    createdAt: time(channel.createdAt),
  });
  const shownPost = (post: Post) => ({
    ...post,
    createdAt: time(post.createdAt),
    nextAttemptAt: maybe(post.nextAttemptAt),
    endedAt: maybe(post.endedAt),
  });
  const one = async (id: string) => shown((await findChannel(ground.db.kysely, id)).channel);

  app.get(
    '/api/v1/channels',
    {
      config,
      schema: {
        tags,
        summary: 'Where else every publication is told',
        response: { 200: z.object({ channels: z.array(channelJson) }) },
      },
    },
    async () => ({ channels: (await listChannels(ground.db.kysely)).map(shown) }),
  );

  app.post(
    '/api/v1/channels',
    { config, schema: { tags, summary: 'Add a channel', body: channelInput, response: { 201: addedJson } } },
    async (request, reply) => {
      const { channel, key } = await addChannel(ground, actorAt(request), request.body);
      return reply.status(201).send({ ...shown(channel), key });
    },
  );

  app.get(
    '/api/v1/channels/:id',
    { config, schema: { tags, summary: 'One channel', params: byId, response: { 200: channelJson } } },
    (request) => one(idOf(request)),
  );

  app.delete(
    '/api/v1/channels/:id',
    { config, schema: { tags, summary: 'Delete a channel and its log', params: byId, response: { 204: z.null() } } },
    async (request, reply) => {
      await removeChannel(ground, actorAt(request), idOf(request));
      return reply.status(204).send(null);
    },
  );

  const acts = {
    test: { act: testChannel, summary: 'Send a test there' },
    enable: { act: enableChannel, summary: 'Start it again; what was kept for it goes out' },
    disable: { act: disableChannel, summary: 'Send nothing there any more' },
  };
  for (const [name, { act, summary }] of Object.entries(acts)) {
    app.post(
      `/api/v1/channels/:id/${name}`,
      { config, schema: { tags, summary, params: byId, response: { 200: channelJson } } },
      async (request) => {
        await act(ground, actorAt(request), idOf(request));
        return one(idOf(request));
      },
    );
  }

  app.post(
    '/api/v1/channels/:id/rotate',
    {
      config,
      schema: {
        tags,
        summary: 'Make a new key; for a day both sign',
        params: byId,
        response: { 200: z.object({ key: z.string() }) },
      },
    },
    async (request) => ({ key: await rotateKey(ground, actorAt(request), idOf(request)) }),
  );

  app.get(
    '/api/v1/channels/:id/posts',
    {
      config,
      schema: {
        tags,
        summary: 'What went there last, the newest first',
        params: byId,
        response: { 200: z.object({ posts: z.array(postJson) }) },
      },
    },
    async (request) => ({ posts: (await findChannel(ground.db.kysely, idOf(request))).posts.map(shownPost) }),
  );

  app.post(
    '/api/v1/channels/:id/posts/:post/retry',
    {
      config,
      schema: {
        tags,
        summary: 'Send it once more, under its old id',
        params: byPost,
        response: { 200: channelJson },
      },
    },
    async (request) => {
      await retryPost(ground, actorAt(request), idOf(request), (request.params as { post: string }).post);
      return one(idOf(request));
    },
  );
}

function idOf(request: FastifyRequest): string {
  return (request.params as { id: string }).id;
}

function actorAt(request: FastifyRequest): Actor {
  const { id, name } = requireKey(request);
  return { kind: 'key', id, name };
}
