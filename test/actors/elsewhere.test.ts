import { expect, it } from 'vitest';
import { RoomId } from '../../machines/ids.ts';
import { createElsewhere } from '../../src/actors/elsewhere.ts';
import type { Input } from '../../src/durable/definition.ts';
import { logBook } from '../support/log-book.ts';
import { input } from '../support/inputs.ts';
import { ann, bob, ROOM } from './support.ts';

const entry = RoomId.parse('!entry:test');

it('tells people in another room of theirs, else the operator', async () => {
  const delivered: [RoomId, readonly Input[]][] = [];
  const book = logBook();
  const { tell } = createElsewhere({
    roomOf: (person, besides) => (person === ann && besides === ROOM ? entry : undefined),
    rooms: () => ({ deliver: async (room, inputs) => void delivered.push([room, inputs]) }),
    now: () => 7,
    log: book,
  });
  const about = { room: ROOM, why: 'it could not be entered' } as const;
  await tell({ person: ann, ...about }, 'r.1');
  expect(delivered).toEqual([[entry, [input({ type: 'invite.declined', ...about }, 7, 'r.1')]]]);
  expect(book.lines).toEqual([]);
  await tell({ person: bob, ...about }, 'r.2');
  expect(delivered).toHaveLength(1);
  expect(book.lines.map(({ level, message, fields }) => [level, message, fields])).toEqual([
    ['warn', 'invite not taken, and no other room to tell its person in', { person: bob, ...about }],
  ]);
});
