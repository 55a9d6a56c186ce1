import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { requireKey } from '../../http/audience.ts';
import type { NoticeGround } from '../ground.ts';
import { alarmsInput, alarmsOf } from './alarm.ts';
import { takeAlarms } from './take-alarms.ts';

const answer = z.object({
  alarms: z.array(
    z.object({
      key: z.string(),
      notice: z.string().nullable(),
      outcome: z.enum(['opened', 'added', 'known', 'resolved', 'ignored']),
    }),
  ),
});

/** Where monitoring systems say that something broke. Nothing is ever published by it. */
export function alarmRoutes(app: FastifyInstance, ground: NoticeGround): void {
  app.post(
    '/api/v1/alarms',
    {
      config: { audience: { who: 'key', scope: 'alarms:write' } },
      schema: {
        tags: ['notices'],
        summary:
          'Say that something broke or recovered: opens a draft, once. Also takes what Alertmanager posts to a webhook',
        body: alarmsInput,
        response: { 200: answer },
      },
    },
    async (request) => {
      const { id, name } = requireKey(request);
      const poster = { kind: 'key' as const, id, name, mayPublish: false, mayBackfill: false };
      return { alarms: await takeAlarms(ground, poster, alarmsOf(request.body as z.output<typeof alarmsInput>)) };
    },
  );
}
