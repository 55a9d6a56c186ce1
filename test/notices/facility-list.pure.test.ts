import { describe, expect, test } from 'vitest';
import { parseFacilities, showFacilities } from '../../src/notices/form/facility-list.ts';

const known = ['051', '062', '121', '122', '141', '142', 'kita-1'];

describe('the list of facilities that staff type', () => {
  test.each([
    ['051', ['051']],
    ['051 062', ['051', '062']],
    ['051,062、121\n122', ['051', '062', '121', '122']],
    ['０５１，０６２', ['051', '062']],
    ['051-142', ['051', '062', '121', '122', '141', '142']],
    ['121〜122', ['121', '122']],
    ['１２１－１２２', ['121', '122']],
    ['121 - 122, 051', ['121', '122', '051']],
    ['121から122', ['121', '122']],
    ['kita-1', ['kita-1']],
    ['051 051 051-062', ['051', '062']],
    ['999', ['999']],
  ])('reads %j', (text, codes) => {
    expect(parseFacilities(text, known)).toEqual({ facilities: codes, problems: [] });
  });

  test.each(['', '  \n', 'すべて', '全て', 'ALL', 'ａｌｌ'])('takes %j as every facility', (text) => {
    expect(parseFacilities(text, known).facilities).toBe('all');
  });

  test.each(['200-300', '142-051', '051-1422'])('finds nothing in the range %s, and says so', (text) => {
    expect(parseFacilities(text, known).problems[0]?.ja).toContain(text);
  });

  test('shows what it can read again', () => {
    expect(parseFacilities(showFacilities(['051', '062']), known).facilities).toEqual(['051', '062']);
    expect(parseFacilities(showFacilities('all'), known).facilities).toBe('all');
  });
});
