import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Conflict, Forbidden, type Message } from '../../errors.ts';
import { requireStaff } from '../../http/audience.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { mayDo } from '../../staff/permissions.ts';
import { posterAt } from '../console/console-form.ts';
import { rehearse } from '../console/rehearse.ts';
import { documentOf, wholePreview } from '../console/whole-preview.ts';
import type { NoticeGround } from '../ground.ts';
import { approveDraft, findApproval, textOfDraft } from './approval.ts';
import { publishDraft } from './publish-draft.ts';

const url = '/console/notices/:id/approval';

/** Where a second person reads a draft as everybody would, and says yes to it. */
export function approvalRoutes(app: FastifyInstance, ground: NoticeGround): void {
  app.get(url, { config: { audience: { who: 'staff', may: 'notice:draft' } } }, (request, reply) =>
    show(ground, request, reply),
  );

  app.post(url, { config: { audience: { who: 'staff', may: 'draft:approve' } } }, async (request, reply) => {
    const { id } = request.params as { id: string };
    const { action = '', seen = '' } = (request.body ?? {}) as { action?: string; seen?: string };
    if (action !== 'approve') {
      const { rehearsal } = await rehearsed(ground, request);
      return (await documentOf(ground, reply, rehearsal, action)) ?? show(ground, request, reply);
    }
    try {
      await approveDraft(ground, posterAt(request), id, seen);
    } catch (error) {
      if (!(error instanceof Conflict) && !(error instanceof Forbidden)) throw error;
      return show(ground, request, reply, { message: error.text, status: error instanceof Conflict ? 409 : 403 });
    }
    return reply.redirect(localPath(`/console/notices/${id}/approval?done=approved`, languageOf(request)), 303);
  });
}

async function rehearsed(ground: NoticeGround, request: FastifyRequest) {
  const text = await textOfDraft(ground, (request.params as { id: string }).id);
  const kept = { version: text.draft.version };
  const rehearsal = await rehearse(ground, posterAt(request), (actor, also, stage) =>
    publishDraft(stage, actor, text.notice.id, { kept, also }),
  );
  return { text, rehearsal };
}

async function show(
  ground: NoticeGround,
  request: FastifyRequest,
  reply: FastifyReply,
  trouble: { message?: Message; status?: number } = {},
): Promise<FastifyReply> {
  const { text, rehearsal } = await rehearsed(ground, request);
  const approval = await findApproval(ground, text.notice.id);
  const { id, role } = requireStaff(request);
  const current = approval?.fingerprint === text.fingerprint ? approval : undefined;
  const view = {
    ...{ notice: text.notice, draft: text.draft, fingerprint: text.fingerprint, approval: current },
    stale: approval !== undefined && current === undefined,
    own: id === approval?.asked_by || id === text.draft.savedById,
    mayApprove: mayDo(role, 'draft:approve'),
    preview: rehearsal.look,
    whole: await wholePreview(ground, rehearsal),
    done: (request.query as { done?: string }).done,
    ...{ problems: [], message: trouble.message },
  };
  return page(request, reply, 'console/approval', view, trouble.status ?? 200);
}
