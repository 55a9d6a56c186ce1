import type { LightMyRequestResponse } from 'fastify';

/** Everything that a form on the page would send, as a browser reads it: names and values as they stand. */
export function fieldsOn(page: LightMyRequestResponse): Record<string, string> {
  const fields: Record<string, string> = {};
  const form = /<form method="post" action="[^"]*\/console\/notices[\s\S]*?<\/form>/.exec(page.body)?.[0] ?? '';
  for (const [tag] of form.matchAll(/<input [^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (!name || (attribute(tag, 'type') === 'checkbox' && !/ checked/.test(tag))) continue;
    fields[name] = attribute(tag, 'value') ?? '';
  }
  for (const [, name, text] of form.matchAll(/<textarea [^>]*name="([^"]+)"[^>]*>\n?([\s\S]*?)<\/textarea>/g)) {
    if (name) fields[name] = plain(text ?? '');
  }
  for (const [, name, options] of form.matchAll(/<select [^>]*name="([^"]+)"[^>]*>([\s\S]*?)<\/select>/g)) {
    const chosen =
      /<option value="([^"]*)" selected/.exec(options ?? '') ?? /<option value="([^"]*)"/.exec(options ?? '');
    if (name) fields[name] = plain(chosen?.[1] ?? '');
  }
  return fields;
}

/** Text that readers see, without tags. */
export function textOf(page: LightMyRequestResponse): string {
  return plain(page.body.replace(/<[^>]+>/g, ' ')).replace(/\s+/g, ' ');
}

function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
  return found === undefined ? undefined : plain(found);
}

function plain(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
