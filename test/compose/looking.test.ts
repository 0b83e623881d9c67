import { expect, onTestFinished, test } from 'vitest';
import { AgentId, ContextId } from '../../machines/ids.ts';
import { lookingAt } from '../../src/compose/looking.ts';
import type { AgentConfig } from '../../src/config/config.ts';
import type { Link, LinkEvent, OpenLink } from '../../src/ports.ts';
import { startModelProvider } from '../support/model-provider.ts';

const [ours, theirs] = [AgentId.parse('ours'), AgentId.parse('theirs')];
const contextId = ContextId.parse('10');

function configOf(id: AgentId, baseUrl: string, isHosted: boolean): AgentConfig {
  const provider = { model: 'small', apiKeyFile: null, systemPrompt: null, contextTokens: 100, images: false };
  const agent = { id, label: id, baseUrl, workspace: '/w', concurrency: 1 };
  return { ...agent, ...(isHosted && { provider }) };
}

test('of a model its provider is asked, and nothing is opened in this process; of all others it is the agent', async () => {
  const provider = await startModelProvider();
  onTestFinished(() => provider.close());
  const opened: AgentId[] = [];
  const link: Link = { ask() {}, confirm() {}, stop() {}, close() {} };
  const open: OpenLink = ({ agent }) => {
    opened.push(agent);
    return link;
  };
  const look = lookingAt((id) => configOf(id, provider.url, id === ours), open, 5_000);
  const seen = () =>
    new Promise<LinkEvent>((resolve) => {
      look({ agent: ours, contextId }, resolve);
    });
  expect((await seen()).type).toBe('ready');
  provider.lists((response) => response.writeHead(401).end());
  expect(await seen()).toEqual({ type: 'unreachable', trouble: 'model-denied', detail: '' });
  expect(look({ agent: theirs, contextId }, () => {})).toBe(link);
  expect(opened).toEqual([theirs]);
});
