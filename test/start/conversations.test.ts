import { expect, test } from 'vitest';
import { AgentId, RoomId, type ContextId } from '../../machines/ids.ts';
import { noPushes } from '../../machines/pushes.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { newTurn } from '../../machines/room.model.ts';
import { forgetCleared, sweepConversations } from '../../src/start/conversations.ts';
import type { Conversations } from '../../src/ports.ts';
import { agent, contextId, freshRecord, ROOM, textOf, turnId } from '../actors/support.ts';
import { temporaryStore } from '../store/support.ts';
import { logBook } from '../support/log-book.ts';
import { until } from '../support/until.ts';

const other = AgentId.parse('agent-1');
const nobody = { people: new Map(), rooms: new Map() };

const contextsOf = async (conversations: Conversations) => (await conversations.names()).map(({ context }) => context);

async function storeWith(...contexts: [AgentId, ContextId][]) {
  const store = await temporaryStore();
  for (const [whose, context] of contexts) await store.conversations.write(whose, context, {});
  return store;
}

const record = (changes: Partial<RoomContext>) => freshRecord(ROOM, changes);

test('what no record names is removed at the start, whichever agent has it', async () => {
  const store = await storeWith([agent, contextId(1)], [agent, contextId(2)], [other, contextId(3)]);
  // A push to one that a room has left is refused: so it is known, and is over.
  const pushes = { ...noPushes, retired: [{ agent, contextId: contextId(1) }] };
  const rooms = new Map([[ROOM, record({ contextId: contextId(2), pushes })]]);
  const log = logBook();
  await sweepConversations(store, { people: new Map(), rooms, damaged: nobody }, log);
  expect(await contextsOf(store.conversations)).toEqual(['2']);
  expect(log.lines.map(({ message, fields }) => [message, fields])).toEqual([
    ['conversations that no record names are removed', { conversations: 2 }],
  ]);
});

test('nothing is removed where a record is damaged, or all are missing', async () => {
  const store = await storeWith([agent, contextId(1)]);
  const rooms = new Map([[ROOM, record({ contextId: contextId(2) })]]);
  const damaged = { ...nobody, rooms: new Map([[RoomId.parse('!torn:test'), 1]]) };
  await sweepConversations(store, { people: new Map(), rooms, damaged }, logBook());
  await sweepConversations(store, { people: new Map(), rooms: new Map(), damaged: nobody }, logBook());
  expect(await contextsOf(store.conversations)).toEqual(['1']);
});

test('a cleared conversation is removed once no turn is in it any more', async () => {
  const { conversations } = await storeWith([agent, contextId(1)], [agent, contextId(2)]);
  const forget = forgetCleared(conversations, logBook());
  const turn = newTurn({ id: turnId(1), text: textOf(1), contextId: contextId(1) });
  const before = record({ contextId: contextId(1), turn });
  const cleared = record({ contextId: contextId(2), turn });
  const over = record({ contextId: contextId(2) });
  forget(ROOM, { before, record: cleared });
  forget(ROOM, { before: cleared, record: cleared });
  expect(await contextsOf(conversations)).toEqual(['1', '2']);
  forget(ROOM, { before: cleared, record: over });
  await until(async () => (await contextsOf(conversations)).length === 1);
  expect(await contextsOf(conversations)).toEqual(['2']);
});

test('with a cleared conversation goes what agents of before remember of it, and nothing of other rooms', async () => {
  const { conversations } = await storeWith([agent, contextId(1)], [other, contextId(1)], [agent, contextId(2)]);
  const forget = forgetCleared(conversations, logBook());
  const [mine, theirs] = [
    record({ contextId: contextId(1), agent }),
    record({ contextId: contextId(1), agent: other }),
  ];
  forget(ROOM, { before: mine, record: theirs });
  forget(ROOM, { before: theirs, record: record({ contextId: contextId(3), agent: other }) });
  await until(async () => (await conversations.names()).length === 1);
  expect(await conversations.names()).toEqual([{ agent, context: contextId(2) }]);
});
