/** What agents say of their own accord: through the room's outbox, once, and to nobody else. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Boundary } from '../../src/actors/boundaries.ts';
import type { Notice } from '../../machines/notices.ts';
import type { App } from '../../src/app.ts';
import { startPushes } from '../../src/pushes/server.ts';
import { botConfig, type BotOptions } from '../support/bot.ts';
import { freePort, post, tokenFile } from '../support/pushing.ts';
import { chunk, END, scripts, STATUS, type AgentScript } from '../support/scripted-agent.ts';
import { contentOf } from '../support/sent-files.ts';
import { bytes, createFileHouse, roomWith, words } from './file-house.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

const RESTART = { timeout: 20_000 };
const goesOn = (on: string, step: number): Notice => ({ key: 'agent goes on', on, step, steps: 3 });

export function describePushes(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`pushes of agents on ${name}`, () => {
    const world = createWorld(start);
    const { house } = createFileHouse(world);

    /** A service whose agent may push, with a person who has said something to it. */
    async function met(script: AgentScript = scripts.echo, more: Partial<BotOptions> = {}) {
      const home = await house(script, { pushes: { host: '127.0.0.1', port: 0 }, ...more });
      const options = { ...home.options, pushTokenFile: tokenFile(home.stateDir) };
      const bot = await world.bot(options);
      const url = await listen(bot.app, { ...options, userId: bot.userId, password: '' }, bot.log);
      const someone = await world.person();
      const room = await roomWith(someone, bot.userId);
      return { ...home, bot, url, someone, room };
    }

    async function listen(app: App, options: BotOptions, log: Parameters<typeof startPushes>[0]['log']) {
      const { agents } = botConfig(options);
      const pushes = await startPushes({
        ...{ host: '127.0.0.1', port: 0, agents: () => agents, take: app.push, log },
      });
      world.later(() => pushes.close());
      return pushes.url;
    }

    async function talking(more: Partial<BotOptions> = {}) {
      const all = await met(scripts.echo, more);
      await all.someone.say(all.room, 'begin');
      await all.someone.message(all.room, (m) => m.body === 'You said: begin');
      const chat = all.agent.connections[0]?.contextId ?? '';
      const fromBot = () => all.someone.timeline(all.room).filter((m) => m.sender === all.bot.userId);
      return { ...all, chat, push: (body: object) => post(all.url, { chat }, body), fromBot };
    }

    test('what has ended comes as a message, once, however often it is pushed', async () => {
      const { someone, room, push, fromBot } = await talking();
      const body = { event_id: 'e1', kind: 'done', text: 'The **report** is ready.<script>x</script>' };
      expect(await push(body)).toEqual({ status: 202, body: { event_id: 'e1', duplicate: false } });
      const said = await someone.message(room, (m) => m.body.startsWith('The **report** is ready.'));
      expect(said.msgtype).toBe('m.text');
      expect(said.raw.content?.formatted_body).toContain('<strong>report</strong>');
      expect(said.raw.content?.formatted_body).not.toContain('<script>');
      expect(await push(body)).toEqual({ status: 200, body: { event_id: 'e1', duplicate: true } });
      expect((await push({ ...body, text: 'Something else.' })).status).toBe(409);
      await someone.say(room, 'later');
      await someone.message(room, (m) => m.body === 'You said: later');
      expect(fromBot().filter((m) => m.body.includes('report') || m.body.includes('else'))).toHaveLength(1);
    });

    test('what goes on is one quiet notice, which changes and goes with the end of its task', async () => {
      const { someone, room, push, fromBot } = await talking();
      const step = (text: string, number: number) => ({
        ...{ event_id: `s${number}`, kind: 'progress', task_id: 't', text, step: number, steps: 3 },
      });
      expect((await push(step('Reading 4f9a8b7c6d5e4f3a2b1c', 1))).status).toBe(202);
      const { eventId, msgtype } = await someone.message(room, (m) => m.body === words(goesOn('Reading …', 1)));
      expect(msgtype).toBe('m.notice');
      await push(step('Writing', 2));
      expect((await someone.message(room, (m) => m.body === words(goesOn('Writing', 2)))).eventId).toBe(eventId);
      expect((await push({ event_id: 'end', kind: 'failed', task_id: 't' })).status).toBe(202);
      const failed = await someone.message(room, (m) => m.body === words({ key: 'agent failed' }));
      expect([failed.msgtype, failed.mentions]).toEqual(['m.text', [someone.userId]]);
      await someone.waitFor(room, () => fromBot().every((m) => m.eventId !== eventId));
    });

    test('it does not part an answer that grows, and comes behind it', async () => {
      const { someone, room, url, agent, bot } = await met(async () => undefined as never, {
        reply: { firstEditMs: 1 },
      });
      await someone.say(room, 'begin');
      const connection = await agent.connection();
      connection.send(STATUS);
      await connection.next();
      connection.send(chunk('The beginning of an answer'));
      await someone.message(room, (m) => m.body.startsWith('The beginning'));
      const body = { event_id: 'e1', kind: 'done', text: 'Something else is done.' };
      expect((await post(url, { chat: connection.contextId }, body)).status).toBe(202);
      connection.send(chunk(', and its end.'));
      await someone.message(room, (m) => m.body === 'The beginning of an answer, and its end.');
      expect(someone.timeline(room).filter((m) => m.body === 'Something else is done.')).toEqual([]);
      connection.send(END);
      await someone.message(room, (m) => m.body === 'Something else is done.');
      const last = someone.timeline(room).filter((m) => m.sender === bot.userId);
      expect(last.slice(-2).map((m) => m.body)).toEqual([
        'The beginning of an answer, and its end.',
        'Something else is done.',
      ]);
    });

    test('it brings files of the workspace, and of nowhere else', async () => {
      const { someone, room, push, workspace } = await talking();
      mkdirSync(path.join(workspace, 'out'));
      writeFileSync(path.join(workspace, 'out/report.txt'), 'All of it.');
      const files = ['/workspace/out/report.txt', '../../etc/passwd'];
      expect((await push({ event_id: 'e1', kind: 'done', text: 'Here it is.', files })).status).toBe(202);
      const file = await someone.message(room, (m) => m.body === 'report.txt');
      expect(await contentOf(someone, file)).toEqual(bytes('All of it.'));
      const failed = [{ path: '../../etc/passwd', why: 'outside' as const }];
      await someone.message(room, (m) => m.body === words({ key: 'files were not sent', files: failed }));
      const bodies = someone.timeline(room).map((m) => m.body);
      expect(bodies.indexOf('Here it is.')).toBeLessThan(bodies.indexOf('report.txt'));
    });

    test('after !clear the old conversation is gone, and only its own agent reaches a room', async () => {
      const { someone, room, push, chat, url, agent } = await talking();
      await someone.say(room, '!clear');
      await someone.message(room, (m) => m.body === words({ key: 'cleared', waiting: 0 }));
      const body = { event_id: 'e1', kind: 'done', text: 'Too late.' };
      expect((await push(body)).status).toBe(410);
      expect((await post(url, { chat: '1' }, body)).status).toBe(404);
      expect((await post(url, { chat, token: 'wrong' }, body)).status).toBe(403);
      expect((await post(url, { chat, token: null }, body)).status).toBe(401);
      expect((await post(url, { chat, agent: 'b' }, body)).status).toBe(403);
      await someone.say(room, 'again');
      await someone.message(room, (m) => m.body === 'You said: again');
      const next = agent.connections.at(-1)?.contextId ?? '';
      expect((await post(url, { chat: next }, body)).status).toBe(202);
      await someone.message(room, (m) => m.body === 'Too late.');
    });

    test('the conversation of another agent is not there for this one, whoever shares it with whom', async () => {
      const [ann, bob, agent] = [await world.person(), await world.person(), await world.agent(scripts.echo)];
      const home = await house(scripts.echo, { pushes: { host: '127.0.0.1', port: 0 } });
      const options = {
        ...home.options,
        agents: { a: agent.url, b: agent.url },
        userAgents: { [ann.userId]: 'a', [bob.userId]: 'b' },
        pushTokenFile: tokenFile(home.stateDir),
      };
      const bot = await world.bot(options);
      const url = await listen(bot.app, { ...options, userId: bot.userId, password: '' }, bot.log);
      const room = await roomWith(ann, bot.userId);
      await ann.say(room, 'begin');
      await ann.message(room, (m) => m.body === 'You said: begin');
      const chat = agent.connections[0]?.contextId ?? '';
      const body = { event_id: 'e1', kind: 'done', text: 'For Ann.' };
      expect((await post(url, { chat, agent: 'b' }, body)).status).toBe(404);
      expect((await post(url, { chat }, { ...body, user_id: bob.userId })).status).toBe(400);
      expect((await post(url, { chat }, { ...body, user_id: ann.userId })).status).toBe(202);
      await ann.message(room, (m) => m.body === 'For Ann.');
    });

    test('the body of the earlier system is taken as it was', async () => {
      const { someone, room, push, chat } = await talking();
      const old = (type: string, payload: object, id = type) => ({
        ...{ event_id: id, user_id: someone.userId, chat_id: chat, type, payload },
        created_at: '2026-04-01T10:00:00Z',
      });
      expect((await push(old('task_progress', { message: 'half of it', task_id: 7 }))).status).toBe(202);
      await someone.message(room, (m) => m.body.includes('half of it'));
      expect((await push(old('task_done', { result: 'All of it.', task_id: 7 }))).status).toBe(202);
      await someone.message(room, (m) => m.body === 'All of it.');
      expect((await push(old('task_error', { error: 'It broke.' }))).status).toBe(202);
      await someone.message(room, (m) => m.body === 'It broke.');
      expect((await push({ ...old('task_done', {}, 'other'), chat_id: '1' })).status).toBe(400);
    });

    test('people with one memory in all rooms read it where they spoke last', async () => {
      const { someone, room, bot, push, chat } = await talking({ context: { scope: 'person' } });
      const second = await roomWith(someone, bot.userId);
      await someone.say(second, 'here');
      await someone.message(second, (m) => m.body === 'You said: here');
      const body = { event_id: 'e1', kind: 'done', text: 'It is done.' };
      expect((await push(body)).status).toBe(202);
      await someone.message(second, (m) => m.body === 'It is done.');
      await someone.say(room, 'there');
      await someone.message(room, (m) => m.body === 'You said: there');
      expect([chat, (await push(body)).body]).toEqual(['0', { event_id: 'e1', duplicate: true }]);
    });

    test.each<{ at: Boundary }>([
      { at: 'record decided' },
      { at: 'record written' },
      { at: 'effect about to be sent' },
      { at: 'effect sent' },
      { at: 'effect acknowledged' },
    ])('a kill neither loses nor doubles it: $at', async ({ at }) => {
      const home = await house(scripts.echo);
      const port = await freePort();
      const bot = await world.killableBot({
        ...{ ...home.options, pushes: { host: '127.0.0.1', port }, pushTokenFile: tokenFile(home.stateDir) },
      });
      const first = bot.start();
      await first.running;
      const someone = await world.person();
      const room = await roomWith(someone, bot.userId);
      await someone.say(room, 'begin');
      await someone.message(room, (m) => m.body === 'You said: begin');
      const chat = home.agent.connections[0]?.contextId ?? '';
      const url = `http://127.0.0.1:${port}`;
      const long = { event_id: 'e1', kind: 'done', text: `It is done. ${'Word by word. '.repeat(1_000)}` };
      await first.arm({ boundary: at, nth: 1 });
      const before = await post(url, { chat }, long).catch(() => null);
      expect(await first.ended).toBe('SIGKILL');

      await bot.start().running;
      const after = await post(url, { chat }, long);
      expect(after.status).toBeLessThan(300);
      if (before !== null) expect(after.body).toEqual({ event_id: 'e1', duplicate: true });
      await someone.message(room, (m) => m.body.startsWith('It is done.'), RESTART);
      await someone.say(room, 'and now');
      await someone.message(room, (m) => m.body === 'You said: and now', RESTART);
      const said = someone.timeline(room).filter((m) => m.sender === bot.userId && m.body.startsWith('It is done.'));
      expect(said).toHaveLength(1);
    });
  });
}
