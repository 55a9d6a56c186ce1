import { expect, test } from 'vitest';
import { schemaText } from '../support/schema.ts';
import { textOf } from './source.ts';

test('docs/schema.sql is what the migrations make; npm run schema writes it', async () => {
  expect(textOf('docs/schema.sql')).toBe(await schemaText());
});
