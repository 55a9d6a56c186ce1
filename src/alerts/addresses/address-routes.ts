import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Busy, type FieldProblem, Invalid, NotFound } from '../../errors.ts';
import { requireCustomer } from '../../http/audience.ts';
import { parse } from '../../http/forms.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { NetworkPace } from '../../http/network-pace.ts';
import { PROOF_LASTS } from '../../http/sessions.ts';
import { page } from '../../http/views.ts';
import { MINUTE } from '../../time.ts';
import { ANY_HOUR } from '../timing.ts';
import { ADDRESS_STATE_WORDS } from './address.ts';
import {
  addAddress,
  changeChoice,
  defaultScope,
  listAddresses,
  removeAddress,
  startAgain,
  stopOwnAddress,
} from './addresses.ts';
import { choiceForm, newAddressForm, oneNoticeForm, partsOf } from './choice-form.ts';
import type { AddressGround } from './confirm.ts';
import { addressLinkRoutes } from './link-routes.ts';
import { unmute } from './mutes.ts';

/** What was just done, shown once on the page that follows. Nothing else gets from the URL onto the page. */
const DONE = ['added', 'removed', 'changed', 'stopped', 'started', 'unmuted', 'asked', 'too_many', 'wait'] as const;

/** Confirmation mails that one network may make us write, beside what each customer and each mailbox may (confirm.ts). */
const ASKED_BY_NETWORK = { burst: 100, perMinute: 20 };

/** The customer's alert addresses, and the links in their mails. */
export async function addressRoutes(app: FastifyInstance, house: AddressGround): Promise<void> {
  const ground: AddressGround = { ...house, publicStatus: () => app.publicStatus() };
  const pace = new NetworkPace(ground.clock, ASKED_BY_NETWORK);
  const read = { config: { audience: { who: 'customer' } } } as const;
  const change = { config: { audience: { who: 'customer', fresh: true } } } as const;

  const back = (request: FastifyRequest, reply: FastifyReply, done: (typeof DONE)[number]) =>
    reply.redirect(`${localPath('/my/addresses', languageOf(request))}?done=${done}`, 303);

  app.get('/my/addresses', read, async (request, reply) => {
    const done = z.object({ done: z.enum(DONE) }).safeParse(request.query).data?.done;
    return show(ground, request, reply, { done });
  });

  app.post('/my/addresses', change, async (request, reply) => {
    try {
      const typed = parse(newAddressForm, request.body);
      pace.take(request.ip);
      await addAddress(ground, requireCustomer(request).id, typed);
    } catch (error) {
      if (error instanceof Invalid) return show(ground, request, reply, { problems: error.problems });
      if (error instanceof Busy) {
        reply.header('retry-after', String(error.retryAfterSeconds));
        return show(ground, request, reply, { problems: [{ field: 'email', ...error.text }], status: 429 });
      }
      throw error;
    }
    return back(request, reply, 'added');
  });

  app.post('/my/addresses/:id/choice', change, async (request, reply) => {
    try {
      await changeChoice(ground, requireCustomer(request).id, idIn(request), parse(choiceForm, request.body));
    } catch (error) {
      if (error instanceof Invalid)
        return show(ground, request, reply, { problems: error.problems, of: idIn(request) });
      throw error;
    }
    return back(request, reply, 'changed');
  });

  app.post('/my/addresses/:id/remove', change, async (request, reply) => {
    await removeAddress(ground, requireCustomer(request).id, idIn(request));
    return back(request, reply, 'removed');
  });

  app.post('/my/addresses/:id/stop', change, async (request, reply) => {
    await stopOwnAddress(ground, requireCustomer(request).id, idIn(request));
    return back(request, reply, 'stopped');
  });

  app.post('/my/addresses/:id/start', change, async (request, reply) => {
    const id = idIn(request);
    try {
      pace.take(request.ip);
    } catch (error) {
      if (error instanceof Busy) return back(request, reply, 'wait');
      throw error;
    }
    const result = await startAgain(ground, requireCustomer(request).id, id);
    if (result === 'started' || result === 'too_many') return back(request, reply, result);
    return back(request, reply, 'asked');
  });

  app.post('/my/addresses/:id/unmute', change, async (request, reply) => {
    const form = oneNoticeForm.safeParse(request.body);
    if (!form.success) throw new NotFound();
    await unmute(ground, requireCustomer(request).id, idIn(request), form.data.notice);
    return back(request, reply, 'unmuted');
  });

  await addressLinkRoutes(app, ground);
}

/** Who has less time left than it takes to type is asked to sign in before he types and not after. */
const TO_TYPE = 5 * MINUTE;

/** Of the form of our ids; anything else is not there, and a NUL never reaches the database. */
function idIn(request: FastifyRequest): string {
  const { id } = request.params as { id: string };
  if (!/^[\w-]{1,64}$/.test(id)) throw new NotFound();
  return id;
}

interface Shown {
  done?: (typeof DONE)[number] | undefined;
  problems?: FieldProblem[];
  /** The address whose choice could not be taken; none: the new one. */
  of?: string;
  /** Where it could not be taken for another reason than what was typed. */
  status?: number;
}

/** The page, with what was typed where it could not be taken. */
async function show(
  ground: AddressGround,
  request: FastifyRequest,
  reply: FastifyReply,
  { done, problems = [], of, status = 422 }: Shown,
): Promise<FastifyReply> {
  const customerId = requireCustomer(request).id;
  const addresses = await listAddresses(ground, customerId);
  const typed = (request.body ?? {}) as Record<string, unknown>;
  const text = (name: string, otherwise: string) => (typeof typed[name] === 'string' ? typed[name] : otherwise);
  return page(
    request,
    reply,
    'my/addresses',
    {
      addresses: addresses.map((address) => ({
        ...address,
        word: ADDRESS_STATE_WORDS[address.state],
        parts: partsOf(address.hours),
        problems: address.id === of ? problems : [],
      })),
      limit: ground.addressesPerCustomer,
      left: Math.max(0, ground.addressesPerCustomer - addresses.length),
      form: {
        email: text('email', ''),
        scope: text('scope', await defaultScope(ground, customerId)),
        language: text('language', languageOf(request)),
        works: typed.works === 'on',
        parts:
          typed.asksHours === '1'
            ? { day: typed.day === 'on', evening: typed.evening === 'on', night: typed.night === 'on' }
            : partsOf(ANY_HOUR),
        hoursForAll: typed.hoursForAll === 'on',
        lateFinal: typed.lateFinal === 'on',
      },
      done,
      problems: of === undefined ? problems : [],
      mustSignIn: (request.session?.provedAt ?? 0) + PROOF_LASTS - TO_TYPE < ground.clock.now(),
    },
    problems.length > 0 ? status : 200,
  );
}
