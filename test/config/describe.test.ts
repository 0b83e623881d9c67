import { expect, test } from 'vitest';
import { describeConfig } from '../../src/config/describe.ts';
import { load } from './support.ts';

test('the summary names everything but secrets', () => {
  const registry = `
agents:
  - { id: one, label: First, base_url: 'ws://user:hidden@h/?key=hidden', workspace_path: /agents/1, concurrency: 1 }
  - { id: two, workspace_path: /agents/2 }
user_agents: { '@ann:example.org': two }`;
  expect(describeConfig(load({ MATRIX_PASSWORD: 'hidden', MATRIX_DEVICE_ID: 'DEV' }, registry)).split('\n')).toEqual([
    'homeserver      https://matrix.example.org',
    'user            @bot:example.org, with access token, device DEV',
    'backend         real',
    'agent           one (First) at ws://***@h/?***, files in /agents/1, one turn at once',
    'agent           two at http://127.0.0.1:8000, files in /agents/2, 4 turns at once',
    'person          @ann:example.org talks to two',
    'everybody else  talks to one',
    'reply           grows in the room: first after 2000 ms, at most 40 edits',
    'limits          connect 5000 ms, 5 tries; status 5000 ms; silence 120000 ms; turn 1800000 ms; frame 8388608 bytes; queue 20',
    'state           ./state, fsync on',
    'log             info, json',
    'ops             127.0.0.1 port 9090',
  ]);
});

test('what is off or unusual is said', () => {
  const text = describeConfig(
    load(
      { MATRIX_PLATFORM_BACKEND: 'mock', OPS_PORT: 'off', STATE_FSYNC: 'off' },
      'agents: [{ id: a }]\npolicy: { reply: { stream: final } }',
    ),
  );
  expect(text).toContain('backend         mock: a reference agent in this process answers for every agent\n');
  expect(text).toContain('reply           shown when it is complete\n');
  expect(text).toContain('state           ./state, fsync off\n');
  expect(text).toMatch(/\nops {13}off$/);
});
