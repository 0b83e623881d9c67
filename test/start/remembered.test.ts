import { expect, test } from 'vitest';
import { isIncomplete } from '../../src/start/remembered.ts';
import { ann, freshRecord, ROOM } from '../actors/support.ts';

test('a person whose record is damaged is looked up at the homeserver, also where no chat of theirs is known', () => {
  const rooms = new Map([[ROOM, freshRecord()]]);
  const nobody = { people: new Map(), rooms: new Map() };
  expect(isIncomplete({ people: new Map(), rooms, damaged: nobody })).toBe(false);
  expect(isIncomplete({ people: new Map(), rooms, damaged: { ...nobody, people: new Map([[ann, 1]]) } })).toBe(true);
});
