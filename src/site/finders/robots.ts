/** What is for one person each, and what is made anew for each question. A rule holds for whatever begins like it. */
const NOT_FOR_ROBOTS = ['/my', '/console', '/api/v1/', '/history/search'];

/** `/robots.txt`, RFC 9309: all that everybody reads may be found. */
export function robotsText(publicUrl: string): string {
  const rules = NOT_FOR_ROBOTS.flatMap((path) => [`Disallow: ${path}`, `Disallow: /en${path}`]);
  return ['User-agent: *', ...rules, '', `Sitemap: ${publicUrl}/sitemap.xml`, ''].join('\n');
}
