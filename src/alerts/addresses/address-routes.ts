import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type FieldProblem, Invalid, NotFound } from '../../errors.ts';
import { requireCustomer } from '../../http/audience.ts';
import { parse, sentenceFor } from '../../http/forms.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { PROOF_LASTS } from '../../http/sessions.ts';
import { page } from '../../http/views.ts';
import { MINUTE } from '../../time.ts';
import { ANY_HOUR, BANDS } from '../timing.ts';
import { ADDRESS_STATE_WORDS, SCOPES } from './address.ts';
import {
  addAddress,
  type Choice,
  changeChoice,
  defaultScope,
  listAddresses,
  removeAddress,
  startAgain,
  stopOwnAddress,
} from './addresses.ts';
import type { AddressGround } from './confirm.ts';
import { addressLinkRoutes } from './link-routes.ts';

/** A checkbox is not sent at all while it is empty. */
const ticked = z
  .literal('on')
  .optional()
  .transform((value) => value === 'on');

const fields = z.object({
  scope: z.enum(SCOPES),
  language: z.enum(['ja', 'en']),
  works: ticked,
  /** Sent by forms that have the parts of the day: only there does none of them mean none. */
  asksHours: z.literal('1').optional(),
  ...{ day: ticked, evening: ticked, night: ticked, hoursForAll: ticked, lateFinal: ticked },
});

const hasSomeHours = (form: z.output<typeof fields>) =>
  form.asksHours === undefined || form.day || form.evening || form.night;

const SOME_HOURS = {
  ...sentenceFor(
    '1つ以上の時間帯を選んでください。すべて止めるときは「お知らせを停止する」を押してください。',
    'Choose at least one part of the day. To stop everything, press “Stop the mails”.',
  ),
  path: ['hours'],
};

const choice = fields.refine(hasSomeHours, SOME_HOURS).transform(choiceOf);
const newAddress = fields
  .extend({ email: z.string().trim().min(1).max(1000) })
  .refine(hasSomeHours, SOME_HOURS)
  .transform((form) => ({ ...choiceOf(form), email: form.email }));

function choiceOf(form: z.output<typeof fields>): Choice {
  const { scope, language, works, hoursForAll, lateFinal } = form;
  if (form.asksHours === undefined) return { scope, language, works };
  const ticks = [form.day, form.evening, form.night];
  const hours = BANDS.reduce((bits, band, index) => bits | (ticks[index] ? band.bit : 0), 0);
  return { scope, language, works, hours, hoursForAll, lateFinal };
}

/** What was just done, shown once on the page that follows. Nothing else gets from the URL onto the page. */
const DONE = ['added', 'removed', 'changed', 'stopped', 'started', 'asked', 'too_many'] as const;

/** The customer's alert addresses, and the links in their mails. */
export async function addressRoutes(app: FastifyInstance, ground: AddressGround): Promise<void> {
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
      await addAddress(ground, requireCustomer(request).id, parse(newAddress, request.body));
    } catch (error) {
      if (error instanceof Invalid) return show(ground, request, reply, { problems: error.problems });
      throw error;
    }
    return back(request, reply, 'added');
  });

  app.post('/my/addresses/:id/choice', change, async (request, reply) => {
    try {
      await changeChoice(ground, requireCustomer(request).id, idIn(request), parse(choice, request.body));
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
    const result = await startAgain(ground, requireCustomer(request).id, idIn(request));
    if (result === 'started' || result === 'too_many') return back(request, reply, result);
    return back(request, reply, 'asked');
  });

  await addressLinkRoutes(app, ground);
}

/** The parts of the day as ticks of the form. */
function partsOf(hours: number): { day: boolean; evening: boolean; night: boolean } {
  const [day, evening, night] = BANDS.map(({ bit }) => (hours & bit) !== 0);
  return { day: day ?? false, evening: evening ?? false, night: night ?? false };
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
}

/** The page, with what was typed where it could not be taken. */
async function show(
  ground: AddressGround,
  request: FastifyRequest,
  reply: FastifyReply,
  { done, problems = [], of }: Shown,
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
    problems.length > 0 ? 422 : 200,
  );
}
