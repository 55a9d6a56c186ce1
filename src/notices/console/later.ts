import type { FieldProblem } from '../../errors.ts';
import { type Instant, parseLocalInput } from '../../time.ts';
import { wrongTime } from '../drafts/schedule.ts';
import type { Fields } from '../form/form-reader.ts';
import type { NoticeGround } from '../ground.ts';

/** When what was sent would be published. */
interface Later {
  /** It is published or set to be, not only looked at. */
  goes: boolean;
  /** Only where a time was set; 0 where it could not be read. */
  publishAt: Instant;
  problems: FieldProblem[];
  /** The ground at that moment. */
  ground: NoticeGround;
}

/** Reads the time of "publish at …", in the operator's zone. */
export function laterIn(ground: NoticeGround, fields: Fields, action: string): Later {
  const now = { goes: action === 'publish', publishAt: 0, problems: [], ground };
  if (action !== 'schedule') return now;
  const typed = (fields.publishAt ?? '').trim().normalize('NFKC').replaceAll('/', '-');
  const publishAt = parseLocalInput(typed, ground.operator.timeZone);
  if (publishAt === undefined) {
    const problem = {
      field: 'publishAt',
      ja: '公開する日時を 2014-03-06 09:00 のように入力してください。',
      en: 'Enter when to publish, like 2014-03-06 09:00.',
    };
    return { ...now, problems: [problem] };
  }
  const wrong = wrongTime(publishAt, ground.clock.now());
  const problems = wrong ? [{ field: 'publishAt', ...wrong }] : [];
  return { goes: true, publishAt, problems, ground: { ...ground, clock: { now: () => publishAt } } };
}
