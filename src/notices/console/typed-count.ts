import { forecast, reachable } from '../../alerts/forecast.ts';
import { Invalid } from '../../errors.ts';
import { readSettings } from '../../staff/settings.ts';
import type { Fields } from '../form/form-reader.ts';
import type { NoticeGround } from '../ground.ts';
import type { Notice } from '../notice.ts';
import type { Rehearsal } from './rehearse.ts';

/** Counts move while somebody types: so far off may the number be. */
const CLOSE = 0.05;

/**
 * Above the number that the setting names, whoever publishes types how many are mailed: nobody mails a million by a wrong click.
 * The rehearsal is only held where so many could be reached.
 * @throws Invalid that says how many they are.
 */
export async function askForCount(
  ground: NoticeGround,
  kind: Notice['kind'],
  fields: Fields,
  rehearsal: () => Promise<Rehearsal>,
): Promise<void> {
  const { typedCountAbove } = await readSettings(ground.db.kysely);
  if (fields.mail !== 'on' || typedCountAbove === 0) return;
  if ((await reachable(ground.db.kysely, kind)) <= typedCountAbove) return;
  const { publication } = await rehearsal();
  if (!publication) return;
  const { mailed } = await forecast({ db: ground.db, alertsPerNotice: ground.alertsPerNotice ?? 3 }, publication);
  if (mailed <= typedCountAbove || isClose(fields.mailCount, mailed)) return;
  const count = mailed.toLocaleString('en-US');
  throw new Invalid([
    {
      field: 'mailCount',
      ja: `メールが約${count}件の宛先に届きます。よろしければ「${mailed}」と入力して、もう一度公開してください。`,
      en: `About ${count} addresses will be mailed. If that is right, type ${mailed} and publish again.`,
    },
  ]);
}

function isClose(typed: string | undefined, mailed: number): boolean {
  const digits = (typed ?? '').normalize('NFKC').replace(/\D/g, '');
  return digits !== '' && Math.abs(Number(digits) - mailed) <= mailed * CLOSE;
}
