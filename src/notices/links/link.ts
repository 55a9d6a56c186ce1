import type { Message } from '../../errors.ts';
import type { Notice, Text } from '../notice.ts';

export const RELATIONS = ['parent', 'follows', 'upstream'] as const;
/** What the other one is to this notice: 元のお知らせ, 前のお知らせ, 提供元のお知らせ (of the provider whose service is resold). */
export type Relation = (typeof RELATIONS)[number];

/** To a notice of ours, or to a page of somebody else; the provider's page has a name of its own. */
export interface NoticeLink {
  relation: Relation;
  notice?: string | undefined;
  url?: string | undefined;
  name?: Text | undefined;
}

/** The same bond seen from the other end. */
type Back = 'child' | 'followed_by' | 'downstream';

const BACK: Record<Relation, Back> = { parent: 'child', follows: 'followed_by', upstream: 'downstream' };

export const RELATION_WORDS: Record<Relation | Back, Message> = {
  parent: { ja: '元のお知らせ', en: 'Part of' },
  child: { ja: '個別のお知らせ', en: 'Notices that are part of this one' },
  follows: { ja: '前のお知らせ', en: 'Follows' },
  followed_by: { ja: '続きのお知らせ', en: 'Followed by' },
  upstream: { ja: '提供元のお知らせ', en: 'Notice of the provider' },
  downstream: { ja: '提供先のお知らせ', en: 'Notices of services built on this one' },
};

/** A bond as a reader of one of its ends sees it. */
export interface Bond {
  relation: Relation | Back;
  word: Message;
  /** A notice of ours. */
  notice: { id: string; title: Text } | null;
  url: string | null;
  name: Text | null;
}

/** All bonds between these notices, from both ends, by notice; ends that are not among them are left out. */
export function bondsOf(notices: readonly Notice[]): Map<string, Bond[]> {
  const known = new Map(notices.map((notice) => [notice.id, notice]));
  const bonds = new Map<string, Bond[]>();
  const add = (id: string, relation: Bond['relation'], rest: Omit<Bond, 'relation' | 'word'>) =>
    bonds.set(id, [...(bonds.get(id) ?? []), { relation, word: RELATION_WORDS[relation], ...rest }]);
  for (const notice of notices) {
    for (const { relation, notice: id, url = null, name = null } of notice.links ?? []) {
      const other = id === undefined ? undefined : known.get(id);
      if (other) {
        add(notice.id, relation, { notice: { id: other.id, title: other.title }, url, name });
        add(other.id, BACK[relation], { notice: { id: notice.id, title: notice.title }, url: null, name: null });
      } else if (url !== null) add(notice.id, relation, { notice: null, url, name });
    }
  }
  return bonds;
}
