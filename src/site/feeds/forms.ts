import { Feed, type FeedOptions } from 'feed';
import { type Channel, updatedAt } from './channel.ts';
import type { Entry } from './entry.ts';

/** Atom (RFC 4287). Titles are HTML there, so what looks like a tag in one is escaped. */
export function atom(channel: Channel): string {
  const feed = new Feed({ ...options(channel), id: channel.self, feed: channel.self });
  for (const entry of channel.entries) {
    feed.addItem({ ...dates(entry), id: entry.url, link: entry.url, title: escaped(entry.title), content: entry.html });
  }
  // The library has no place for the language.
  return feed.atom1().replace(/<feed /, `<feed xml:lang="${channel.language}" `);
}

/** RSS 2.0. It knows no correction: Atom's own element tells when there was one. */
export function rss(channel: Channel): string {
  const feed = new Feed({ ...options(channel), language: channel.language, feed: channel.self });
  for (const entry of channel.entries) {
    feed.addItem({
      ...dates(entry),
      guid: entry.url,
      link: entry.url,
      description: entry.html,
      // The library's own titles break at a second ]]>.
      title: '',
      extensions: [
        { name: 'title', objects: { _text: literally(entry.title) } },
        { name: 'atom:updated', objects: { _text: new Date(entry.updatedAt).toISOString() } },
      ],
    });
  }
  return feed.rss2();
}

/** JSON Feed 1.1; the library writes 1.0, which had no languages. */
export function json(channel: Channel): string {
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: channel.title,
    home_page_url: channel.home,
    feed_url: channel.self,
    description: channel.description,
    authors: [{ name: channel.author, url: channel.home }],
    language: channel.language,
    items: channel.entries.map((entry) => ({
      id: entry.url,
      url: entry.url,
      title: entry.title,
      content_html: entry.html,
      date_published: new Date(entry.publishedAt).toISOString(),
      date_modified: new Date(entry.updatedAt).toISOString(),
      language: entry.language,
    })),
  });
}

function options(channel: Channel): FeedOptions {
  return {
    title: literally(channel.title),
    description: literally(channel.description),
    link: channel.home,
    author: { name: literally(channel.author), link: channel.home },
    updated: new Date(updatedAt(channel)),
    generator: 'Shirase',
  };
}

function dates(entry: Entry): { date: Date; published: Date } {
  return { date: new Date(entry.updatedAt), published: new Date(entry.publishedAt) };
}

/** The library takes `&amp;` for an ampersand before it escapes: what somebody typed stays what he typed. */
function literally(text: string): string {
  return text.replaceAll('&', '&amp;');
}

function escaped(text: string): string {
  return literally(text).replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
