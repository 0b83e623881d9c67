import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readPersonRecord } from '../../src/actors/person.ts';

interface Stored {
  value: object;
  outbox: { type: string; params: object }[];
}

const golden = JSON.parse(readFileSync(new URL('golden/v1-person-mid-job.json', import.meta.url), 'utf8')) as Stored;
const item = golden.outbox[0]!;

/** The golden record, one step later, as a version that dropped aliases left it. */
const dropping = (at: string, type: string, params: object): Stored => ({
  ...golden,
  value: { 'making a chat': at },
  outbox: [{ ...item, type, params }],
});

test('whoever was dropping the alias of a room links it once more', () => {
  const params = { operation: 'op-1', room: '!one:test' };
  const { value, outbox } = readPersonRecord(dropping("dropping the room's alias", "drop the chat's alias", params));
  expect({ value, outbox }).toEqual({ value: golden.value, outbox: golden.outbox });
});

test('whoever was dropping the alias of a Space marks it once more', () => {
  const params = { operation: 'op-1.space', space: '!space:test' };
  const { value, outbox } = readPersonRecord(dropping("dropping the Space's alias", "drop the Space's alias", params));
  expect({ value, outbox }).toEqual({
    value: { 'making a chat': 'marking the Space' },
    outbox: [{ ...item, type: 'mark the Space', params: { ...params, person: '@ann:test' } }],
  });
});

test('the alias of a Space that was lost meanwhile is left alone', () => {
  const late = { ...item, type: "drop the Space's alias", params: { operation: 'op-1.space', space: '!lost:test' } };
  const { value, outbox } = readPersonRecord({ ...golden, outbox: [late, item] });
  expect({ value, outbox }).toEqual({ value: golden.value, outbox: golden.outbox });
});
