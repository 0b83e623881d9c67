import { expect, it } from 'vitest';
import type { PersonEvent } from '../../machines/person.model.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { Wish } from '../../machines/room.effects.ts';
import { createPost } from '../../src/actors/post.ts';
import type { Input } from '../../src/durable/definition.ts';
import { createFakeAlarm } from '../support/fake-alarm.ts';
import { silentLog } from '../support/log-book.ts';
import { agent, ann, contextId, ROOM } from './support.ts';

/** What arrives of a word, where Ann has chosen this by now. */
function arriving(language: 'en' | 'ru' | null) {
  const alarm = createFakeAlarm();
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const deliver = async (_: unknown, [input]: readonly Input[]) =>
    resolve(input?.kind === 'event' ? input.event : null);
  const post = createPost({
    rooms: () => ({ deliver }),
    people: () => ({ deliver }),
    reception: {
      contextFor: async () => contextId(5),
      sharedBy: () => null,
      isOfScope: () => true,
      agentFor: () => ({ agent, assignment: 'configured' }),
      languageFor: () => (language === null ? {} : { language }),
    },
    readMarker: async () => null,
    letIn: async () => {},
    newOperation: () => 'op',
    isClosing: () => false,
    pauseMs: () => 1,
    ...{ alarm, now: alarm.now, log: silentLog },
  });
  return {
    inTheRoom: (event: RoomEvent) => {
      post.tellRoom({ person: ann, room: ROOM, event, id: 'id' }, () => {});
      return promise;
    },
    atThePerson: (wish: Wish) => {
      post.tellPerson({ person: ann, room: ROOM, wish, id: 'id' }, () => {});
      return promise;
    },
  };
}

it('a room hears of the language that its person chose last', async () => {
  const chosen = { type: 'language.chosen', language: 'ru' } as const;
  expect(await arriving('en').inTheRoom(chosen)).toEqual({ ...chosen, language: 'en' });
  expect(await arriving(null).inTheRoom(chosen)).toEqual(chosen);
});

it('a chat that is introduced is spoken to in what its person chose by now', async () => {
  const adopted: RoomEvent = {
    ...{ type: 'room.adopted', person: ann, agent, assignment: 'configured', contextId: contextId(1) },
    ...{ number: 2, name: 'Chat 2', archived: false },
  };
  expect(await arriving('ru').inTheRoom(adopted)).toEqual({ ...adopted, language: 'ru' });
  expect(await arriving(null).inTheRoom(adopted)).toEqual(adopted);
});

it('other words to a room arrive as they are', async () => {
  const archived: RoomEvent = { type: 'chat.archived', archived: true };
  expect(await arriving('ru').inTheRoom(archived)).toEqual(archived);
});

it('a person hears in which room they chose', async () => {
  const wish: Wish = { type: 'language.chosen', language: 'ru' };
  expect(await arriving(null).atThePerson(wish)).toEqual({ ...wish, origin: ROOM } satisfies PersonEvent);
});
