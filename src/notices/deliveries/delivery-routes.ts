import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { deliveriesOf, type SlotDeliveries } from '../../alerts/deliveries.ts';
import { type Listed, type TendedMail, type Tending, tendedMails, tendMails } from '../../alerts/tend.ts';
import type { FieldProblem } from '../../errors.ts';
import { requireStaff } from '../../http/audience.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { sendingState } from '../../mail/freeze.ts';
import { senderPause } from '../../mail/outbox.ts';
import { mayDo } from '../../staff/permissions.ts';
import { readSettings } from '../../staff/settings.ts';
import { SECOND } from '../../time.ts';
import { posterAt } from '../console/console-form.ts';
import { countdown } from '../console/limit-look.ts';
import { fieldsOf } from '../form/form.ts';
import type { Fields } from '../form/form-reader.ts';
import { foundNotice } from '../found.ts';
import type { NoticeGround } from '../ground.ts';
import type { Phase } from '../phases.ts';
import { PHASE_WORDS } from '../wording/words.ts';

const LISTS: Listed[] = ['doubtful', 'failed', 'deferred', 'held'];
const TENDINGS: Tending[] = ['retry', 'repeat', 'stop', 'hold', 'release'];
const SHOWN = 50;

/** How the mails on a notice fare, and what can be done with them. */
export function deliveryRoutes(app: FastifyInstance, ground: NoticeGround): void {
  const url = '/console/notices/:id/deliveries';

  app.get(url, { config: { audience: { who: 'staff', may: 'delivery:read' } } }, (request, reply) =>
    show(ground, request, reply),
  );

  app.post(url, { config: { audience: { who: 'staff', may: 'delivery:manage' } } }, async (request, reply) => {
    const { id } = await foundNotice(ground, idOf(request));
    const fields = fieldsOf(request.body);
    const action = (request.body as { action?: unknown } | undefined)?.action;
    const tending = TENDINGS.find((one) => one === action);
    const chosen = new Set(Object.keys(fields).flatMap((name) => /^mail\.(.+)$/.exec(name)?.[1] ?? []));
    const problem = problemOf(tending, chosen, fields);
    if (problem || !tending) return show(ground, request, reply, { chosen, problems: problem ? [problem] : [] });
    const ids = tending === 'repeat' ? chosen : undefined;
    const caught = await tendMails(ground, posterAt(request), id, { tending, ids });
    const path = `/console/notices/${id}/deliveries?did=${tending}&mails=${caught}`;
    return reply.redirect(localPath(path, languageOf(request)), 303);
  });
}

/** What cannot be undone is confirmed; what may have arrived is sent again only by somebody who named it and read what that means. */
function problemOf(tending: Tending | undefined, chosen: Set<string>, fields: Fields): FieldProblem | null {
  if (tending === 'stop' && fields.stopSure !== 'on') {
    return {
      field: 'stopSure',
      ja: '元に戻せないと確認し、チェックを入れてください。',
      en: 'Tick that you know this cannot be undone.',
    };
  }
  if (tending !== 'repeat') return null;
  if (chosen.size === 0) {
    return { field: 'doubtful', ja: 'もう一度送るメールを選んでください。', en: 'Choose the mails to send again.' };
  }
  if (fields.sure === 'on') return null;
  return {
    field: 'sure',
    ja: '同じメールが2通届くことがあると確認し、チェックを入れてください。',
    en: 'Tick that you know the same mail may arrive twice.',
  };
}

async function show(
  ground: NoticeGround,
  request: FastifyRequest,
  reply: FastifyReply,
  wrong: { chosen: Set<string>; problems: FieldProblem[] } = { chosen: new Set(), problems: [] },
): Promise<FastifyReply> {
  const notice = await foundNotice(ground, idOf(request));
  const { kysely } = ground.db;
  const now = ground.clock.now();
  const query = request.query as Record<string, unknown>;
  const manages = mayDo(requireStaff(request).role, 'delivery:manage');
  const lists = await Promise.all(
    LISTS.map(async (which) => {
      const after = query.list === which && typeof query.after === 'string' ? query.after : undefined;
      const { mails, next } = await tendedMails(kysely, notice.id, which, { after, limit: SHOWN });
      return { which, next, mails: mails.map((mail) => look(mail, manages)) };
    }),
  );
  const slots = (await deliveriesOf(kysely, notice.id)).map(slotLook);
  const did = TENDINGS.find((one) => one === query.did);
  const view = {
    notice,
    now,
    slots,
    lists: Object.fromEntries(lists.map((list) => [list.which, list])),
    pause: await senderPause(kysely, now),
    frozen: await sendingState(kysely),
    moving: slots.some((slot) => slot.waiting > 0),
    manages,
    did: did && { tending: did, mails: Number(query.mails) || 0 },
    chosen: wrong.chosen,
    problems: wrong.problems,
    message: undefined,
    fields: {},
    labelOf: () => ({ ja: '', en: '' }),
    every: 5 * SECOND,
    ...countdown(await readSettings(kysely)),
  };
  return page(request, reply, 'console/deliveries', view, wrong.problems.length > 0 ? 422 : 200);
}

function slotLook(slot: SlotDeliveries) {
  const { queued, sending, sent, deferred, failed, skipped, superseded, inDoubt } = slot;
  const waiting = queued + sending + deferred;
  const ended = sent + failed + skipped + superseded + inDoubt;
  return { ...slot, word: PHASE_WORDS[slot.phase as Phase], waiting, ended, all: waiting + ended };
}

function look(mail: TendedMail, whole: boolean) {
  return {
    ...mail,
    recipient: whole ? mail.recipient : mail.recipient.replace(/^(.).*@/, '$1…@'),
    // A receiver's words often repeat the address.
    reply: whole ? mail.reply : (mail.reply?.replace(/[^\s<>"']+@[^\s<>"']+/g, '…') ?? null),
    word: PHASE_WORDS[mail.phase as Phase],
  };
}

function idOf(request: FastifyRequest): string {
  return (request.params as { id: string }).id;
}
