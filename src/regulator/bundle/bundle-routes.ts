import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { requireStaff } from '../../http/audience.ts';
import { record } from '../../staff/audit.ts';
import { isoTime } from '../../time.ts';
import type { RegulatorGround } from '../ground.ts';
import { file } from '../outputs/output-routes.ts';
import { safeName, zipOf } from './bundle.ts';
import { contentsOf } from './contents.ts';

/** Everything on one accident as a ZIP, streamed. Who took it is recorded: it holds what the public does not see. */
export function bundleRoutes(app: FastifyInstance, ground: RegulatorGround): void {
  app.post(
    '/console/notices/:id/accident/bundle',
    { config: { audience: { who: 'staff', may: 'regulator:write' } } },
    async (request, reply) => {
      const { accident, files, auditCut } = await contentsOf(ground, (request.params as { id: string }).id);
      const { id } = accident.notice;
      const now = ground.clock.now();
      const staff = requireStaff(request);
      const actor = { kind: 'staff', id: staff.id, name: staff.name } as const;
      await ground.db.transaction((tx) => record(tx, now, actor, 'accident:export', 'notice', id));
      const about = { notice: id, made: isoTime(now, ground.operator.timeZone), by: staff.name, auditCut };
      return file(reply, 'application/zip', `accident-${safeName(id)}.zip`).send(
        Readable.from(zipOf(files, about, now)),
      );
    },
  );
}
