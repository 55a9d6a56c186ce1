import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type BounceGround, takeReport } from '../../mail/bounce/intake.ts';
import { kindOf } from '../../mail/bounce/read-report.ts';

const LARGEST = 5 * 1024 * 1024;

/** A report as it came, or what a program has read in one. */
const bounceInput = z.union([
  z.strictObject({
    message: z.string().min(1).max(LARGEST).describe('The mail that came back, with its headers (RFC 3464 or ARF)'),
  }),
  z
    .strictObject({
      returnPath: z.string().max(320).describe('To whom it came back: the return path of the mail'),
      type: z.enum(['failed', 'complaint']),
      status: z
        .string()
        .regex(/^5\.\d{1,3}\.\d{1,3}$/)
        .optional()
        .describe('Such as 5.1.1; required where it failed'),
      diagnostic: z.string().max(500).optional(),
    })
    .refine((one) => one.type === 'complaint' || one.status !== undefined, {
      path: ['status'],
      message: 'is required where it failed',
    }),
]);

const bounceJson = z.object({ result: z.enum(['counted', 'repeated', 'unknown', 'nothing']) });

/** Mails that came back, handed in by a program. Nothing tells it whether an address exists. */
export function bounceRoutes(app: FastifyInstance, ground: BounceGround | undefined): void {
  app.post(
    '/api/v1/bounces',
    {
      bodyLimit: LARGEST + 65_536,
      config: { audience: { who: 'key', scope: 'bounces:write' } },
      schema: {
        tags: ['bounces'],
        summary: 'Hand in a mail that came back',
        body: bounceInput,
        response: { 200: bounceJson },
      },
    },
    async (request) => {
      const body = request.body as z.output<typeof bounceInput>;
      if (!ground) return { result: 'unknown' as const };
      if ('message' in body) return { result: await takeReport(ground, Buffer.from(body.message)) };
      const mailId = ground.returnPaths.mailOf(body.returnPath);
      if (mailId === undefined) return { result: 'unknown' as const };
      const kind = body.type === 'complaint' ? 'complaint' : kindOf(body.status ?? '', body.diagnostic ?? '');
      if (kind === null) return { result: 'nothing' as const };
      const counted = await ground.bounced({
        mailId,
        kind,
        status: body.status ?? null,
        diagnostic: body.diagnostic ?? null,
      });
      return { result: counted ? ('counted' as const) : ('repeated' as const) };
    },
  );
}
