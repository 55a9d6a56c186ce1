import { expect, test } from 'vitest';
import { startChild } from '../support/child.ts';
import { engine } from '../support/database.ts';

test.runIf(engine === 'sqlite').each([
  [['key', 'add', '--nmae', 'x'], "Unknown option '--nmae'"],
  [['staff', 'add', '--login'], "'--login <value>' argument missing"],
  [['replay', '--speed', '0'], '--speed is how many times faster'],
  [['bakcup', 'x'], 'There is no command "bakcup"'],
])('what is misspelt on the command line (%j) is said, with how it is spelt', async (words, said) => {
  const child = startChild('src/cli/shirase.ts', {}, words);
  expect(await child.ended).toBe(2);
  expect(child.said()).toContain(said);
  expect(child.said()).toContain('shirase key add --name N --scope S');
  expect(child.said()).not.toContain('    at ');
});
