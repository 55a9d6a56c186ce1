import { HtmlValidate, StaticConfigLoader } from 'html-validate';
import { expect } from 'vitest';

/** Reads its rules and what it knows of each element once, and not anew for each page: that takes six times as long as a small page itself. */
const loader = new (class extends StaticConfigLoader {
  #read: ReturnType<StaticConfigLoader['getConfigFor']> | undefined;

  override getConfigFor(...source: Parameters<StaticConfigLoader['getConfigFor']>) {
    this.#read ??= super.getConfigFor(...source);
    return this.#read;
  }
})({
  extends: ['html-validate:recommended'],
  rules: {
    'no-trailing-whitespace': 'off',
    'void-style': 'off',
    'attribute-boolean-style': 'off',
    'attribute-empty-style': 'off',
    'long-title': 'off',
    'no-inline-style': 'error',
    // a page on an open fault comes again by itself, until its reader stops that
    'meta-refresh': 'off',
    // 0120-000-000 in a link is a telephone number on purpose
    'tel-non-breaking': 'off',
    // ids follow the fields' names: impacts.0.service
    'valid-id': ['error', { relaxed: true }],
    // a region that scrolls must be reachable by keyboard
    'no-redundant-role': 'off',
    'prefer-native-element': 'off',
  },
});

const validator = new HtmlValidate(loader);

/** Fails with the rule and the place where a page is not valid HTML. */
export async function expectValidHtml(html: string): Promise<void> {
  const report = await validator.validateString(html);
  const messages = report.results.flatMap((result) =>
    result.messages.map((message) => `${message.line}: ${message.ruleId}: ${message.message}`),
  );
  expect(messages).toEqual([]);
}
