import type {} from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../db/open.ts';
import { type Clock, isoTime } from '../time.ts';
import { conditionJson, notice, noticeJson, portalStatus } from './contract.ts';
import { passwordChange } from './password-guard.ts';
import type { Situations } from './situation.ts';
import { statusLinkRoutes } from './status-link-routes.ts';
import { answerWhenUnknown, problemWhenUnknown } from './unknown.ts';

export interface LookupGround {
  db: Database;
  clock: Clock;
  publicUrl: string;
  situations: Situations;
}

const passwordAnswer = z.object({
  allowed: z.boolean(),
  reason: z.object({ ja: z.string(), en: z.string() }).optional(),
  notice: notice.optional(),
});

/** Is somebody's mail affected, by a link in an alert mail and by a portal's key; and may he change his password. His own page: own-routes.ts. */
export async function lookupRoutes(app: FastifyInstance, ground: LookupGround): Promise<void> {
  const { situations } = ground;
  const zone = app.operator.timeZone;
  await statusLinkRoutes(app, { situations, clock: ground.clock });

  const spelling = { publicUrl: ground.publicUrl, zone };

  await app.register(async (plain) => {
    plain.setErrorHandler(problemWhenUnknown);
    const scope = plain.withTypeProvider<ZodTypeProvider>();
    scope.post(
      '/api/v1/mailboxes/status',
      {
        config: { audience: { who: 'key', scope: 'portal:read' } },
        schema: {
          tags: ['portal'],
          summary: 'Whether each of up to 1,000 mailboxes is affected now, in the order asked',
          description: 'A mailbox that is not known has the state "unknown" and no facility; that is never "normal".',
          security: [{ key: [] }],
          body: z.strictObject({ addresses: z.array(z.string().max(320)).min(1).max(1000) }),
          response: { 200: portalStatus },
        },
      },
      async (request, reply) => {
        const now = ground.clock.now();
        const asked = request.body.addresses.map((given) => ({ given, key: mailboxAddress(given) }));
        const statuses = await situations.ofAddresses([...new Set(asked.map(({ key }) => key))], now);
        reply.header('cache-control', 'no-store');
        return {
          checkedAt: isoTime(now, zone),
          mailboxes: asked.map(({ given, key }) => {
            const status = statuses.get(key);
            if (status)
              return { address: status.mailbox.address, ...conditionJson(status.mailbox.facility, status, spelling) };
            return { address: given, facility: null, state: 'unknown' as const, symptoms: [], notices: [] };
          }),
        };
      },
    );
  });

  await app.register(async (plain) => {
    plain.setErrorHandler(answerWhenUnknown(ground.db));
    const scope = plain.withTypeProvider<ZodTypeProvider>();
    scope.get(
      '/api/v1/mailboxes/:address/password-change',
      {
        config: { audience: { who: 'key', scope: 'portal:read' } },
        schema: {
          tags: ['portal'],
          summary: 'Whether this mailbox’s password may be changed now, or its own mail server is in a fault',
          security: [{ key: [] }],
          params: z.object({ address: z.string() }),
          response: { 200: passwordAnswer },
        },
      },
      async (request, reply) => {
        const address = mailboxAddress(request.params.address);
        const answer = passwordChange(await situations.ofAddress(address, ground.clock.now()));
        reply.header('cache-control', 'no-store');
        return {
          allowed: answer.allowed,
          ...(answer.reason ? { reason: answer.reason } : {}),
          ...(answer.notice ? { notice: noticeJson(answer.notice, spelling) } : {}),
        };
      },
    );
  });
}

/** As mailboxes are stored: the domain in lower case. What no address can be is looked up as one that nobody has. */
function mailboxAddress(given: string): string {
  if (given.length > 254 || /[\u0000-\u0020\u007f]/.test(given)) return '';
  const at = given.lastIndexOf('@');
  return at < 0 ? given : given.slice(0, at) + given.slice(at).toLowerCase();
}
