import { expect, test } from 'vitest';
import { AgentId, RoomId, UserId } from '../../machines/ids.ts';
import { noPushes } from '../../machines/pushes.ts';
import { newTurn, type RoomContext } from '../../machines/room.model.ts';
import { createPushDesk } from '../../src/actors/pushes.ts';
import type { Input } from '../../src/durable/definition.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { step } from '../../src/durable/step.ts';
import type { Pushed } from '../../src/ports/pushes.ts';
import { createFakeAlarm } from '../support/fake-alarm.ts';
import { logBook } from '../support/log-book.ts';
import { agent, ann, bob, contextId, definition, eventId, freshRecord, textOf, turnId } from './support.ts';

const pushed = (changes: object = {}): Pushed => ({
  ...{ agent, contextId: contextId(1), user: null, id: 'id', print: 'print', task: '' },
  ...{ kind: 'done', text: 'Done.', files: [] },
  ...changes,
});

/** Rooms whose actors decide at once; `deliver` may be something else. */
function house(...rooms: Partial<RoomContext>[]) {
  const records = new Map<RoomId, Envelope<RoomContext>>();
  const alarm = createFakeAlarm();
  const stored: [string, string, string][] = [];
  const world = {
    isOpen: true,
    resting: new Set<RoomId>(),
    deliver(room: RoomId, inputs: readonly Input[]): Promise<void> {
      const { record } = step(definition, records.get(room) ?? freshRecord(room), inputs);
      note(record);
      return Promise.resolve();
    },
  };
  const desk = createPushDesk({
    rooms: () => ({ deliver: (room, inputs) => world.deliver(room, inputs) }),
    isOpen: () => world.isOpen,
    isResting: (room) => world.resting.has(room),
    answers: {
      write: async (room, name, markdown) => void stored.push([room, name, markdown]),
      remove: async () => undefined,
    },
    mostInRecord: 20,
    ...{ alarm, now: alarm.now, log: logBook() },
  });

  function note(record: Envelope<RoomContext>): void {
    records.set(record.context.room, record);
    desk.noteRoom(record);
  }

  rooms.forEach((changes, n) => note(freshRecord(RoomId.parse(`!${n}:test`), changes)));
  const said = () =>
    [...records.values()].flatMap(({ context, outbox }) =>
      outbox.filter(({ type }) => type === 'deliver the push').map(() => context.room),
    );
  return { desk, world, alarm, stored, records, note, said };
}

test('a push is taken once, by the room of its conversation', async () => {
  const { desk, said } = house({}, { contextId: contextId(2) });
  expect(await desk.take(pushed())).toBe('taken');
  expect(await desk.take(pushed())).toBe('known');
  expect(await desk.take(pushed({ print: 'other' }))).toBe('known otherwise');
  expect(said()).toEqual(['!0:test']);
});

test('at the same time as well', async () => {
  const { desk, said } = house({});
  expect(await Promise.all([1, 2, 3].map(() => desk.take(pushed())))).toEqual(['taken', 'known', 'known']);
  expect(said()).toHaveLength(1);
});

test('what this agent does not have, or has no more, is not there', async () => {
  const retired = { pushes: { ...noPushes, retired: [{ agent, contextId: contextId(8) }] } };
  const { desk } = house(
    retired,
    { contextId: contextId(3), role: 'refused' },
    { contextId: contextId(4), person: null },
  );
  expect(await desk.take(pushed({ contextId: contextId(9) }))).toBe('unknown');
  expect(await desk.take(pushed({ agent: AgentId.parse('another') }))).toBe('unknown');
  expect(await desk.take(pushed({ contextId: contextId(3) }))).toBe('unknown');
  expect(await desk.take(pushed({ contextId: contextId(4) }))).toBe('unknown');
  expect(await desk.take(pushed({ contextId: contextId(8) }))).toBe('over');
  expect(await desk.take(pushed({ agent: AgentId.parse('another'), contextId: contextId(8) }))).toBe('unknown');
});

test('a room that ends, or goes on in another conversation, is found there no more', async () => {
  const { desk, note, records } = house({});
  const record = records.get(RoomId.parse('!0:test')) as Envelope<RoomContext>;
  const cleared = { ...noPushes, retired: [{ agent, contextId: contextId(1) }] };
  note({ ...record, context: { ...record.context, contextId: contextId(2), pushes: cleared } });
  expect(await desk.take(pushed())).toBe('over');
  note({ ...record, done: true });
  expect(await desk.take(pushed())).toBe('unknown');
});

test('one that was cleared while the push was on its way is over', async () => {
  const { desk, world, note, records } = house({});
  const record = records.get(RoomId.parse('!0:test')) as Envelope<RoomContext>;
  world.deliver = async () => {
    const pushes = { ...noPushes, retired: [{ agent, contextId: contextId(1) }] };
    note({ ...record, context: { ...record.context, contextId: contextId(2), pushes } });
  };
  expect(await desk.take(pushed())).toBe('over');
});

test('nobody reads what is for somebody else', async () => {
  const shared = house({ person: ann }, { person: bob });
  expect(await shared.desk.take(pushed())).toBe('of somebody else');
  expect(await shared.desk.take(pushed({ user: bob }))).toBe('taken');
  expect(await shared.desk.take(pushed({ user: UserId.parse('@eve:test') }))).toBe('of somebody else');
  expect(shared.said()).toEqual(['!1:test']);
  const own = house({});
  expect(await own.desk.take(pushed({ user: bob }))).toBe('of somebody else');
});

test('of rooms with one memory it is the one where the person spoke last; it is known in all of them', async () => {
  const ended = (at: number) => ({
    diary: { run: null, ended: { turn: 1 as never, how: 'answered' as const, trouble: null, at }, missed: null },
  });
  const { desk, said, note, records } = house(ended(5), ended(9), ended(7));
  expect(await desk.take(pushed())).toBe('taken');
  expect(said()).toEqual(['!1:test']);
  const first = records.get(RoomId.parse('!0:test')) as Envelope<RoomContext>;
  note({ ...first, context: { ...first.context, ...ended(20) } });
  expect(await desk.take(pushed())).toBe('known');
  expect(await desk.take(pushed({ id: 'next' }))).toBe('taken');
  expect(said()).toEqual(['!0:test', '!1:test']);
});

test('a long text stands beside the record', async () => {
  const { desk, stored, records } = house({});
  const text = 'A text of many words.';
  expect(await desk.take(pushed({ text }))).toBe('taken');
  expect(stored).toEqual([['!0:test', 'push-id-print', text]]);
  const { outbox } = records.get(RoomId.parse('!0:test')) as Envelope<RoomContext>;
  expect(outbox[0]?.params['answer']).toEqual({ stored: 'push-id-print' });
  expect(await desk.take(pushed({ id: 'none', text: null }))).toBe('taken');
  expect(await desk.take(pushed({ id: 'work', kind: 'progress', work: { on: 'x', step: null, steps: null } }))).toBe(
    'taken',
  );
});

test('it comes again where nothing can be taken: no service, a room at rest, a write that fails or takes too long', async () => {
  const { desk, world, alarm, said } = house({});
  world.isOpen = false;
  expect(await desk.take(pushed())).toBe('not now');
  world.isOpen = true;
  world.resting.add(RoomId.parse('!0:test'));
  expect(await desk.take(pushed())).toBe('not now');
  world.resting.clear();
  const { deliver } = world;
  world.deliver = () => Promise.reject(new Error('the disk is full'));
  expect(await desk.take(pushed())).toBe('not now');
  // It became a letter of a room that cannot run.
  world.deliver = async () => undefined;
  expect(await desk.take(pushed())).toBe('not now');
  world.deliver = () => new Promise(() => {});
  const slow = desk.take(pushed());
  await expect.poll(() => alarm.pending().length).toBe(1);
  alarm.advance(10_000);
  expect(await slow).toBe('not now');
  world.deliver = deliver;
  expect(await desk.take(pushed())).toBe('taken');
  expect([said(), alarm.pending()]).toEqual([['!0:test'], []]);
});

test('as many as may be held back are taken, the next one comes again', async () => {
  const turn = newTurn({ id: turnId(1), text: textOf(1), contextId: contextId(1), preview: eventId('preview') });
  const held = house({ turn });
  const all: string[] = [];
  for (let n = 0; n < 21; n++) all.push(await held.desk.take(pushed({ id: `id-${n}` })));
  expect([all.filter((one) => one === 'taken').length, all.at(-1)]).toEqual([20, 'not now']);
  // Of what comes again nothing is left on the disk, however often and under whatever id.
  const text = 'A text of many words.';
  expect(await held.desk.take(pushed({ id: 'long', text }))).toBe('not now');
  expect(await held.desk.take(pushed({ id: 'longer', kind: 'failed', text }))).toBe('not now');
  expect(held.stored).toEqual([]);
  const work = { kind: 'progress', work: { on: 'x', step: null, steps: null } };
  expect(await held.desk.take(pushed({ id: 'work', task: 'one', ...work }))).toBe('taken');
});

test('other words under an id whose first ones are still being written do not take their place', async () => {
  const { desk, world, alarm, stored } = house({});
  const { deliver } = world;
  let write = () => {};
  world.deliver = (...given) => new Promise((resolve) => (write = () => resolve(deliver(...given))));
  const first = desk.take(pushed({ text: 'The first, of many words.' }));
  await expect.poll(() => stored.length).toBe(1);
  alarm.advance(10_000);
  expect(await first).toBe('not now');
  world.deliver = async () => undefined;
  const second = desk.take(pushed({ print: 'other', text: 'The second, of many words.' }));
  expect(await second).toBe('not now');
  write();
  await expect.poll(() => desk.take(pushed())).toBe('known');
  expect(stored).toEqual([
    ['!0:test', 'push-id-print', 'The first, of many words.'],
    ['!0:test', 'push-id-other', 'The second, of many words.'],
  ]);
});
