import type { FastifyRequest } from 'fastify';
import type { Database } from '../db/open.ts';
import { Forbidden, NotEnrolled, NotSignedIn } from '../errors.ts';
import type { Doorkeepers } from '../http/audience.ts';
import { findSession, hashToken } from '../http/sessions.ts';
import type { Clock } from '../time.ts';
import { factorOf } from './factor/factor.ts';
import { needsFactor } from './factor/required.ts';
import { isAct, mayDo } from './permissions.ts';
import { readSettings } from './settings.ts';
import type { StaffMember } from './staff.ts';
import { staffStore } from './store.ts';

/** Recognises staff by their session and programs by their key, and asks the permission table. */
export function staffDoorkeepers(db: Database, clock: Clock): Pick<Doorkeepers, 'staff' | 'key'> {
  return {
    async staff(request, may, unenrolled) {
      await recogniseStaff(request, db, clock);
      if (!request.staff) throw new NotSignedIn();
      if (!unenrolled && (await lacksFactor(request.staff, db))) throw new NotEnrolled();
      if (may === null) return;
      if (!isAct(may)) throw new Error(`${request.routeOptions.url ?? ''}: there is no permission ${may}`);
      if (!mayDo(request.staff.role, may)) throw new Forbidden();
    },

    async key(request, scope) {
      const match = /^Bearer ([A-Za-z0-9_-]{20,200})$/.exec(request.headers.authorization ?? '');
      const row = match?.[1] ? await staffStore.keyByHash(db.kysely, hashToken(match[1])) : undefined;
      if (!row) {
        throw new NotSignedIn({
          ja: '有効なAPIキーを Authorization: Bearer … で送ってください。',
          en: 'Send a valid API key as Authorization: Bearer …',
        });
      }
      const scopes = JSON.parse(row.scopes) as string[];
      if (!scopes.includes(scope)) {
        throw new Forbidden({
          ja: `このキーには ${scope} の権限がありません。`,
          en: `This key lacks the scope ${scope}.`,
        });
      }
      request.apiKey = { id: row.id, name: row.name, scopes };
    },
  };
}

/** Whether the person must set up a second factor before anything else. */
async function lacksFactor({ id, role }: StaffMember, db: Database): Promise<boolean> {
  const { secondFactorFor } = await readSettings(db.kysely);
  return needsFactor(role, secondFactorFor) && (await factorOf(db.kysely, id))?.confirmedAt == null;
}

/** Sets request.staff where the session is somebody's who still works here. Roles count from the next request on. */
export async function recogniseStaff(request: FastifyRequest, db: Database, clock: Clock): Promise<void> {
  const session = await findSession(request, db, clock, 'staff');
  if (!session) return;
  const row = await staffStore.byId(db.kysely, session.subject);
  if (!row || row.disabled_at !== null) return;
  request.session = session;
  request.staff = { id: row.id, login: row.login, name: row.name, role: row.role };
}
