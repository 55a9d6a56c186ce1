import MarkdownIt from 'markdown-it';

/** Paragraphs, lists, emphasis, tables and links: what staff may use. No HTML, no pictures, and only links that lead somewhere plain. */
const markdown = new MarkdownIt('default', { html: false, linkify: true, breaks: true, typographer: false });
markdown.disable(['image', 'heading', 'lheading', 'code', 'fence', 'backticks', 'html_block', 'html_inline']);
markdown.validateLink = (url) => /^(https?:\/\/|mailto:|\/(?!\/))/i.test(url);
const openLink = markdown.renderer.rules.link_open;
markdown.renderer.rules.link_open = (tokens, index, options, env, self) => {
  tokens[index]?.attrSet('rel', 'noopener nofollow');
  return openLink ? openLink(tokens, index, options, env, self) : self.renderToken(tokens, index, options);
};

/** Staff text as HTML. It is data: nothing in it is a template or markup beyond the subset. */
export function bodyHtml(text: string): string {
  return markdown.render(text);
}
