import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { startNoStatusAgent } from '../../src/reference-agent/no-status.ts';
import { check, problems } from '../check-agents/house.ts';
import { spawnCommand } from '../support/command.ts';
import { agentForTest } from './support.ts';

test('whoever waits for its STATUS says so in time', async () => {
  const agent = await startNoStatusAgent({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => agent.close());
  const [report] = await check([{ url: agent.url }], { statusSeconds: 1 });
  expect(report && problems(report)).toEqual(['it took the connection, and said no STATUS within 1 s']);
});

test.each(['agent', 'no-status-agent'])(
  'the command %s ends at a signal, as a container is stopped',
  async (command) => {
    const child = spawnCommand([command, '--port', '0', '--host', '127.0.0.1'], {});
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  },
);

test('the reference agent says that it is alive to who asks by HTTP', async () => {
  const { agent } = await agentForTest();
  const response = await fetch(`${agent.url.replace('ws:', 'http:')}healthz`);
  expect([response.status, await response.json()]).toEqual([200, { alive: true }]);
});
