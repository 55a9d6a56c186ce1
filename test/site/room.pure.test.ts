import { expect, test } from 'vitest';
import { Room } from '../../src/site/edition/room.ts';

test('what can be made again is let go of when there is no room, the oldest first', () => {
  const room = new Room(100);
  const gone: string[] = [];
  const things = ['one', 'two', 'three'].map((name) => ({ name }));
  const take = (at: number, bytes: number) => {
    const thing = things[at] ?? { name: '' };
    room.take(thing, bytes, () => gone.push(thing.name));
  };
  take(0, 40);
  take(1, 40);
  take(0, 20);
  expect(gone).toEqual([]);
  take(2, 10);
  expect(gone).toEqual(['one']);
  take(2, 60);
  expect(gone).toEqual(['one', 'two']);
});

test('what is larger than the room is not kept', () => {
  const room = new Room(10);
  const gone: string[] = [];
  room.take({}, 11, () => gone.push('large'));
  room.take({}, 10, () => gone.push('fits'));
  expect(gone).toEqual(['large']);
});
