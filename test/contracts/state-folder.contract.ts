/** What becomes of the people when the state folder is damaged, of another version, taken away, or a second one is there. */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Notice } from '../../machines/notices.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { sql } from '../store/support.ts';
import { temporaryFolder } from '../support/bot.ts';
import { startCommand } from '../support/command.ts';
import type { Person } from '../support/people.ts';
import { chunk, scripts, STATUS, type AgentScript } from '../support/scripted-agent.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { until } from '../support/until.ts';
import { createWorld } from './world.ts';

const words = (notice: Notice) => renderNotice(en)(notice).body;
const damaged = words({ key: 'notes were damaged' });

/** Says nothing to the first text, and answers all later ones. */
function silentFirst(): AgentScript {
  let connections = 0;
  return async (connection) => {
    if (++connections > 1) return scripts.echo(connection);
    connection.send(STATUS);
    await connection.next();
    await connection.closed;
  };
}

export function describeStateFolder(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`a state folder on ${name}`, () => {
    const world = createWorld(start);

    const said = (someone: Person, room: string, body: string) =>
      someone.timeline(room).filter((message) => message.body === body).length;

    describe('with half a record', () => {
      test('of a room: a copy is kept, the room is told once over any kills, and goes on', async () => {
        const agent = await world.agent(silentFirst());
        const bot = await world.killableBot({ agents: { a: agent.url } });
        const someone = await world.person();
        const first = bot.start();
        await first.running;
        const room = await someone.createDm(bot.userId);
        await someone.message(room, (m) => m.sender === bot.userId);
        await someone.say(room, 'the question');
        await until(() => agent.messages.length === 1);
        await first.kill();
        sql(bot.stateDir, 'UPDATE rooms SET record = substr(record, 1, length(record) / 2)');
        const half = sql(bot.stateDir, 'SELECT id, record AS document FROM rooms');

        // Before its record is replaced, and after.
        expect(await bot.start({ boundary: 'record decided', nth: 1 }).ended).toBe('SIGKILL');
        expect(await bot.start({ boundary: 'record written', nth: 1 }).ended).toBe('SIGKILL');
        const second = bot.start();
        await second.running;
        await someone.message(room, (m) => m.body === damaged);
        await someone.say(room, 'and again');
        await someone.message(room, (m) => m.body === 'You said: and again');
        expect(said(someone, room, damaged)).toBe(1);
        expect(sql(bot.stateDir, "SELECT id, document FROM damaged WHERE part = 'rooms'")).toEqual(half);
        const contexts = new Set(agent.connections.map(({ contextId }) => contextId));
        expect(contexts.size).toBe(1);
      });

      test('of a person: it is made anew from the homeserver, they are told once, their chats stay', async () => {
        const agent = await world.agent(scripts.echo);
        const bot = await world.restartableBot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
        const someone = await world.person();
        const { stateDir } = bot;
        await mkdir(path.join(stateDir, 'workspace', 'a'), { recursive: true });
        await bot.start();
        const entry = await someone.createDm(bot.userId);
        const chat = await someone.invite((invited) => invited.name === 'Chat 1');
        await someone.client.joinRoom(chat);
        await someone.say(chat, 'before');
        await someone.message(chat, (m) => m.body === 'You said: before');
        await bot.stop();
        sql(stateDir, 'UPDATE people SET record = \'{"version":1,"machine":"person"\'');
        const { app, log } = await bot.start();
        await someone.message(entry, (m) => m.body === damaged);
        await someone.say(chat, '!new');
        await someone.invite((invited) => invited.name === 'Chat 2');
        expect({ ...app.health(), lastSyncAgeMs: 0 }).toEqual({
          ...{ state: 'running', lastSyncAgeMs: 0, syncStaleAfterMs: 90_000, storeWritable: true, parkedRooms: 0 },
          ...{ trouble: null, suspended: null, refusedMessages: 0, damagedRecords: 1, workspaces: [], registry: null },
        });
        const lines = log.lines.filter(({ message }) => message === 'record is damaged, a copy is kept');
        expect(lines.map(({ level, fields }) => [level, (fields as { actor: string }).actor])).toEqual([
          ['error', someone.userId],
        ]);
        await bot.stop();
        await bot.start();
        await someone.say(chat, 'after');
        await someone.message(chat, (m) => m.body === 'You said: after');
        expect([said(someone, entry, damaged), said(someone, chat, damaged)]).toEqual([1, 0]);
      });
    });

    describe('without a record', () => {
      /** Two rooms of one person; the text to the second is with the agent when the process is killed. */
      async function killedInATurn() {
        const agent = await world.agent(silentFirst());
        const bot = await world.killableBot({ agents: { a: agent.url } });
        const someone = await world.person();
        const first = bot.start();
        await first.running;
        const rooms = [];
        for (let made = 0; made < 2; made++) {
          const room = await someone.createDm(bot.userId);
          await someone.message(room, (m) => m.sender === bot.userId);
          rooms.push(room);
        }
        const [other, room] = rooms as [string, string];
        await someone.say(room, 'the question');
        await until(() => agent.messages.length === 1);
        await first.kill();
        const lines = () => [said(someone, other, damaged), said(someone, room, damaged)];
        return { agent, bot, someone, other, room, lines };
      }

      test('of one room: that room is told once over any kills, keeps its memory, and goes on', async () => {
        const { agent, bot, someone, room, lines } = await killedInATurn();
        sql(bot.stateDir, 'DELETE FROM rooms WHERE id = ?', room);
        // Before its record is there again, and after.
        expect(await bot.start({ boundary: 'record decided', nth: 1 }).ended).toBe('SIGKILL');
        expect(await bot.start({ boundary: 'record written', nth: 1 }).ended).toBe('SIGKILL');
        const second = bot.start();
        await second.running;
        await someone.message(room, (m) => m.body === damaged);
        await someone.say(room, 'and again');
        await someone.message(room, (m) => m.body === 'You said: and again');
        await second.kill('SIGTERM');
        await bot.start().running;
        await someone.say(room, 'and once more');
        await someone.message(room, (m) => m.body === 'You said: and once more');
        expect(lines()).toEqual([0, 1]);
        expect(new Set(agent.connections.map(({ contextId }) => contextId)).size).toBe(1);
      });

      test('of any room, where the sync position is known: each is told once', async () => {
        const { bot, someone, other, room, lines } = await killedInATurn();
        sql(bot.stateDir, 'DELETE FROM rooms');
        const second = bot.start();
        await second.running;
        await someone.message(room, (m) => m.body === damaged);
        await someone.message(other, (m) => m.body === damaged);
        await someone.say(room, 'and again');
        await someone.message(room, (m) => m.body === 'You said: and again');
        expect(lines()).toEqual([1, 1]);
      });

      test('of a room that its person writes into while nobody is there: they are told before they are answered', async () => {
        const { bot, someone, room, lines } = await killedInATurn();
        sql(bot.stateDir, 'DELETE FROM rooms WHERE id = ?', room);
        await someone.say(room, 'and again');
        await bot.start().running;
        await someone.message(room, (m) => m.body === 'You said: and again');
        const bodies = someone.timeline(room).map(({ body }) => body);
        expect(lines()).toEqual([0, 1]);
        expect(bodies.indexOf(damaged)).toBeLessThan(bodies.indexOf('You said: and again'));
      });

      test('of a numbered chat, or of a person: they are told once, and chats go on', async () => {
        const agent = await world.agent(scripts.echo);
        const bot = await world.restartableBot({ agents: { a: agent.url }, onboarding: { mode: 'spaces' } });
        const someone = await world.person();
        await bot.start();
        const entry = await someone.createDm(bot.userId);
        const chat = await someone.invite((invited) => invited.name === 'Chat 1');
        await someone.client.joinRoom(chat);
        await someone.say(chat, 'before');
        await someone.message(chat, (m) => m.body === 'You said: before');
        const goesOn = async (text: string) => {
          await someone.say(chat, text);
          await someone.message(chat, (m) => m.body === `You said: ${text}`);
          return [said(someone, entry, damaged), said(someone, chat, damaged)];
        };
        await bot.stop();
        sql(bot.stateDir, 'DELETE FROM rooms WHERE id = ?', chat);
        await bot.start();
        await someone.message(chat, (m) => m.body === damaged);
        expect(await goesOn('after')).toEqual([0, 1]);
        await bot.stop();
        sql(bot.stateDir, 'DELETE FROM people');
        await bot.start();
        await someone.message(entry, (m) => m.body === damaged);
        expect(await goesOn('at last')).toEqual([1, 1]);
        await bot.stop();
        await bot.start();
        expect(await goesOn('in the end')).toEqual([1, 1]);
      });
    });

    test.each(['{"half":', '{"no":"letter"}'])(
      'a dead letter %s is kept, and its room is told once',
      async (letter) => {
        const agent = await world.agent(scripts.echo);
        const bot = await world.restartableBot({ agents: { a: agent.url } });
        const someone = await world.person();
        await bot.start();
        const room = await someone.createDm(bot.userId);
        await someone.message(room, (m) => m.sender === bot.userId);
        await bot.stop();
        sql(bot.stateDir, 'INSERT INTO dead_letters (number, actor, letter) VALUES (1, ?, ?)', room, letter);
        await bot.start();
        await someone.message(room, (m) => m.body === damaged);
        await someone.say(room, 'hello');
        await someone.message(room, (m) => m.body === 'You said: hello');
        await bot.stop();
        expect([
          sql(bot.stateDir, 'SELECT part, id, document FROM damaged'),
          sql(bot.stateDir, 'SELECT * FROM dead_letters'),
          said(someone, room, damaged),
        ]).toEqual([[{ part: 'dead_letters', id: room, document: letter }], [], 1]);
      },
    );

    describe('of an account that is served already', () => {
      /** A service that says every 200 ms that it lives, with a chat, and the folder of another one. */
      async function served() {
        const agent = await world.agent(scripts.echo);
        const bot = await world.restartableBot({ agents: { a: agent.url } });
        const someone = await world.person();
        const first = await bot.start({}, { leaseMs: 200 });
        const room = await someone.createDm(bot.userId);
        await someone.message(room, (m) => m.sender === bot.userId);
        const folder = await temporaryFolder();
        world.later(() => folder.remove());
        const ask = async (text: string) => {
          await someone.say(room, text);
          await someone.message(room, (m) => m.body === `You said: ${text}`);
        };
        const answers = () => someone.timeline(room).flatMap(({ body }) => (/^You said: /.test(body) ? [body] : []));
        return { agent, bot, first, other: folder.path, someone, room, ask, answers };
      }

      test('ends with 3 and what to do, and the first goes on', async () => {
        const { bot, agent, other, ask, answers } = await served();
        const second = startCommand(['start'], {
          MATRIX_HOMESERVER: world.homeserver().url,
          MATRIX_USER_ID: bot.userId,
          MATRIX_PASSWORD: 'secret',
          MATRIX_PLATFORM_BACKEND: 'mock',
          STATE_DIR: other,
        });
        world.later(() => second.kill('SIGKILL'));
        const { code, err } = await second.finished;
        expect([code, err]).toEqual([
          3,
          `Another service speaks for ${bot.userId}, from another state folder. Stop that one first, or start this one ` +
            'with --take-over, which makes that one end.\n',
        ]);
        await ask('hello');
        expect([answers(), agent.messages.length]).toEqual([['You said: hello'], 1]);
      });

      test('takes it over where it is told to: the first ends and says nothing more', async () => {
        const { bot, agent, first, other, ask, answers } = await served();
        await ask('one');
        const { log } = await bot.rival({ stateDir: other }, { leaseMs: 200, takeOver: true });
        expect(await first.app.ended).toEqual(
          expect.objectContaining({
            name: 'AccountInUse',
            message: expect.stringMatching(/^Another service took /) as unknown,
          }),
        );
        await ask('two');
        expect([answers(), agent.messages.map(({ text }) => text)]).toEqual([
          ['You said: one', 'You said: two'],
          ['one', 'two'],
        ]);
        expect(log.lines.filter(({ message }) => message === 'booted')).toHaveLength(1);
      });

      test('gets it when the first stops; after a kill the same folder has it at once', async () => {
        const { agent, bot, other, ask } = await served();
        await bot.stop();
        const second = await bot.rival({ stateDir: other }, { leaseMs: 200 });
        await ask('one');
        await second.app.stop();

        const killed = await world.killableBot({ agents: { a: agent.url } });
        const process = killed.start();
        await process.running;
        await process.kill();
        // Nobody waits for what the one that was killed said last.
        const again = killed.start();
        await again.running;
        expect(await again.kill('SIGTERM')).toBe('0');
      });

      test('a folder that is removed under a running service ends that one; the next on the same path serves', async () => {
        const { bot, agent, first, ask, answers } = await served();
        await ask('one');
        await rm(bot.stateDir, { recursive: true });
        const second = await bot.rival({}, { leaseMs: 200 }).catch((error: unknown) => error);
        expect(await first.app.ended).toEqual(
          expect.objectContaining({
            name: 'FolderLost',
            message: expect.stringMatching(/^The state folder .+ was removed or replaced/) as unknown,
          }),
        );
        // It saw the first one live, or got the account when that one ended.
        if (second instanceof Error) await bot.rival({}, { leaseMs: 200 });
        await ask('two');
        expect([answers(), agent.messages.map(({ text }) => text)]).toEqual([
          ['You said: one', 'You said: two'],
          ['one', 'two'],
        ]);
      });
    });

    test('keeps no answer that nobody will ask for: of a turn that is cleared, or that no record names', async () => {
      const long = `${'A long answer, line after line. '.repeat(40)}\n\n`.repeat(10);
      const agent = await world.agent(async (connection) => {
        connection.send(STATUS);
        await connection.next();
        connection.send(chunk(long));
        await connection.closed;
      });
      const bot = await world.restartableBot({ agents: { a: agent.url } });
      const someone = await world.person();
      await bot.start();
      const room = await someone.createDm(bot.userId);
      await someone.message(room, (m) => m.sender === bot.userId);
      for (const text of ['one', 'two', 'three']) {
        await someone.say(room, text);
        const turn = await agent.connection();
        await until(() => agent.messages.some((message) => message.text === text));
        await someone.message(room, (m) => m.body.includes('A long answer'));
        await someone.say(room, '!clear');
        await turn.closed;
      }
      await until(() => said(someone, room, words({ key: 'cleared', waiting: 0 })) === 3);
      await bot.stop();
      expect(sql(bot.stateDir, 'SELECT room, name FROM answers')).toEqual([]);
      sql(bot.stateDir, "INSERT INTO answers (room, name, markdown) VALUES (?, 'turn-2', '# Two')", room);
      sql(bot.stateDir, "INSERT INTO answers (room, name, markdown) VALUES ('!gone:test', 'turn-1', '# One')");
      await bot.start();
      expect(sql(bot.stateDir, 'SELECT room, name FROM answers')).toEqual([]);
    });

    test('with a record of a newer version is left as it is: no start, a sentence, an exit code', async () => {
      const agent = await world.agent(scripts.echo);
      const bot = await world.restartableBot({ agents: { a: agent.url } });
      const someone = await world.person();
      await bot.start();
      const room = await someone.createDm(bot.userId);
      await someone.message(room, (m) => m.sender === bot.userId);
      await bot.stop();
      sql(bot.stateDir, "UPDATE rooms SET record = json_set(record, '$.version', 3)");
      const before = sql(bot.stateDir, 'SELECT * FROM rooms');
      await expect(bot.start()).rejects.toThrow(
        `The record of ${room} was written by a newer version of this service (it has version 3, known is 2), ` +
          'so this one does not start; nothing was changed.',
      );
      expect(sql(bot.stateDir, 'SELECT * FROM rooms')).toEqual(before);
      // The newer one is there again.
      sql(bot.stateDir, "UPDATE rooms SET record = json_set(record, '$.version', 2)");
      await bot.start();
      await someone.say(room, 'hello');
      await someone.message(room, (m) => m.body === 'You said: hello');
    });
  });
}
