export type Encoding = 'identity' | 'gzip' | 'br';

/** Whether bytes of this type are worth packing: pictures of points and PDF are packed already. */
export function compresses(type: string): boolean {
  return !/^(image\/(png|jpeg|webp)|application\/pdf)/.test(type);
}

/** What browsers send is a handful of texts. */
const chosen = new Map<string, Encoding>();

/** The best encoding that a request accepts (RFC 9110 12.5.3). */
export function encodingFor(accept = ''): Encoding {
  let encoding = chosen.get(accept);
  if (!encoding) {
    encoding = choose(accept);
    if (chosen.size < 100 && accept.length < 100) chosen.set(accept, encoding);
  }
  return encoding;
}

function choose(accept: string): Encoding {
  const offers = accept
    .toLowerCase()
    .split(',')
    .map((offer) => offer.trim());
  const takes = (name: string) =>
    offers.some((offer) => offer.split(';')[0]?.trim() === name && !/;\s*q=0(\.0*)?$/.test(offer));
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : 'identity';
}

/** Whether an If-None-Match names this ETag (RFC 9110 13.1.2: a proxy may have weakened it). */
export function sameTag(sent: string, etag: string): boolean {
  const tags = sent.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
