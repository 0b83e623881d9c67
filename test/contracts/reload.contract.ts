/** The registry file changes under a running service: what is valid applies at once, what is not changes nothing. */
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { InspectionEvent } from 'xstate';
import { describe, expect, test } from 'vitest';
import type { Notice } from '../../machines/notices.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { temporaryFolder } from '../support/bot.ts';
import { greetingOf } from '../support/greeting.ts';
import { lastWords, says, startModelProvider, type ModelRequest } from '../support/model-provider.ts';
import type { Person } from '../support/people.ts';
import { chunk, END, type AgentScript } from '../support/scripted-agent.ts';
import { until } from '../support/until.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld, type RestartableBot } from './world.ts';

const words = (notice: Notice) => renderNotice(en)(notice).body;
const CONTACT = 'Ask Ann.';
const refusal = words({ key: 'no agent for you', contact: CONTACT });
const changedTo = (agent: string) => words({ key: 'agent changed', agent });

/** Answers with the name of the agent; what is `slow` waits for the gate. */
const named =
  (session: string, gate: Promise<void>): AgentScript =>
  async (connection) => {
    connection.send({ type: 'STATUS', session });
    for (;;) {
      const { text } = await connection.next();
      connection.send(chunk(`${session}: ${String(text)}`));
      if (text === 'slow') await gate;
      connection.send(END);
    }
  };

interface Written {
  agents: Record<string, string | object>;
  people?: Record<string, string>;
  access?: object;
  policy?: object;
}

export function describeReload(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`another registry on ${name}`, () => {
    const world = createWorld(start);

    async function house() {
      const folder = await temporaryFolder();
      world.later(() => folder.remove());
      const file = path.join(folder.path, 'agents.yaml');
      const textOf = ({ agents, people = {}, access = {}, policy = {} }: Written) =>
        JSON.stringify({
          agents: Object.entries(agents).map(([id, is]) => ({
            ...{ id, workspace_path: path.join(folder.path, 'files', id) },
            ...(typeof is === 'string' ? { base_url: is } : is),
          })),
          user_agents: people,
          policy: {
            ...{ onboarding: { mode: 'dm' }, reply: { first_edit_ms: 200 } },
            ...{ access: { allowed: ['@*:*'], contact: CONTACT, ...access }, ...policy },
          },
        });
      /** As editors do it: another file takes the place. */
      const write = (text: string) => {
        writeFileSync(`${file}.new`, text);
        renameSync(`${file}.new`, file);
      };
      return { folder: folder.path, file, textOf, write };
    }

    /** Agents by name, and how to let those go on that are asked something slow. */
    async function namedAgents(...names: string[]) {
      const { promise: gate, resolve: open } = Promise.withResolvers<void>();
      const agents = Object.fromEntries(
        await Promise.all(names.map(async (id) => [id, await world.agent(named(id, gate))] as const)),
      );
      const urls = Object.fromEntries(Object.entries(agents).map(([id, { url }]) => [id, url]));
      const heard = () =>
        Object.fromEntries(Object.entries(agents).map(([id, { messages }]) => [id, messages.map(({ text }) => text)]));
      return { urls, heard, open };
    }

    const told = (bot: RestartableBot, message: string) =>
      bot.lines().flatMap((line) => (line.message === message ? [line.fields] : []));
    const APPLIED = 'registry applied';
    const REFUSED = 'registry refused, the one before stays';

    /** Resolves when the service has said this so many times. */
    const hasSaid = (bot: RestartableBot, message: string, times = 1) =>
      until(() => told(bot, message).length >= times);

    async function ask(someone: Person, room: string, text: string, answer: string): Promise<void> {
      await someone.say(room, text);
      await someone.message(room, (m) => m.body === answer);
    }

    async function meet(someone: Person, bot: { userId: string }): Promise<string> {
      const room = await someone.createDm(bot.userId);
      await someone.message(room, (m) => m.sender === bot.userId);
      return room;
    }

    const saidBy = (bot: { userId: string }, someone: Person, room: string) =>
      someone.timeline(room).flatMap(({ sender, body }) => (sender === bot.userId ? [body] : []));

    test('a person with another agent is told once; what runs ends with the one before, what comes is for the new one', async () => {
      const { urls, heard, open } = await namedAgents('a', 'b');
      const { file, textOf, write } = await house();
      const [ann, bob] = [await world.person(), await world.person()];
      write(textOf({ agents: urls, people: { [ann.userId]: 'a', [bob.userId]: 'a' } }));
      const bot = await world.restartableBot({ agents: {}, registryFile: file });
      const { app } = await bot.start();
      const [room, bobs] = [await meet(ann, bot), await meet(bob, bot)];
      await ask(bob, bobs, 'hello', 'a: hello');
      await ann.say(room, 'slow');
      await until(() => heard()['a']?.includes('slow'));
      write(textOf({ agents: urls, people: { [ann.userId]: 'b', [bob.userId]: 'a' } }));
      await ann.message(room, (m) => m.body === changedTo('b'));
      await ann.say(room, 'two');
      open();
      await ann.message(room, (m) => m.body === 'b: two');
      await ask(bob, bobs, 'again', 'a: again');
      await ask(ann, room, 'three', 'b: three');
      const greeting = greetingOf(ann, 'a', { defaultAgent: false, inSpace: false });
      expect(saidBy(bot, ann, room)).toEqual(
        expect.arrayContaining([greeting, 'a: slow', changedTo('b'), 'b: two', 'b: three']),
      );
      const count = (someone: Person, where: string) =>
        saidBy(bot, someone, where).filter((said) => said === changedTo('b')).length;
      expect([count(ann, room), count(bob, bobs)]).toEqual([1, 0]);
      expect(heard()).toEqual({ a: ['hello', 'slow', 'again'], b: ['two', 'three'] });
      expect(told(bot, APPLIED)).toEqual([
        {
          file,
          agents: { added: [], removed: [], changed: [] },
          people: { moved: 1, first: [ann.userId] },
        },
      ]);
      expect(app.health().registry).toEqual({ since: expect.any(String) as unknown, problems: [], atNextStart: [] });
    });

    test('a room that is not in memory hears of it when it is loaded, once', async () => {
      const { urls, heard } = await namedAgents('a', 'b');
      const { file, textOf, write } = await house();
      const ann = await world.person();
      write(textOf({ agents: urls, people: { [ann.userId]: 'a' } }));
      const bot = await world.restartableBot({ agents: {}, registryFile: file });
      const gone: string[] = [];
      const inspect = (event: InspectionEvent) => {
        if (event.type !== '@xstate.snapshot' || event.snapshot.status !== 'done') return;
        gone.push(String((event.snapshot.output as { key?: string } | undefined)?.key));
      };
      await bot.start({}, { evictAfterMs: 100, inspect });
      const room = await meet(ann, bot);
      await ask(ann, room, 'one', 'a: one');
      gone.length = 0;
      await until(() => gone.includes(room));
      write(textOf({ agents: urls, people: { [ann.userId]: 'b' } }));
      await hasSaid(bot, APPLIED);
      await ask(ann, room, 'two', 'b: two');
      gone.length = 0;
      await until(() => gone.includes(room));
      await ask(ann, room, 'three', 'b: three');
      const greeting = greetingOf(ann, 'a', { defaultAgent: false, inSpace: false });
      expect(saidBy(bot, ann, room)).toEqual([greeting, 'a: one', changedTo('b'), 'b: two', 'b: three']);
      expect(heard()).toEqual({ a: ['one'], b: ['two', 'three'] });
    });

    test('a file with problems changes nothing, and is told once; mended it is applied', async () => {
      const { urls, heard } = await namedAgents('a', 'b');
      const { file, textOf, write } = await house();
      const ann = await world.person();
      write(textOf({ agents: urls, people: { [ann.userId]: 'a' } }));
      const bot = await world.restartableBot({ agents: {}, registryFile: file });
      const { app } = await bot.start();
      const room = await meet(ann, bot);
      const before = app.health().registry?.since;
      write('agents: [');
      await hasSaid(bot, REFUSED);
      expect(app.health().registry).toEqual({
        since: before,
        problems: [expect.stringMatching(/^agents\.yaml, line 1, column \d+ is not YAML: .+ -> .+$/)],
        atNextStart: [],
      });
      await ask(ann, room, 'one', 'a: one');
      write('agents: [');
      const wrong = textOf({ agents: { ...urls, c: 'ftp://c' }, people: { [ann.userId]: 'd' } });
      write(wrong);
      await hasSaid(bot, REFUSED, 2);
      const problems = [
        expect.stringMatching(/^agents\.yaml: agents\[2\]\.base_url "ftp:\/\/c" .+ -> .+$/),
        expect.stringMatching(
          /^agents\.yaml: user_agents\["@.+"\] "d" is not an agent in this file -> did you mean "a"\?$/,
        ),
      ];
      expect(told(bot, REFUSED).at(-1)).toEqual({ file, problems });
      app.reload();
      await hasSaid(bot, REFUSED, 3);
      await ask(ann, room, 'two', 'a: two');
      write(textOf({ agents: urls, people: { [ann.userId]: 'b' } }));
      await ann.message(room, (m) => m.body === changedTo('b'));
      await ask(ann, room, 'three', 'b: three');
      expect(heard()).toEqual({ a: ['one', 'two'], b: ['three'] });
      expect([told(bot, REFUSED).length, told(bot, APPLIED).length]).toEqual([3, 1]);
      expect(app.health().registry?.problems).toEqual([]);
      expect(app.health().registry?.since).not.toBe(before);
    });

    test('people and agents come and go: who is taken out is refused, in memory of the agent nothing is lost', async () => {
      const { urls, heard } = await namedAgents('a', 'b');
      const { file, textOf, write, folder } = await house();
      const [ann, bob] = [await world.person(), await world.person()];
      const { a = '', b = '' } = urls;
      const deny = { access: { unmapped: 'deny' } };
      write(textOf({ agents: { a }, people: { [ann.userId]: 'a' }, ...deny }));
      const bot = await world.restartableBot({ agents: {}, registryFile: file });
      const { app } = await bot.start();
      const room = await meet(ann, bot);
      const bobs = await bob.createDm(bot.userId);
      await bob.message(bobs, (m) => m.body === refusal);
      await ask(ann, room, 'one', 'a: one');

      // An agent comes with a person of its own.
      write(textOf({ agents: { a, b }, people: { [ann.userId]: 'a', [bob.userId]: 'b' }, ...deny }));
      await bob.message(bobs, (m) => m.body === greetingOf(bob, 'b', { defaultAgent: false, inSpace: false }));
      await ask(bob, bobs, 'hello', 'b: hello');
      const missing = path.join(folder, 'files', 'b');
      await until(() => app.health().workspaces.some(({ agent }) => agent === 'b'));
      expect(app.health().workspaces.map(({ agent }) => agent)).toEqual(['a', 'b']);

      // Its folder is made; the other agent goes, and its person with it.
      mkdirSync(missing, { recursive: true });
      write(textOf({ agents: { b }, people: { [bob.userId]: 'b' }, ...deny }));
      await ann.message(room, (m) => m.body === refusal);
      await ann.say(room, 'two');
      await ask(bob, bobs, 'still', 'b: still');
      await until(() => app.health().workspaces.length === 0);

      write(textOf({ agents: { b, a }, people: { [bob.userId]: 'b', [ann.userId]: 'a' }, ...deny }));
      await hasSaid(bot, APPLIED, 3);
      await ask(ann, room, 'three', 'a: three');
      expect(saidBy(bot, ann, room).filter((said) => said === refusal)).toEqual([refusal]);
      expect(heard()).toEqual({ a: ['one', 'three'], b: ['hello', 'still'] });
      expect(told(bot, APPLIED).map((fields) => (fields as { agents: object }).agents)).toEqual([
        { added: ['b'], removed: [], changed: [] },
        { added: [], removed: ['a'], changed: [] },
        { added: ['a'], removed: [], changed: [] },
      ]);
    });

    test('another address counts from the next connection on, and what has to wait for a start is named once', async () => {
      const { urls, heard } = await namedAgents('a', 'b');
      const { file, textOf, write } = await house();
      const ann = await world.person();
      const { a = '', b = '' } = urls;
      write(textOf({ agents: { one: a } }));
      const bot = await world.restartableBot({ agents: {}, registryFile: file });
      const { app } = await bot.start();
      const room = await meet(ann, bot);
      await ask(ann, room, 'one', 'a: one');
      const policy = { policy: { language: 'ru', limits: { status_ms: 4000 }, clear: { confirm: true } } };
      write(textOf({ agents: { one: b }, ...policy }));
      const WAITS = 'registry has changes that take effect at the next start';
      await hasSaid(bot, WAITS);
      await ask(ann, room, 'two', 'b: two');
      write(textOf({ agents: { one: a }, ...policy }));
      await hasSaid(bot, APPLIED, 2);
      await ask(ann, room, 'three', 'a: three');
      expect(told(bot, WAITS)).toEqual([{ file, keys: ['policy.limits.status_ms', 'policy.language'] }]);
      expect(app.health().registry?.atNextStart).toEqual(['limits.status_ms', 'language']);
      await ask(ann, room, '!clear', words({ key: 'clear is meant?', oneMemory: false }));
      expect(heard()).toEqual({ a: ['one', 'three'], b: ['two'] });
      expect(app.config().policy.language).toBe('en');
    });

    test('a mounted ConfigMap, whose files are swapped behind a link', async () => {
      const { urls } = await namedAgents('a', 'b');
      const { folder, textOf } = await house();
      const ann = await world.person();
      const mount = path.join(folder, 'mount');
      const file = path.join(mount, 'agents.yaml');
      let versions = 0;
      const publish = (text: string) => {
        const version = `..version_${++versions}`;
        mkdirSync(path.join(mount, version), { recursive: true });
        writeFileSync(path.join(mount, version, 'agents.yaml'), text);
        symlinkSync(version, path.join(mount, '..data_tmp'));
        renameSync(path.join(mount, '..data_tmp'), path.join(mount, '..data'));
        rmSync(path.join(mount, `..version_${versions - 1}`), { recursive: true, force: true });
      };
      publish(textOf({ agents: urls, people: { [ann.userId]: 'a' } }));
      symlinkSync(path.join('..data', 'agents.yaml'), file);
      const bot = await world.restartableBot({ agents: {}, registryFile: file });
      await bot.start();
      const room = await meet(ann, bot);
      for (const agent of ['b', 'a', 'b']) {
        publish(textOf({ agents: urls, people: { [ann.userId]: agent } }));
        await hasSaid(bot, APPLIED, versions - 1);
        await ask(ann, room, `${versions}`, `${agent}: ${versions}`);
      }
    });

    test('agents of a model come, change and go, and remember', async () => {
      const model = await startModelProvider(['small', 'large']);
      world.later(() => model.close());
      const { file, textOf, write } = await house();
      const { urls } = await namedAgents('a');
      const ann = await world.person();
      const provider = (model_: string) => ({ kind: 'provider', base_url: model.url, model: model_ });
      write(textOf({ agents: urls }));
      const bot = await world.restartableBot({ agents: {}, registryFile: file });
      await bot.start();
      const room = await meet(ann, bot);
      await ask(ann, room, 'one', 'a: one');
      const people = { [ann.userId]: 'm' };
      write(textOf({ agents: { ...urls, m: provider('small') }, people }));
      await ann.message(room, (m) => m.body === changedTo('m'));
      await ask(ann, room, 'two', 'You said: two');
      write(textOf({ agents: { ...urls, m: { ...provider('large'), system_prompt: 'Be brief.' } }, people }));
      await hasSaid(bot, APPLIED, 2);
      await ask(ann, room, 'three', 'You said: three');
      // It ends what it has begun.
      const { promise: gate, resolve: open } = Promise.withResolvers<void>();
      model.replies((response, request) => void gate.then(() => says(`At last: ${lastWords(request)}`)(response)));
      await ann.say(room, 'slow');
      await until(() => model.requests.length === 3);
      write(textOf({ agents: urls }));
      await ann.message(room, (m) => m.body === changedTo('a'));
      open();
      await ann.message(room, (m) => m.body === 'At last: slow');
      await ask(ann, room, 'four', 'a: four');
      write(textOf({ agents: { ...urls, m: provider('small') }, people }));
      await hasSaid(bot, APPLIED, 4);
      await ask(ann, room, 'five', 'At last: five');
      const seen = ({ body }: ModelRequest) => [body.model, body.messages.length, body.messages[0]?.content];
      expect(model.requests.map((request) => [...seen(request).slice(0, 2), lastWords(request)])).toEqual([
        ['small', 2, 'two'],
        ['large', 4, 'three'],
        ['large', 6, 'slow'],
        ['small', 8, 'five'],
      ]);
      expect(seen(model.requests[1] as ModelRequest)[2]).toBe('Be brief.');
    });
  });
}
