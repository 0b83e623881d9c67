import { expect, test } from 'vitest';
import { UserId } from '../../machines/ids.ts';
import { createAntechamber } from '../../src/actors/antechamber.ts';
import type { Arrival } from '../../src/ports.ts';
import { room } from '../matrix/support.ts';

const ann = UserId.parse('@ann:test');
const invite = (name: string): Arrival => ({
  room: room(name),
  id: null,
  heard: { type: 'room.invited', person: ann },
});
const replaced = (old: string, replacement: string): Arrival => ({
  ...{ room: room(old), id: `$${old}` },
  heard: { type: 'room.replaced', replacement: room(replacement) },
});

/** The bot is in these rooms, or is invited to them, and `chat` is a chat. */
function antechamber(...open: string[]) {
  const doors = new Set(open.map(room));
  const tries: string[] = [];
  const made = createAntechamber({
    isChat: (one) => one === room('chat'),
    now: () => 0,
    async joinRoom(one) {
      tries.push(one);
      return doors.has(one) ? { ok: true } : { ok: false, code: 'M_FORBIDDEN', detail: '' };
    },
  });
  return { ...made, tries, open: (name: string) => doors.add(room(name)) };
}

test('a room that is open is entered at once, and a later invite to it is as any other', async () => {
  const { letIn, others, tries } = antechamber('next');
  await letIn(room('next'), ann);
  expect(tries).toEqual([room('next')]);
  expect(others([invite('next')])).toEqual([invite('next')]);
});

test('a room that is closed is entered when the invite comes', async () => {
  const { letIn, others, tries, open } = antechamber();
  const inside = letIn(room('next'), ann);
  expect(others([invite('other')])).toEqual([invite('other')]);
  open('next');
  expect(others([invite('next')])).toEqual([]);
  await inside;
  expect(tries).toEqual([room('next'), room('next')]);
});

test('an invite that comes with the news of a replacement, or before anybody waits, is not an invite of its own', async () => {
  const { letIn, others, open } = antechamber();
  expect(others([invite('next'), replaced('chat', 'next')])).toEqual([replaced('chat', 'next')]);
  expect(others([invite('next')])).toEqual([]);
  open('next');
  await letIn(room('next'), ann);
});

test('what replaces a room that is no chat is entered as any other', () => {
  const { others } = antechamber();
  const arrivals = [invite('next'), replaced('entry', 'next')];
  expect(others(arrivals)).toEqual(arrivals);
});
