/** A turn that does something with the agent's memory, over real sockets and files, with agents of every kind. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AgentId, ContextId, TurnId, UserId } from '../../machines/ids.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { Task, Text } from '../../machines/room.model.ts';
import { openTaskLinks } from '../../src/actors/effects/task-link.ts';
import { createLiveTurn, type LiveTurn } from '../../src/actors/effects/turn.ts';
import { openLinks } from '../../src/agents/link.ts';
import { createPlaces } from '../../src/agents/places.ts';
import { personFolder } from '../../src/workspace/person-folder.ts';
import { createSaveFiles } from '../../src/workspace/saves.ts';
import { ROOM, textOf } from '../actors/support.ts';
import { agentForTest, greetedBot, textOf as saidIn } from '../reference-agent/support.ts';
import { silentLog } from '../support/log-book.ts';
import { createManualTimers } from '../support/manual-timers.ts';
import { chunk, END, startScriptedAgent, STATUS, type AgentScript } from '../support/scripted-agent.ts';
import { until } from '../support/until.ts';

/** Sooner than the first ping. */
const SILENCE_MS = 20_000;
const limits = { silence: SILENCE_MS };
const agent = AgentId.parse('agent-0');
const turn = TurnId.parse(7);
const ann = textOf(1).sender;
const bob = UserId.parse('@bob:example.org');
const name = 'plan';
const save: Task = { kind: 'save', name };
const load: Task = { kind: 'load', name };
const branch: Task = { kind: 'branch', name, to: ContextId.parse('6'), chat: null };

interface Setting {
  url: string;
  workspace: string;
  servesSeveral?: boolean;
}

/** Has a task done in the conversation `chat` and gives all that the room hears, and what was shown of it. */
function begin({ url, workspace, servesSeveral = false }: Setting, task: Task, { chat = '5', sender = ann } = {}) {
  const clock = createManualTimers();
  const told: RoomEvent[] = [];
  const shown: string[] = [];
  const links = openLinks({ baseOf: () => url, now: Date.now, log: silentLog, after: clock.after, limits });
  const saves = createSaveFiles({ workspaces: new Map([[agent, { folder: workspace, servesSeveral }]]) });
  const live: LiveTurn = createLiveTurn(turn, {
    room: ROOM,
    openLink: openTaskLinks({ openLink: links, saves, log: silentLog }),
    places: createPlaces(() => 1),
    preparing: () => null,
    chance: () => 0,
    log: silentLog,
    picturesIn: () => [],
    story: { about: () => ({}) as never, begins: () => void shown.push('begins'), ends: () => undefined },
    reach: () => undefined,
    tell(event) {
      told.push(event);
      if (event.type === 'agent.ready') live.ask(ROOM, text);
    },
    liveAnswer: () => ({
      add: (piece) => void shown.push(piece),
      finish: () => Promise.resolve({ markdown: '', stands: null }),
      abandon: () => undefined,
      length: 0,
    }),
    keep: () => Promise.reject(new Error('nothing of a task is kept')),
  });
  const text: Text = { ...textOf(chat), sender, task };
  const spot = { answers: text.eventId, preview: null, mayHaveBegun: false };
  live.open({ agent, contextId: ContextId.parse(chat) }, spot, () => undefined);
  onTestFinished(() => live.close());
  const over = () => until(() => told.find(({ type }) => type === 'turn.ended' || type === 'agent.unreachable'));
  return { live, told, shown, over, clock };
}

async function doTask(setting: Setting, task: Task, more?: { chat?: string; sender?: UserId }) {
  const { over, shown } = begin(setting, task, more);
  const end = await over();
  expect(shown).toEqual([]);
  return end;
}

const ended = (outcome: string, trouble: string | null, tokens = 0) => ({
  ...{ type: 'turn.ended', turn, outcome, answer: null, trouble, tokens },
});
const done = { ...ended('done', null), tokens: expect.any(Number) as number };
const failed = (trouble: string) => ended('failed', trouble);

/** A reference agent, a person who talks to it in some of its conversations, and what it remembers of them. */
async function reference(contexts: 'frames' | 'words' | 'none') {
  const { agent: running, workspace } = await agentForTest({ contexts });
  const say = async (chat: string, text: string) =>
    saidIn(await (await greetedBot(`${running.url}v1/agent_ws/${chat}/`)).ask(text));
  const recall = async (chat: string) => {
    const said = await say(chat, 'recall');
    return [...said.matchAll(/^- “(.*)”$/gm)].map(([, each]) => each).filter((each) => each !== 'recall');
  };
  return { setting: { url: running.url, workspace }, say, recall };
}

describe.each(['frames', 'words'] as const)('an agent by %s', (contexts) => {
  test('saves here and loads there, into two conversations', async () => {
    const { setting, say, recall } = await reference(contexts);
    await say('5', 'My cat is Tom');
    expect(await doTask(setting, save)).toEqual(done);
    for (const chat of ['6', '7']) expect(await doTask(setting, load, { chat })).toEqual(done);
    await say('6', 'My dog is Rex');
    expect([await recall('5'), await recall('6'), await recall('7')]).toEqual([
      ['My cat is Tom'],
      ['My cat is Tom', 'My dog is Rex'],
      ['My cat is Tom'],
    ]);
  });

  test('gives nobody the save of somebody else', async () => {
    const { setting, say, recall } = await reference(contexts);
    const shared = { ...setting, servesSeveral: true };
    await say('5', 'My cat is Tom');
    expect(await doTask(shared, save)).toEqual(done);
    expect(await doTask(shared, load, { chat: '6', sender: bob })).toEqual(failed('save-is-gone'));
    await say('6', 'My dog is Rex');
    expect(await doTask(shared, save, { chat: '6', sender: bob })).toEqual(done);
    expect(await doTask(shared, load, { chat: '7' })).toEqual(done);
    expect(await recall('7')).toEqual(['My cat is Tom']);
    expect(readdirSync(path.join(setting.workspace, 'contexts')).toSorted()).toEqual(
      [personFolder(ann), personFolder(bob)].toSorted(),
    );
  });

  test('has no save that was never made', async () => {
    const { setting } = await reference(contexts);
    expect(await doTask(setting, load)).toEqual(failed('save-is-gone'));
  });
});

describe('a branch', () => {
  test('is one turn by frames', async () => {
    const { setting, say, recall } = await reference('frames');
    await say('5', 'My cat is Tom');
    expect(await doTask(setting, branch)).toEqual(done);
    expect(await recall('6')).toEqual(['My cat is Tom']);
  });

  test('is two by words', async () => {
    const { setting, say, recall } = await reference('words');
    await say('5', 'My cat is Tom');
    expect(await doTask(setting, branch)).toEqual(done);
    expect(await doTask(setting, branch, { chat: '6' })).toEqual(done);
    expect(await recall('6')).toEqual(['My cat is Tom']);
  });
});

test('an agent that only says so has saved nothing', async () => {
  const { setting } = await reference('none');
  expect(await doTask(setting, save)).toEqual(failed('not-saved'));
});

/** An agent without frames that a test scripts, whose workspace is the test's. */
async function scripted(script: AgentScript) {
  const { workspace } = await agentForTest();
  const running = await startScriptedAgent(script);
  onTestFinished(() => running.close());
  mkdirSync(path.join(workspace, 'contexts'));
  return { running, setting: { url: running.url, workspace }, file: path.join(workspace, 'contexts', 'plan.md') };
}

/** Takes the message, does something, and says that it is done. */
const obeys = (act: () => void): AgentScript => {
  return async (connection) => {
    connection.send(STATUS);
    await connection.next();
    act();
    connection.send(chunk('Saved'));
    connection.send(END);
  };
};

describe('of an agent by words', () => {
  test('a file as it was before is no save, one with something else in it is', async () => {
    let content = 'first';
    const { setting, file } = await scripted(obeys(() => writeFileSync(file, content)));
    expect(await doTask(setting, save)).toEqual(ended('done', null, 7));
    expect(await doTask(setting, save)).toEqual(failed('not-saved'));
    content = 'other';
    expect(await doTask(setting, save)).toEqual(ended('done', null, 7));
  });

  test('what it reads names the file, and says nothing of the command', async () => {
    const { running, setting, file } = await scripted(obeys(() => writeFileSync(file, 'x')));
    await doTask(setting, save);
    expect(running.messages).toEqual([
      {
        type: 'USER_MESSAGE',
        text: expect.stringContaining('`contexts/plan.md` of your workspace') as string,
        message_id: '$5',
        user_id: ann,
        room_id: ROOM,
      },
    ]);
  });

  test.each<[string, (file: string, outside: string) => void]>([
    ['a link to a file outside', (file, outside) => symlinkSync(outside, file)],
    ['a folder', (file) => mkdirSync(file)],
    ['empty', (file) => writeFileSync(file, '')],
  ])('a save that is %s is none', async (_, act) => {
    const { workspace: elsewhere } = await agentForTest();
    const outside = path.join(elsewhere, 'secret');
    writeFileSync(outside, 'secret');
    const { setting, file } = await scripted(obeys(() => act(file, outside)));
    expect(await doTask(setting, save)).toEqual(failed('not-saved'));
    expect(readFileSync(outside, 'utf8')).toBe('secret');
  });

  test.each<[Task, string, boolean]>([
    [load, 'save-is-gone', true],
    [load, 'workspace-unseen', false],
    [save, 'workspace-unseen', false],
  ])('nothing is asked where it would be in vain: %j, %s', async (task, trouble, isThere) => {
    const { running, setting } = await scripted((connection) => connection.send(STATUS));
    if (!isThere) rmSync(setting.workspace, { recursive: true });
    expect(await doTask(setting, task)).toEqual(failed(trouble));
    expect(running.messages).toEqual([]);
    mkdirSync(setting.workspace, { recursive: true });
  });
});

describe.each([true, false])('a turn that does a task (frames: %s)', (contexts) => {
  const status = { ...STATUS, capabilities: { contexts, confirmations: true } };
  type Connection = Parameters<AgentScript>[0];

  async function asked() {
    const steps = Promise.withResolvers<Connection>();
    const { setting, file } = await scripted(async (connection) => {
      connection.send(status);
      await connection.next();
      steps.resolve(connection);
    });
    const running = begin(setting, save);
    return { ...running, file, connection: await steps.promise };
  }

  test('is stopped', async () => {
    const { live, over, connection } = await asked();
    live.stop(null);
    expect(await over()).toEqual(ended('stopped', null));
    await connection.closed;
  });

  test('gives up an agent that says nothing any more', async () => {
    const { over, clock } = await asked();
    clock.advance(SILENCE_MS);
    expect(await over()).toEqual(failed('silent'));
  });

  test('is lost with its connection', async () => {
    const { over, connection } = await asked();
    connection.terminate();
    expect(await over()).toEqual(failed('connection-lost'));
  });

  test('hears of an error', async () => {
    const { over, connection } = await asked();
    connection.send({ type: 'ERROR', code: 'E7', details: 'full' });
    expect(await over()).toEqual(failed('agent-error'));
  });

  test('shows nothing but a question, and passes on the word on it', async () => {
    const { live, told, shown, over, connection, file } = await asked();
    connection.send(chunk('I sum up.'));
    connection.send({ type: 'AGENT_EVENT_SEND_FILE', path: 'contexts/plan.md' });
    const question = { id: 'q1', text: 'May I replace it?' };
    connection.send({ type: 'AGENT_EVENT_CUSTOM_UPDATE', data: { kind: 'confirmation', ...question } });
    await until(() => told.some(({ type }) => type === 'agent.asked'));
    live.confirm('q1', true);
    expect(await connection.next()).toEqual({ type: 'USER_CONFIRMATION', id: 'q1', approved: true });
    writeFileSync(file, 'sum');
    connection.send(chunk('Saved'));
    connection.send(END);
    expect(await over()).toEqual(ended('done', null, 7));
    const ready = { type: 'agent.ready', turn, idempotent: false, confirmations: true, session: null };
    expect(told).toEqual([
      { type: 'connection.opened', turn },
      contexts ? { ...ready, contexts: true } : ready,
      { type: 'agent.asked', turn, question: { ...question, expiresInMs: null } },
      ended('done', null, 7),
    ]);
    expect(shown).toEqual([]);
  });
});
