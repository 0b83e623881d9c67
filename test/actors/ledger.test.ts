import { expect, test } from 'vitest';
import { RoomId } from '../../machines/ids.ts';
import { createLedger } from '../../src/actors/ledger.ts';
import { after, agent, freshRecord, ROOM, textInput, toStreaming } from './support.ts';

const OTHER = RoomId.parse('!other:test');
const item = (since: number) => ({ id: '1', type: 'say', params: {}, since, device: 'DEVICE', cursor: 0 });
const atRest = { state: 'at rest', agent, line: 0, outbox: 0, since: null, parked: 0 };

test('a room is at what its record says', () => {
  const ledger = createLedger();
  const at = () => ledger.entries.get(ROOM);
  ledger.note(freshRecord());
  expect(at()).toEqual(atRest);
  const busy = after(freshRecord(), textInput(1), ...toStreaming(1), textInput(2));
  ledger.note(busy);
  expect(at()).toEqual({ ...atRest, state: 'answering', line: 1 });
  ledger.note({ ...freshRecord(), outbox: [item(7), item(5)] });
  expect(at()).toEqual({ ...atRest, state: 'sending', outbox: 2, since: 5 });
  ledger.note({ ...freshRecord(), parked: [{ at: 1, error: 'x', event: {} }] });
  expect(at()).toEqual({ ...atRest, parked: 1 });
  ledger.note({ ...freshRecord(), done: true });
  expect(at()).toBeUndefined();
});

test('the totals are those of rooms that are not at rest, and rooms at rest share what is said of them', () => {
  const ledger = createLedger();
  ledger.note({ ...freshRecord(), outbox: [item(9)] });
  ledger.note({ ...freshRecord(OTHER), outbox: [item(4)], parked: [{ at: 1, error: 'x', event: {} }] });
  expect(ledger.totals()).toEqual({ line: 0, outbox: 2, since: 4, parkedEvents: 1 });
  ledger.note(freshRecord());
  ledger.note(freshRecord(OTHER));
  expect(ledger.totals()).toEqual({ line: 0, outbox: 0, since: null, parkedEvents: 0 });
  expect(ledger.entries.get(ROOM)).toBe(ledger.entries.get(OTHER));
});
