import { describe, expect, test } from 'vitest';
import { AgentId } from '../../machines/ids.ts';
import { workspacesOf } from '../../src/workspace/several.ts';

const [a, b] = [AgentId.parse('a'), AgentId.parse('b')];
const [one, two] = ['/agents/1', '/agents/2'];

/** Of each agent, whether its workspace serves several. */
function several(folders: [string, string], userAgents: Record<string, AgentId>, servesOthers = false) {
  const agents = [a, b].map((id, index) => ({ id, workspace: folders[index] ?? '' }));
  return Object.fromEntries(
    [...workspacesOf({ agents, userAgents, servesOthers })].map(([id, { servesSeveral }]) => [id, servesSeveral]),
  );
}

describe('a workspace serves', () => {
  test.each([
    ['nobody, who has nobody', {}, false, { a: false, b: false }],
    ['one, each its own', { '@ann:x': a, '@bob:x': b }, false, { a: false, b: false }],
    ['several, where two people have its agent', { '@ann:x': b, '@bob:x': b }, false, { a: false, b: true }],
    ['everybody else, where it is the first', { '@ann:x': a }, true, { a: true, b: false }],
    ['everybody, where nobody is named', {}, true, { a: true, b: false }],
  ])('%s', (_, userAgents, servesOthers, expected) => {
    expect(several([one, two], userAgents, servesOthers)).toEqual(expected);
  });

  test('the people of all agents that have it', () => {
    expect(several([one, one], { '@ann:x': a, '@bob:x': b })).toEqual({ a: true, b: true });
    expect(several([one, one], { '@ann:x': a })).toEqual({ a: false, b: false });
    expect(several([one, one], {}, true)).toEqual({ a: true, b: true });
  });
});

test('the folder is the configured one, whatever the agent is called', () => {
  const id = AgentId.parse('../../etc');
  expect(workspacesOf({ agents: [{ id, workspace: one }], userAgents: {}, servesOthers: false })).toEqual(
    new Map([[id, { folder: one, servesSeveral: false }]]),
  );
});
