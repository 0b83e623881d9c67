/** Everything the bot knows comes back from the homeserver, however many rooms there are, and coming back changes nothing. */
import { rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { AgentId, ContextId } from '../../machines/ids.ts';
import type { PersonContext } from '../../machines/person.model.ts';
import { blankRoom } from '../../machines/room.model.ts';
import { readPersonRecord } from '../../src/actors/person.ts';
import { readRoomRecord } from '../../src/actors/room.ts';
import { openStore } from '../../src/store/store.ts';
import { sql } from '../store/support.ts';
import { temporaryFolder, type Bot } from '../support/bot.ts';
import { makeManagedRooms, type ManagedPerson } from '../support/managed-rooms.ts';
import { logIn } from '../support/matrix-http.ts';
import { person } from '../support/people.ts';
import { scripts } from '../support/scripted-agent.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

export interface Size {
  people: number;
  chatsPerPerson: number;
  timeoutMs: number;
}

export function describeManyRooms(name: string, start: () => Promise<TestHomeserver>, size: Size): void {
  const { people, chatsPerPerson, timeoutMs } = size;
  const chats = people * chatsPerPerson;

  describe(`${chats} rooms on ${name}`, () => {
    const world = createWorld(start);

    test(
      'all are restored from an empty state folder, and no later start changes anything',
      async () => {
        const { url, register } = world.homeserver();
        const agent = await world.agent(scripts.echo);
        const folder = await temporaryFolder();
        world.later(() => folder.remove());
        const bot = await world.restartableBot({
          agents: { a: agent.url },
          stateDir: folder.path,
          onboarding: { mode: 'spaces' },
        });
        const session = await logIn(url, bot.userId, 'secret');
        const managed = await makeManagedRooms(session, {
          ...{ people, chatsPerPerson, agent: 'a' },
          ...{ links: 'at once', atOnce: 8 },
        });
        const { person: userId, space, chats: theirs } = managed[0]!;
        const chat = theirs[0]!;
        const [spaceId, chatId] = [space, chat.room].map(encodeURIComponent);
        await session.put(`/rooms/${spaceId}/state/m.space.child/${chatId}`, {});
        await register(userId.slice(1, userId.indexOf(':')), 'secret');
        await session.post(`/rooms/${chatId}/invite`, { user_id: userId });

        /** One start and stop: what it said of reconciling, and what the records say afterwards. */
        async function round(title: string) {
          const started = performance.now();
          const { log } = await bot.start();
          const seconds = ((performance.now() - started) / 1000).toFixed(2);
          console.log(`${name}, ${chats} rooms, ${title}: ${seconds} s until it had caught up`);
          await bot.stop();
          return { report: reportIn(log), ...(await recordsIn(folder.path)) };
        }

        const report = {
          ...{ joined: chats + people, restored: chats, repaired: 1, failedRepairs: 0 },
          ...{ skipped: [], conflicts: 0, backfilled: 0 },
        };
        const first = await round('from an empty state folder');
        expect(first.report).toEqual(report);
        expect(first.people.map(({ context }) => context)).toEqual(managed.map(personContext).sort(byKey('person')));
        expect(first.rooms.map(({ context }) => context)).toEqual(
          managed.flatMap((owner) => owner.chats.map(roomContext)).sort(byKey('room')),
        );

        expect(await round('with its records')).toEqual({ ...first, report: null });
        sql(folder.path, 'DELETE FROM host');
        const nothing = { ...report, restored: 0, repaired: 0 };
        expect(await round('with its records and no sync position')).toEqual({ ...first, report: nothing });

        await rm(folder.path, { recursive: true });
        const { log } = await bot.start();
        expect(reportIn(log)).toEqual({ ...report, repaired: 0 });
        const someone = await person(url, userId, 'secret');
        world.later(() => someone.stop());
        await someone.client.joinRoom(chat.room);
        await someone.say(chat.room, 'hello');
        await someone.message(chat.room, (m) => m.body === 'You said: hello');
        expect(agent.connections.map(({ contextId }) => contextId)).toEqual([chat.contextId]);
      },
      timeoutMs,
    );
  });
}

function reportIn({ lines }: Bot['log']): object | null {
  return lines.find(({ message }) => message === 'reconciled with the homeserver')?.fields ?? null;
}

async function recordsIn(folder: string) {
  const store = await openStore(folder, { fsync: false });
  const all = async <T>(name: 'people' | 'rooms', read: (stored: unknown) => T) => {
    const found: [string, T][] = [];
    for await (const [key, stored] of store[name].entries()) found.push([key, read(stored)]);
    return found.sort(byKey(0)).map(([, record]) => record);
  };
  const found = { people: await all('people', readPersonRecord), rooms: await all('rooms', readRoomRecord) };
  await store.close();
  return found;
}

function byKey<Key extends PropertyKey>(key: Key) {
  return (a: Record<Key, string>, b: Record<Key, string>) => (a[key] < b[key] ? -1 : 1);
}

function personContext({ person, space, chats }: ManagedPerson): PersonContext {
  const known = chats.map(({ number, room, name, archived }) => ({ number, room, name, archived }));
  return {
    person,
    space,
    nextNumber: chats.length + 1,
    chats: known,
    job: null,
    waiting: [],
    failed: null,
    inviting: false,
    saves: [],
    language: null,
    contextId: null,
  };
}

/** What the room of a chat remembers in which nothing has been said since. */
function roomContext({ room, person, number, name, agent, contextId, archived }: ManagedPerson['chats'][number]) {
  const known = { agent: AgentId.parse(agent), contextId: ContextId.parse(contextId) };
  return blankRoom({ room, person, number, name, archived, ...known });
}
