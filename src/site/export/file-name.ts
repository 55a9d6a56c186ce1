/**
 * The file of an address, below the folder of an edition: `index.html` of `/`, `en/notices/1.still.html` of
 * `/en/notices/1?still`, `feed.atom` of `/feed.atom`. docs/nginx.conf finds them by the same rule.
 */
export function fileName(path: string, type: string): string {
  const [address = '', query] = path.split('?');
  const name = address === '/' ? 'index' : address.slice(1);
  const html = type.startsWith('text/html') && !name.endsWith('.html');
  return `${name}${query === undefined ? '' : `.${query}`}${html ? '.html' : ''}`;
}
