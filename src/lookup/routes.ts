import type {} from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Database } from '../db/open.ts';
import { requireCustomer } from '../http/audience.ts';
import { page } from '../http/views.ts';
import { type Clock, isoTime } from '../time.ts';
import type { MailboxStatus, Touching } from './affected.ts';
import { passwordChange } from './password-guard.ts';
import type { Situations } from './situation.ts';
import { statusLinkRoutes } from './status-link-routes.ts';
import { lookupStore } from './store.ts';
import { answerWhenUnknown, pageWhenUnknown, problemWhenUnknown } from './unknown.ts';
import { servicesView, statusView } from './view.ts';

export interface LookupGround {
  db: Database;
  clock: Clock;
  publicUrl: string;
  situations: Situations;
}

const text = z.object({ ja: z.string(), en: z.string().optional() });
const notice = z.object({
  id: z.string(),
  title: text,
  url: z.string(),
  since: z.string(),
  expectedRecoveryAt: z.string().nullable(),
});
const symptom = z.enum(['unavailable', 'degraded', 'delayed', 'login']);

const mailStatus = z.object({
  checkedAt: z.string(),
  mailboxes: z.array(
    z.object({
      address: z.string(),
      facility: z.string(),
      state: z.enum(['fault', 'work', 'normal']),
      symptoms: z.array(symptom),
      notices: z.array(notice),
    }),
  ),
});

const portalStatus = z.object({
  checkedAt: z.string(),
  mailboxes: z.array(
    z.object({
      address: z.string(),
      facility: z.string().nullable(),
      state: z.enum(['fault', 'work', 'normal', 'unknown']),
      symptoms: z.array(symptom),
      notices: z.array(notice),
    }),
  ),
});

const passwordAnswer = z.object({
  allowed: z.boolean(),
  reason: z.object({ ja: z.string(), en: z.string() }).optional(),
  notice: notice.optional(),
});

/** Is my mail affected: the page, the JSON, and the portal's question before a password is changed. */
export async function lookupRoutes(app: FastifyInstance, ground: LookupGround): Promise<void> {
  const { situations } = ground;
  const zone = app.operator.timeZone;
  await statusLinkRoutes(app, { situations, clock: ground.clock });

  const noticeJson = (touching: Touching) => ({
    id: touching.id,
    title: touching.title,
    url: `${ground.publicUrl}/notices/${touching.id}`,
    since: isoTime(touching.since, zone),
    expectedRecoveryAt: touching.expectedRecoveryAt === null ? null : isoTime(touching.expectedRecoveryAt, zone),
  });

  const mailboxJson = ({ mailbox, state, symptoms, notices }: MailboxStatus) => ({
    address: mailbox.address,
    facility: mailbox.facility,
    state,
    symptoms,
    notices: notices.map(noticeJson),
  });

  await app.register(async (scope) => {
    scope.setErrorHandler(pageWhenUnknown);
    scope.get('/my', { config: { audience: { who: 'customer' } } }, async (request, reply) => {
      const now = ground.clock.now();
      const { id } = requireCustomer(request);
      const statuses = await situations.ofCustomer(id, now);
      const services = await situations.ofChosen(id, now);
      const unreached = await lookupStore.unreached(ground.db, id);
      const view = { ...statusView(statuses, now), services: servicesView(services), unreached };
      return page(request, reply, 'my/status', view);
    });
  });

  await app.register(async (plain) => {
    plain.setErrorHandler(problemWhenUnknown);
    const scope = plain.withTypeProvider<ZodTypeProvider>();
    scope.get(
      '/api/v1/me/mail-status',
      {
        config: { audience: { who: 'customer' } },
        // On the worst day everybody asks this: it is written as it was made, without being checked once more.
        serializerCompiler: () => JSON.stringify,
        schema: {
          tags: ['customer'],
          summary: 'Whether the signed-in customer’s own mailboxes are affected now',
          security: [{ session: [] }],
          response: { 200: mailStatus },
        },
      },
      async (request, reply) => {
        const now = ground.clock.now();
        const statuses = await situations.ofCustomer(requireCustomer(request).id, now);
        reply.header('cache-control', 'no-store');
        return { checkedAt: isoTime(now, zone), mailboxes: statuses.map(mailboxJson) };
      },
    );

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
            if (status) return mailboxJson(status);
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
          ...(answer.notice ? { notice: noticeJson(answer.notice) } : {}),
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
