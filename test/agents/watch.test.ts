import { expect, onTestFinished, test, vi } from 'vitest';
import { AgentId, ContextId } from '../../machines/ids.ts';
import { openLinks } from '../../src/agents/link.ts';
import { createAgentWatch } from '../../src/agents/watch.ts';
import { scripts, startScriptedAgent, type AgentScript } from '../support/scripted-agent.ts';
import { logBook, silentLog } from '../support/log-book.ts';
import { message } from './support.ts';

const one = AgentId.parse('one');

/** A watch over a real agent, on a clock that the test moves. */
async function watch(script: AgentScript = scripts.greet, isHosted = false) {
  let agent = await startScriptedAgent(script);
  const { port } = agent;
  onTestFinished(() => agent.close());
  let now = 0;
  const log = logBook();
  const openLink = openLinks({ baseOf: () => agent.url, now: Date.now, log: silentLog, limits: { status: 100 } });
  const made = createAgentWatch({
    ...{
      agents: [one],
      isHosted: () => isHosted,
      openLink,
      contextId: ContextId.parse('10'),
      now: () => now,
      chance: () => 0.5,
      log,
    },
  });
  onTestFinished(() => made.close());
  const state = () => made.states()[0];
  return {
    ...{ made, openLink, log, state, agent: () => agent },
    /** Time passes, and it is looked until it says this. */
    async says(ms: number, up: boolean | null, trouble: string | null = null) {
      now += ms;
      made.look();
      await vi.waitFor(() => {
        const { up: is, trouble: why } = state() ?? {};
        expect([is, why]).toEqual([up, trouble]);
      });
    },
    stop: () => agent.close(),
    start: async () => void (agent = await startScriptedAgent(script, { port })),
    wait: (ms: number) => void (now += ms),
  };
}

test('an agent that nobody talks to is up, down at its second failure, and up again; nothing is said to it', async () => {
  const it = await watch();
  expect(it.state()).toEqual({ agent: one, up: null, trouble: null, forMs: 0 });
  await it.says(3_000, true);
  it.made.look();
  expect(it.agent().connections.map(({ contextId }) => contextId)).toEqual(['10']);
  await it.stop();
  await it.says(8_000, true, 'unreachable');
  await it.says(3_000, false, 'unreachable');
  it.wait(500);
  expect(it.state()?.forMs).toBe(500);
  await it.start();
  await it.says(8_000, true);
  expect(it.agent().messages).toEqual([]);
  expect(it.log.lines.map(({ level, message: line }) => [level, line])).toEqual([
    ['warn', 'agent is down'],
    ['info', 'agent is up again'],
  ]);
});

test('one that says no STATUS is down', async () => {
  const it = await watch(scripts.neverStatus);
  await it.says(3_000, null, 'no-status');
  await it.says(3_000, false, 'no-status');
});

test('an agent that is being asked is not looked at, and what its link meets counts', async () => {
  const it = await watch();
  const heard: string[] = [];
  const link = it.made.watching(it.openLink)({ agent: one, contextId: ContextId.parse('5') }, ({ type }) => {
    heard.push(type);
    if (type === 'ready') link.ask(message);
  });
  await vi.waitFor(() => expect(it.state()?.up).toBe(true));
  it.wait(60_000);
  it.made.look();
  expect(it.agent().connections.length).toBe(1);
  link.close();
  await it.says(0, true);
  await vi.waitFor(() => expect(it.agent().connections.length).toBe(2));
  expect(heard).toEqual(['opened', 'ready']);
});

test('the links of rooms show nothing of an agent in this process: only looks do', async () => {
  const it = await watch(scripts.greet, true);
  const ready = Promise.withResolvers<void>();
  const target = { agent: one, contextId: ContextId.parse('5') };
  const link = it.made.watching(it.openLink)(target, ({ type }) => void (type === 'ready' && ready.resolve()));
  await ready.promise;
  expect(it.state()?.up).toBe(null);
  await it.says(3_000, true);
  link.close();
});

test('what is closed looks at nothing', async () => {
  const it = await watch();
  it.made.close();
  it.wait(60_000);
  it.made.look();
  expect(it.agent().connections).toEqual([]);
});

test('an agent that is taken out is looked at no more, and one that is new is', async () => {
  const it = await watch();
  await it.says(3_000, true);
  it.made.take([AgentId.parse('two')]);
  expect(it.state()).toEqual({ agent: 'two', up: null, trouble: null, forMs: 0 });
  await it.says(3_000, true);
  it.made.take([]);
  it.made.look();
  expect(it.made.states()).toEqual([]);
});
