import { expect, test } from 'vitest';
import { agentUrl, parseAgentBase } from '../../src/agents/url.ts';

test.each([
  ['ws://h:8000/v1/agent_ws/', 'ws://h:8000/v1/agent_ws/5/'],
  ['http://h:8000/v1/agent_ws/', 'ws://h:8000/v1/agent_ws/5/'],
  ['http://h:7000/agent_0/', 'ws://h:7000/agent_0/v1/agent_ws/5/'],
  ['http://host:7000/agent_17/', 'ws://host:7000/agent_17/v1/agent_ws/5/'],
  ['http://host:7000/agent_17', 'ws://host:7000/agent_17/v1/agent_ws/5/'],
  ['http://host:7000/agent_17//', 'ws://host:7000/agent_17/v1/agent_ws/5/'],
  ['ws://h:8000', 'ws://h:8000/v1/agent_ws/5/'],
  ['ws://h:8000/', 'ws://h:8000/v1/agent_ws/5/'],
  ['https://h', 'wss://h/v1/agent_ws/5/'],
  ['wss://h/a/b/', 'wss://h/a/b/v1/agent_ws/5/'],
  ['ws://h/agent_ws/?thread_id=matrix:@a:b:1', 'ws://h/v1/agent_ws/5/'],
  ['ws://h/agent_ws/?thread_id', 'ws://h/v1/agent_ws/5/'],
  ['wss://h/agent_7/?key=a%26b+c', 'wss://h/agent_7/v1/agent_ws/5/?key=a%26b+c'],
  ['wss://h/?thread_id=x&key=1&&thread_ids=2', 'wss://h/v1/agent_ws/5/?key=1&thread_ids=2'],
  ['wss://h/v1/agent_ws/0/?token', 'wss://h/v1/agent_ws/5/?token'],
  ['ws://h/v1/agent_ws/0/', 'ws://h/v1/agent_ws/5/'],
  ['ws://h/v1/agent_ws/0', 'ws://h/v1/agent_ws/5/'],
  ['ws://h/v1/agent_ws', 'ws://h/v1/agent_ws/5/'],
  ['ws://h/agent_ws', 'ws://h/v1/agent_ws/5/'],
  ['http://h/agent_3/v1/agent_ws/7/?a=b#c', 'ws://h/agent_3/v1/agent_ws/5/?a=b'],
  ['http://h/v1/', 'ws://h/v1/v1/agent_ws/5/'],
  ['http://h/my_agent_ws/', 'ws://h/my_agent_ws/v1/agent_ws/5/'],
  ['HTTP://H:80/#fragment', 'ws://h/v1/agent_ws/5/'],
  ['http://[::1]:7000/agent_0/', 'ws://[::1]:7000/agent_0/v1/agent_ws/5/'],
  ['https://bot:secret@h/', 'wss://bot:secret@h/v1/agent_ws/5/'],
])('%s leads to %s', (address, url) => {
  expect(agentUrl(address, '5')).toBe(url);
});

test('a base is what the route is joined to, and its query comes behind that', () => {
  const parsed = parseAgentBase('http://h:7000/agent_0?x=1');
  expect(parsed).toEqual({ ok: true, base: 'ws://h:7000/agent_0/', query: '?x=1' });
});

test.each([
  ['', 'the agent address is not a URL such as ws://host:8000/'],
  ['h:8000 ', 'the agent address must begin with ws://, wss://, http:// or https://'],
  ['//h/', 'the agent address is not a URL such as ws://host:8000/'],
  ['http://', 'the agent address is not a URL such as ws://host:8000/'],
  ['ftp://user:secret@h/', 'the agent address must begin with ws://, wss://, http:// or https://'],
])('%j is refused without being repeated', (address, reason) => {
  expect(parseAgentBase(address)).toEqual({ ok: false, reason });
  expect(() => agentUrl(address, '5')).toThrow(new Error(reason));
});

test('a context id cannot leave its place in the path', () => {
  expect(agentUrl('ws://h/', '../x?y')).toBe('ws://h/v1/agent_ws/..%2Fx%3Fy/');
});
