import { expect, it } from 'vitest';
import { AgentId, UserId } from '../../machines/ids.ts';
import type { Config } from '../../src/config/config.ts';
import { claimMemories } from '../../src/start/memories.ts';
import { temporaryStore } from '../store/support.ts';
import { botConfig } from '../support/bot.ts';

const [ann, bob] = ['@ann:test', '@bob:test'].map((id) => UserId.parse(id)) as [UserId, UserId];
const [a, b] = ['a', 'b'].map((id) => AgentId.parse(id)) as [AgentId, AgentId];

function config(scope: 'room' | 'person', userAgents: Record<UserId, AgentId>): Config {
  return botConfig({
    ...{ homeserver: 'http://localhost', userId: '@bot:test', password: '', stateDir: '', agents: {} },
    ...{ userAgents, context: { scope } },
  });
}

it('keeps an agent with one memory from a second person, also over a time in which nobody has it', async () => {
  const { host } = await temporaryStore();
  await claimMemories(host, config('person', { [ann]: a, [bob]: b }));
  await claimMemories(host, config('person', { [bob]: b }));
  await expect(claimMemories(host, config('person', { [bob]: a }))).rejects.toThrow(
    'user_agents gives @bob:test the agent a, whose one memory holds what @ann:test said',
  );
  await claimMemories(host, config('person', { [ann]: a }));
  expect(host.read().memories).toEqual({ a: ann, b: bob });
});

it('minds nothing where every room has a memory of its own', async () => {
  const { host } = await temporaryStore();
  await claimMemories(host, config('room', { [ann]: a, [bob]: a }));
  expect(host.read().memories).toEqual({});
});
