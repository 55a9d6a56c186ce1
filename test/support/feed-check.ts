import { childrenOf, type Element, parseXml, textOf } from './xml.ts';

/** What the W3C's feed validator looks at, for the three forms. Each check gives what is wrong, in words; nothing is well. */

export function checkAtom(xml: string, self: string): string[] {
  const feed = parseXml(xml);
  const entries = childrenOf(feed, atom('entry'));
  return [
    ...wrong(feed.name === atom('feed'), `the root is ${feed.name}`),
    ...one(feed, ['id', 'title', 'updated']),
    ...iri(textOf(feed, atom('id')), 'feed id'),
    ...rfc3339(textOf(feed, atom('updated')), 'feed updated'),
    ...wrong(language(feed.attributes['xml:lang']), 'the feed has no language'),
    ...wrong(href(feed, 'self') === self, `self is ${href(feed, 'self')}`),
    ...iri(href(feed, 'alternate'), 'alternate'),
    ...author(feed),
    ...unique(entries.map((entry) => textOf(entry, atom('id')))),
    ...order(
      textOf(feed, atom('updated')),
      entries.map((entry) => textOf(entry, atom('updated'))),
    ),
    ...entries.flatMap((entry, index) => checkEntry(entry).map((problem) => `entry ${index}: ${problem}`)),
  ];
}

function checkEntry(entry: Element): string[] {
  const [published, updated] = [textOf(entry, atom('published')), textOf(entry, atom('updated'))];
  const content = childrenOf(entry, atom('content'));
  return [
    ...one(entry, ['id', 'title', 'updated', 'published']),
    ...iri(textOf(entry, atom('id')), 'id'),
    ...rfc3339(published, 'published'),
    ...rfc3339(updated, 'updated'),
    ...wrong(Date.parse(published ?? '') <= Date.parse(updated ?? ''), 'it was updated before it was published'),
    ...iri(href(entry, undefined) ?? href(entry, 'alternate'), 'link'),
    ...wrong(content.length === 1, `${content.length} contents`),
    ...wrong(content[0]?.attributes.type === 'html', 'content is not HTML'),
    ...[...content, ...childrenOf(entry, atom('title'))].flatMap((element) =>
      element.attributes.type === 'html' ? html(element.text) : [],
    ),
  ];
}

export function checkRss(xml: string, self: string): string[] {
  const rss = parseXml(xml);
  const [channel] = childrenOf(rss, '{}channel');
  if (!channel) return ['there is no channel'];
  const items = childrenOf(channel, '{}item');
  const selves = childrenOf(channel, atom('link')).filter((link) => link.attributes.rel === 'self');
  return [
    ...wrong(rss.attributes.version === '2.0', 'it is not RSS 2.0'),
    ...['title', 'link', 'description', 'language', 'lastBuildDate'].flatMap((name) =>
      wrong(Boolean(textOf(channel, `{}${name}`)?.trim()), `the channel has no ${name}`),
    ),
    ...iri(textOf(channel, '{}link'), 'channel link'),
    ...rfc822(textOf(channel, '{}lastBuildDate')),
    ...wrong(language(textOf(channel, '{}language')), 'the language is none'),
    ...wrong(selves.length === 1 && selves[0]?.attributes.href === self, 'atom:link rel=self is another'),
    ...wrong(selves[0]?.attributes.type === 'application/rss+xml', 'atom:link has another type'),
    ...unique(items.map((item) => textOf(item, '{}guid'))),
    ...items.flatMap((item) => [
      ...wrong(Boolean(textOf(item, '{}title')), 'an item has not one title'),
      ...iri(textOf(item, '{}link'), 'item link'),
      ...rfc822(textOf(item, '{}pubDate')),
      ...rfc3339(textOf(item, atom('updated')), 'item atom:updated'),
      ...html(textOf(item, '{}description') ?? ''),
    ]),
    ...[channel, ...items].flatMap((element) =>
      element.children
        .filter((child) => child.name.startsWith('{}') && !RSS_NAMES.has(child.name.slice(2)))
        .map((child) => `${child.name} is no element of RSS`),
    ),
  ];
}

const RSS_NAMES = new Set(
  'title link description language lastBuildDate docs generator item guid pubDate ttl category author'.split(' '),
);

interface JsonFeed {
  version: string;
  title: string;
  home_page_url: string;
  feed_url: string;
  language: string;
  authors: { name: string; url?: string }[];
  items: {
    id: string;
    url: string;
    title: string;
    content_html: string;
    date_published: string;
    date_modified: string;
    language?: string;
  }[];
}

export function checkJsonFeed(text: string, self: string): string[] {
  const feed = JSON.parse(text) as JsonFeed;
  return [
    ...wrong(feed.version === 'https://jsonfeed.org/version/1.1', `the version is ${feed.version}`),
    ...wrong(feed.feed_url === self, `feed_url is ${feed.feed_url}`),
    ...iri(feed.home_page_url, 'home_page_url'),
    ...wrong(Boolean(feed.title), 'it has no title'),
    ...wrong(language(feed.language), 'it has no language'),
    ...wrong(feed.authors.length > 0 && feed.authors.every((one) => one.name), 'it has no author'),
    ...unique(feed.items.map((item) => item.id)),
    ...feed.items.flatMap((item) => [
      ...wrong(typeof item.id === 'string' && item.id !== '', 'an id is no text'),
      ...iri(item.url, 'url'),
      ...rfc3339(item.date_published, 'date_published'),
      ...rfc3339(item.date_modified, 'date_modified'),
      ...html(item.content_html),
      ...wrong(language(item.language), 'an item has no language'),
    ]),
  ];
}

const atom = (name: string) => `{http://www.w3.org/2005/Atom}${name}`;

function wrong(well: boolean, problem: string): string[] {
  return well ? [] : [problem];
}

function one(element: Element, names: string[]): string[] {
  return names.flatMap((name) => wrong(Boolean(textOf(element, atom(name))?.trim()), `not exactly one ${name}`));
}

function href(element: Element, rel: string | undefined): string | undefined {
  return childrenOf(element, atom('link')).find((link) => link.attributes.rel === rel)?.attributes.href;
}

function author(feed: Element): string[] {
  const authors = childrenOf(feed, atom('author'));
  return wrong(
    authors.length > 0 && authors.every((each) => Boolean(textOf(each, atom('name'))?.trim())),
    'nobody is the author',
  );
}

/** Absolute, and nothing in it that an IRI may not hold. */
function iri(value: string | undefined, what: string): string[] {
  return wrong(value !== undefined && /^(https?|tag):[^\s<>"{}|\\^`]+$/.test(value), `${what} is ${value}`);
}

function rfc3339(value: string | undefined, what: string): string[] {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  return wrong(form.test(value ?? '') && !Number.isNaN(Date.parse(value ?? '')), `${what} is ${value}`);
}

function rfc822(value: string | undefined): string[] {
  const form = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
  const at = new Date(value ?? '');
  return wrong(form.test(value ?? '') && at.toUTCString() === value, `a date is ${value}`);
}

function language(value: string | undefined): boolean {
  return /^[a-z]{2}(-[A-Z]{2})?$/.test(value ?? '');
}

function unique(ids: (string | undefined)[]): string[] {
  return wrong(new Set(ids).size === ids.length && !ids.includes(undefined), 'two have the same id, or one has none');
}

/** The feed says when its newest entry changed. */
function order(feed: string | undefined, entries: (string | undefined)[]): string[] {
  const newest = Math.max(0, ...entries.map((entry) => Date.parse(entry ?? '')));
  return wrong(Date.parse(feed ?? '') >= newest, 'an entry is newer than the feed');
}

/** The validator's dangers: scripts, styles, handlers, frames, and links that lead nowhere in a reader. */
function html(text: string): string[] {
  const tags = text.match(/<[a-z][^>]*>/gi) ?? [];
  return [
    ...tags.filter((tag) => /^<(script|style|iframe|object|embed|img|form|meta|link)\b|\son\w+=|\sstyle=/i.test(tag)),
    ...tags.flatMap((tag) => /href="(?!https?:|mailto:)[^"]*"/.exec(tag)?.[0] ?? []),
    ...(/<(?![/a-z])/i.test(text) ? ['a bare < in HTML'] : []),
  ];
}
