import { MOST_INVALID } from '../../src/agents/link.ts';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { TrayFile } from '../../machines/files.ts';
import { AgentId, ContextId, MxcUri } from '../../machines/ids.ts';
import type { Task } from '../../machines/room.model.ts';
import { openLinks } from '../../src/agents/link.ts';
import { defaultLimits, type LinkOptions } from '../../src/agents/link-options.ts';
import { after } from '../../src/basics/after.ts';
import type { LinkEvent } from '../../src/ports.ts';
import type { AgentScript, ScriptedAgent } from '../support/scripted-agent.ts';
import { chunk, END, scripts, startScriptedAgent, STATUS } from '../support/scripted-agent.ts';
import { otherSide } from '../support/standstill.ts';
import { logBook } from '../support/log-book.ts';
import { capabilities, message, record } from './support.ts';

const agents: ScriptedAgent[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.close();
});

async function start(...given: Parameters<typeof startScriptedAgent>): Promise<ScriptedAgent> {
  const agent = await startScriptedAgent(...given);
  agents.push(agent);
  return agent;
}

const all = { idempotent: true, request_id: true, confirmations: true, stop: true, contexts: true };
const opened = { type: 'opened' };
const ready = { type: 'ready', capabilities, session: null };
const readyForAll = { type: 'ready', capabilities: all, session: 's1' };
const FULL_STATUS = { type: 'STATUS', capabilities: all, session: 's1' };
const done = { type: 'ended', outcome: 'done', tokens: 7 };
const stopped = { type: 'ended', outcome: 'stopped' };
const text = (text: string) => ({ type: 'text', text });
const unreachable = (trouble: string, detail: unknown) => ({ type: 'unreachable', trouble, detail });
const failed = (trouble: string, detail: unknown) => ({ type: 'ended', outcome: 'failed', trouble, detail });

test.each<[string, string, string]>([
  ['ENOENT', "open '/workspace/in/a b.txt'", 'files-unseen'],
  ['AGENT_ERROR', 'other.txt does not exist', 'agent-error'],
  ['AGENT_ERROR', 'I am tired of a b.txt', 'agent-error'],
  ['MODEL_DENIED', 'the key is refused', 'model-denied'],
  ['MODEL_NOT_FOUND', 'a b.txt: no such model', 'model-not-found'],
  ['MODEL_BUSY', '', 'model-busy'],
  ['MODEL_FAILED', '', 'model-failed'],
  ['MODEL_UNREACHABLE', '', 'model-unreachable'],
  ['MODEL_BROKE_OFF', '', 'model-broke-off'],
  ['MODEL_FILTERED', '', 'model-filtered'],
  ['MODEL_PROMPT_TOO_LONG', 'the prompt is too long', 'model-prompt-too-long'],
  ['MODEL_ANSWER_CUT', '', 'model-answer-cut'],
])('an ERROR that says that a file of the turn is not there says so: %s %s', async (code, details, trouble) => {
  const agent = await start(asked({ type: 'ERROR', code, details }));
  const there = { path: 'in/a b.txt', bytes: 1, print: 'p' };
  const url = MxcUri.parse('mxc://test/a');
  const { eventId: event } = message.text;
  const file: TrayFile = { event, name: 'a b.txt', type: 'document', mime: null, at: 0, url, there };
  const { link, events, saw, over } = record(agent.url, { asks: false });
  await saw('ready');
  link.ask({ ...message, text: { ...message.text, files: [file] } });
  await over();
  expect(events).toEqual([opened, ready, failed(trouble, `ERROR ${code}: ${details}`)]);
});

describe('what is done with the memory', () => {
  const gone = { type: 'ERROR', code: 'CONTEXT_NOT_FOUND', details: 'no such save' };
  const name = 'plan';
  const branch = { kind: 'branch', name, to: ContextId.parse('6'), chat: null } as const;

  test.each<[Task | undefined, string, object]>([
    [{ kind: 'load', name }, 'CONTEXT_LOAD', failed('save-is-gone', 'ERROR CONTEXT_NOT_FOUND: no such save')],
    [{ kind: 'save', name }, 'CONTEXT_SAVE', failed('agent-error', 'ERROR CONTEXT_NOT_FOUND: no such save')],
    [branch, 'CONTEXT_BRANCH', failed('agent-error', 'ERROR CONTEXT_NOT_FOUND: no such save')],
    [undefined, 'USER_MESSAGE', failed('agent-error', 'ERROR CONTEXT_NOT_FOUND: no such save')],
  ])('that there is no save is the end of a load only: %j', async (task, type, end) => {
    const agent = await start(scripts.greet);
    const { link, events, saw, over } = record(agent.url, { asks: false });
    await saw('ready');
    link.ask({ ...message, text: { ...message.text, ...(task && { task }) } });
    const connection = await agent.connection();
    expect((await connection.next()).type).toBe(type);
    connection.send(gone);
    await over();
    expect(events).toEqual([opened, ready, end]);
  });

  test('ends with END, by the frames of its own request only', async () => {
    const agent = await start(async (connection) => {
      connection.send(FULL_STATUS);
      const { request_id } = await connection.next();
      connection.send({ ...gone, request_id: '$another' });
      connection.send({ ...END, request_id });
    });
    const { link, events, counts, saw, over } = record(agent.url, { asks: false });
    await saw('ready');
    link.ask({ ...message, text: { ...message.text, task: { kind: 'load', name } } });
    await over();
    expect({ events, counts }).toEqual({ events: [opened, readyForAll, done], counts: ['frame foreign'] });
  });
});

describe('a turn', () => {
  test('goes from STATUS to END, everything in order, and empty chunks are nothing', async () => {
    const agent = await start(async (connection) => {
      connection.send(STATUS);
      await connection.next();
      connection.send(chunk('It '));
      connection.send(chunk(''));
      connection.send({ type: 'AGENT_EVENT_TOOL_CALL_CHUNK', name: 'search' });
      connection.send({ type: 'AGENT_EVENT_SEND_FILE', path: 'out/a.txt' });
      connection.send(chunk('works.'));
      connection.send(END);
    });
    const { events, counts, over } = record(`${agent.url}agent_17/`, { contextId: '42' });
    await over();
    const connection = await agent.connection();
    expect(await connection.closed).toBe(1000);
    expect(connection.path).toBe('/agent_17/v1/agent_ws/42/');
    expect(events).toEqual([
      opened,
      ready,
      text('It '),
      { type: 'progress', text: 'search', step: null, steps: null },
      { type: 'file', path: 'out/a.txt' },
      text('works.'),
      done,
    ]);
    expect(counts).toEqual([]);
    expect(agent.messages).toEqual([
      {
        type: 'USER_MESSAGE',
        text: 'How are you?',
        message_id: '$question',
        user_id: '@ann:example.org',
        room_id: '!room:example.org',
      },
    ]);
  });

  test('its request id is the message id, told to agents that declare request ids', async () => {
    const agent = await start(async (connection) => {
      connection.send(FULL_STATUS);
      const { request_id } = await connection.next();
      connection.send({ ...chunk('of an old turn'), request_id: '$old' });
      connection.send({ ...END, request_id: '$old' });
      connection.send({ ...chunk('mine'), request_id });
      connection.send(chunk(' and nobody’s'));
      connection.send({ ...END, request_id });
    });
    const { events, counts, over } = record(agent.url);
    await over();
    expect(events).toEqual([opened, readyForAll, text('mine'), text(' and nobody’s'), done]);
    expect(counts).toEqual(['frame foreign', 'frame foreign']);
    expect(agent.messages[0]?.request_id).toBe('$question');
  });

  test('a message is asked once, only after STATUS, and never after the end', async () => {
    const agent = await start();
    const { link, saw, over } = record(agent.url, { asks: false });
    link.ask(message);
    await saw('ready');
    link.ask(message);
    link.ask(message);
    const connection = await agent.connection();
    await connection.next();
    connection.send(END);
    await over();
    link.ask(message);
    link.confirm('q', true);
    link.stop();
    link.close();
    await connection.closed;
    expect(agent.messages).toHaveLength(1);
  });
});

/** What a line of the log says of a link to this agent. */
const place = (agent: ScriptedAgent) => ({
  agent: 'agent-0',
  contextId: '5',
  url: `${agent.url}v1/agent_ws/5/`,
  room: null,
});

interface Misbehaviour {
  name: string;
  script: AgentScript;
  /** Which event the time waits for, and how long it takes from there until the link gives up. */
  patience?: { from: LinkEvent['type']; ms: number };
  maxFrame?: number;
  events: unknown[];
  counts?: string[];
}

const asked =
  (...frames: (object | string | Buffer)[]): AgentScript =>
  async (connection) => {
    connection.send(STATUS);
    await connection.next();
    for (const frame of frames) {
      if (typeof frame === 'string' || Buffer.isBuffer(frame)) connection.sendRaw(frame);
      else connection.send(frame);
    }
  };

const misbehaviours: Misbehaviour[] = [
  {
    name: 'says no STATUS',
    script: scripts.neverStatus,
    patience: { from: 'opened', ms: 5_000 },
    events: [opened, unreachable('no-status', 'no STATUS within 5000 ms')],
  },
  {
    name: 'begins with an answer',
    script: (connection) => connection.send(chunk('Hello')),
    events: [opened, unreachable('protocol', 'the first frame was text, not STATUS')],
  },
  {
    name: 'begins with ERROR',
    script: (connection) => connection.send({ type: 'ERROR', code: 'E', details: 'full' }),
    events: [opened, unreachable('protocol', 'the first frame was ERROR E: full, not STATUS')],
  },
  {
    name: 'begins with an unknown type',
    script: (connection) => connection.send({ type: 'HELLO' }),
    events: [opened, unreachable('protocol', 'the first frame was HELLO, not STATUS')],
  },
  {
    name: 'begins with garbage',
    script: scripts.garbage,
    events: [opened, unreachable('protocol', 'the first frame was not a JSON object with a type, not STATUS')],
  },
  {
    name: 'begins with a binary STATUS',
    script: (connection) => connection.sendRaw(Buffer.from('{"type":"STATUS"}')),
    events: [opened, unreachable('protocol', 'the first frame was a binary message, not STATUS')],
  },
  {
    name: 'begins with a frame over the limit',
    script: (connection) => connection.send({ ...STATUS, more: 'x'.repeat(1000) }),
    maxFrame: 500,
    events: [opened, unreachable('too-big', 'Max payload size exceeded')],
  },
  {
    name: 'closes before STATUS',
    script: (connection) => connection.close(1013, 'later'),
    events: [opened, unreachable('unreachable', 'closed with 1013 later')],
  },
  {
    name: 'drops the socket before STATUS',
    script: (connection) => connection.terminate(),
    events: [opened, unreachable('unreachable', 'closed with 1006')],
  },
  {
    name: 'closes with 1009 before STATUS',
    script: (connection) => connection.close(1009),
    events: [opened, unreachable('too-big', 'closed with 1009')],
  },
  {
    name: 'closes with 1009 after the message',
    script: async (connection) => {
      connection.send(STATUS);
      await connection.next();
      connection.close(1009, 'message too big');
    },
    events: [opened, ready, failed('too-big', 'closed with 1009 message too big')],
  },
  {
    name: 'closes after the message',
    script: async (connection) => {
      connection.send(STATUS);
      await connection.next();
      connection.close(1000);
    },
    events: [opened, ready, failed('connection-lost', 'closed with 1000')],
  },
  {
    name: 'closes within the answer',
    script: scripts.closeMidAnswer,
    events: [opened, ready, text('The beginning of'), failed('connection-lost', 'closed with 1011')],
  },
  {
    name: 'drops the socket within the answer',
    script: async (connection) => {
      connection.send(STATUS);
      await connection.next();
      connection.terminate();
    },
    events: [opened, ready, failed('connection-lost', 'closed with 1006')],
  },
  {
    name: 'sends a frame over the limit within the answer',
    script: asked(chunk('x'.repeat(1000))),
    maxFrame: 500,
    events: [opened, ready, failed('too-big', 'Max payload size exceeded')],
  },
  {
    name: 'answers nothing',
    script: scripts.hang,
    patience: { from: 'ready', ms: 120_000 },
    events: [opened, ready, failed('silent', 'no frame for 120000 ms')],
  },
  {
    name: 'falls silent within the answer',
    script: asked(chunk('Well,')),
    patience: { from: 'text', ms: 120_000 },
    events: [opened, ready, text('Well,'), failed('silent', 'no frame for 120000 ms')],
  },
  {
    name: 'ends at once',
    script: asked(END),
    events: [opened, ready, done],
  },
  {
    name: 'ends twice',
    script: asked(chunk('a'), END, END),
    events: [opened, ready, text('a'), done],
    counts: ['frame late'],
  },
  {
    name: 'goes on after the end',
    script: asked(END, chunk('late'), { type: 'ERROR' }, '}{', Buffer.from('x')),
    events: [opened, ready, done],
    counts: ['frame late', 'frame late', 'frame late', 'frame late'],
  },
  {
    name: 'goes on after ERROR',
    script: asked({ type: 'ERROR', code: 'E7', details: { why: 'tired' } }, chunk('late'), END),
    events: [opened, ready, failed('agent-error', 'ERROR E7: {"why":"tired"}')],
    counts: ['frame late', 'frame late'],
  },
  {
    name: 'sends an ERROR that says nothing',
    script: asked({ type: 'ERROR' }),
    events: [opened, ready, failed('agent-error', 'ERROR : ')],
  },
  {
    name: 'sends an ERROR about an image too large for the provider',
    script: asked({ type: 'ERROR', code: 'AGENT_ERROR', details: 'data-uri item is larger than 10485760 bytes' }),
    events: [opened, ready, failed('too-big', 'ERROR AGENT_ERROR: data-uri item is larger than 10485760 bytes')],
  },
  {
    name: 'says that it disconnects',
    script: asked(chunk('a'), { type: 'GRACEFUL_DISCONNECT' }),
    events: [opened, ready, text('a'), failed('connection-lost', 'the agent said that it disconnects')],
  },
  {
    name: 'mixes unknown types and garbage into the answer',
    script: asked(
      { type: 'METRICS' },
      '}{',
      '[]',
      Buffer.from([1, 2]),
      { type: 'AGENT_EVENT_TEXT_CHUNK' },
      { type: 'AGENT_EVENT_THOUGHT', text: 'hm' },
      STATUS,
      chunk('fine'),
      END,
    ),
    events: [opened, ready, { type: 'progress', text: 'hm', step: null, steps: null }, text('fine'), done],
    counts: [
      'frame unknown',
      'frame invalid',
      'frame invalid',
      'frame invalid',
      'frame invalid',
      'frame unknown',
      'frame unexpected',
    ],
  },
  {
    name: 'sends text that is not UTF-8',
    script: async (connection) => {
      connection.send(STATUS);
      await connection.next();
      connection.sendText(Buffer.from([0xff, 0xfe]));
    },
    events: [opened, ready, failed('protocol', 'Invalid WebSocket frame: invalid UTF-8 sequence')],
  },
];

describe('an agent that', () => {
  test.each(misbehaviours)('$name', async ({ script, patience, maxFrame = 8_388_608, events, counts = [] }) => {
    const agent = await start(script);
    const recorder = record(agent.url, { limits: { maxFrame, ping: 1_000_000 } });
    if (patience !== undefined) {
      await recorder.saw(patience.from);
      recorder.clock.advance(patience.ms - 1);
      expect(recorder.events).toEqual(events.slice(0, -1));
      recorder.clock.advance(1);
    }
    await recorder.over();
    await recorder.counted(counts.length);
    await (
      await agent.connection()
    ).closed;
    expect(recorder.events).toEqual(events);
    expect(recorder.counts).toEqual(counts);
  });

  test('answers before it was asked is not heard', async () => {
    const agent = await start();
    const { link, events, counts, saw, counted, over } = record(agent.url, { asks: false });
    await saw('ready');
    const connection = await agent.connection();
    connection.send(chunk('of an old turn'));
    connection.send(END);
    connection.sendRaw('}{');
    await counted(3);
    link.ask(message);
    await connection.next();
    connection.send(chunk('new'));
    connection.send(END);
    await over();
    expect(events).toEqual([opened, ready, text('new'), done]);
    expect(counts).toEqual(['frame unexpected', 'frame unexpected', 'frame unexpected']);
  });

  test.each([
    [{ type: 'ERROR', code: 'BUSY', details: 'no' }, 'ERROR BUSY: no before the message'],
    [{ type: 'AGENT_DISCONNECT' }, 'disconnect before the message'],
  ])('refuses by %j before it was asked can be tried again', async (frame, detail) => {
    const agent = await start((connection) => {
      connection.send(STATUS);
      connection.send(frame);
    });
    const { events, over } = record(agent.url, { asks: false });
    await over();
    expect(events).toEqual([opened, ready, unreachable('unreachable', detail)]);
  });

  test('is gone when it is asked was not reached', async () => {
    const agent = await start((connection) => {
      connection.send(STATUS);
      connection.close(1001);
    });
    const { link, events, over } = record(agent.url, { asks: false });
    await over();
    link.ask(message);
    expect(events).toEqual([opened, ready, unreachable('unreachable', 'closed with 1001')]);
    expect(agent.messages).toEqual([]);
  });

  test('says STATUS too late is not heard', async () => {
    const agent = await start(() => undefined);
    const { events, saw, counted, clock, counts } = record(agent.url);
    const connection = await agent.connection();
    connection.freeze();
    await saw('opened');
    clock.advance(5_000);
    connection.send(STATUS);
    await counted(1);
    connection.thaw();
    await connection.closed;
    expect(events).toEqual([opened, unreachable('no-status', 'no STATUS within 5000 ms')]);
    expect(counts).toEqual(['frame late']);
  });
});

describe('an address', () => {
  test.each([404, 502, 302, 401])('that answers the upgrade with %i', async (refuse) => {
    const agent = await start(undefined, { refuse });
    const { events, over } = record(agent.url);
    await over();
    expect(events).toEqual([unreachable('unreachable', `Unexpected server response: ${refuse}`)]);
  });

  test('where nobody listens', async () => {
    const agent = await startScriptedAgent();
    await agent.close();
    const { events, over } = record(agent.url);
    await over();
    expect(events).toEqual([unreachable('unreachable', `connect ECONNREFUSED 127.0.0.1:${agent.port}`)]);
  });

  test('whose name does not exist', async () => {
    // No name server is asked for a label of more than 63 characters.
    const name = `${'a'.repeat(64)}.invalid`;
    const { events, over } = record(`ws://${name}:8000/`);
    await over();
    expect(events).toEqual([unreachable('unreachable', `getaddrinfo ENOTFOUND ${name}`)]);
  });

  test('that takes the connection and says nothing', async () => {
    const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const taken = once(server, 'connection');
    const { events, clock } = record(`ws://127.0.0.1:${port}/`);
    await taken;
    clock.advance(4_999);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(events).toEqual([unreachable('unreachable', 'no connection within 5000 ms')]);
    server.close();
    await once(server, 'close');
  });

  test('that does not speak HTTP', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-x\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { events, over } = record(`ws://127.0.0.1:${port}/`);
    await over();
    server.close();
    expect(events).toEqual([unreachable('unreachable', expect.stringContaining('Parse Error'))]);
  });

  test.each([
    [null, 'no such agent is configured'],
    ['host:8000', 'the agent address must begin with ws://, wss://, http:// or https://'],
  ])('that is %j', async (url, detail) => {
    const { events, over } = record(url);
    expect(events).toEqual([]);
    await over();
    expect(events).toEqual([unreachable('unreachable', detail)]);
  });
});

describe('a question', () => {
  const ask = { kind: 'confirmation', id: 'q1', text: 'Delete?' };
  const question = { type: 'AGENT_EVENT_CUSTOM_UPDATE', data: ask };

  test('stops the silence limit until it is answered', async () => {
    const agent = await start();
    const limits = { silence: 100, ping: 1_000_000 };
    const { link, events, saw, clock } = record(agent.url, { limits, time: 1_000 });
    await saw('ready');
    const connection = await agent.connection();
    await connection.next();
    clock.advance(99);
    connection.send({ ...question, data: { ...ask, expires_at: 5_000 } });
    await saw('question');
    clock.advance(100_000);
    connection.send(chunk('meanwhile'));
    await saw('text');
    clock.advance(100_000);
    link.confirm('q1', true);
    expect(await connection.next()).toEqual({ type: 'USER_CONFIRMATION', id: 'q1', approved: true });
    clock.advance(99);
    expect(events.slice(2)).toEqual([
      { type: 'question', id: 'q1', text: 'Delete?', expiresInMs: 3_901 },
      text('meanwhile'),
    ]);
    clock.advance(1);
    expect(events.slice(4)).toEqual([failed('silent', 'no frame for 100 ms')]);
  });

  test.each([
    [undefined, null],
    [999, 0],
    ['1970-01-01T00:00:03Z', 2_000],
    ['tomorrow', null],
  ])('that expires at %j', async (expires_at, expiresInMs) => {
    const agent = await start(asked({ ...question, data: { ...ask, expires_at } }));
    const { link, saw } = record(agent.url, { time: 1_000 });
    expect(await saw('question')).toEqual({ type: 'question', id: 'q1', text: 'Delete?', expiresInMs });
    link.close();
  });
});

describe('stop', () => {
  test('asks an agent that can, and waits for its END', async () => {
    const agent = await start(async (connection) => {
      connection.send(FULL_STATUS);
      await connection.next();
      connection.send(chunk('a'));
      expect(await connection.next()).toEqual({ type: 'STOP' });
      connection.send(chunk('b'));
      connection.send(END);
    });
    const { link, events, saw, over } = record(agent.url);
    await saw('text');
    link.stop();
    link.stop();
    await over();
    expect(events).toEqual([opened, readyForAll, text('a'), text('b'), stopped]);
  });

  test('ends within a second also when the agent does not answer', async () => {
    const agent = await start(async (connection) => {
      connection.send(FULL_STATUS);
      await connection.next();
      connection.send(chunk('a'));
    });
    const { link, events, saw, clock } = record(agent.url);
    await saw('text');
    link.stop();
    const connection = await agent.connection();
    expect(await connection.next()).toEqual({ type: 'STOP' });
    clock.advance(799);
    expect(events).toEqual([opened, readyForAll, text('a')]);
    clock.advance(1);
    expect(events).toEqual([opened, readyForAll, text('a'), stopped]);
    expect(await connection.closed).toBe(1000);
  });

  test.each<[string, AgentScript]>([
    ['breaks', (connection) => connection.terminate()],
    ['answers with ERROR', (connection) => connection.send({ type: 'ERROR', code: 'STOPPED' })],
  ])('ends at once when the agent %s', async (_, react) => {
    const agent = await start(async (connection) => {
      connection.send(FULL_STATUS);
      await connection.next();
      connection.send(chunk('a'));
      await connection.next();
      await react(connection);
    });
    const { link, events, saw, over } = record(agent.url);
    await saw('text');
    link.stop();
    await over();
    await (
      await agent.connection()
    ).closed;
    expect(events).toEqual([opened, readyForAll, text('a'), stopped]);
  });

  test('closes on an agent that cannot', async () => {
    const agent = await start(asked(chunk('a')));
    const { link, events, saw } = record(agent.url);
    await saw('text');
    link.stop();
    expect(events).toEqual([opened, ready, text('a'), stopped]);
    expect(await (await agent.connection()).closed).toBe(1000);
    expect(agent.messages).toHaveLength(1);
  });

  test('before the message just closes', async () => {
    const agent = await start();
    const early = record(agent.url);
    early.link.stop();
    expect(early.events).toEqual([stopped]);
    const { link, events, saw } = record(agent.url, { asks: false });
    await saw('ready');
    link.stop();
    expect(events).toEqual([opened, ready, stopped]);
    await (
      await agent.connection()
    ).closed;
    expect(early.events).toEqual([stopped]);
    expect(agent.messages).toEqual([]);
  });
});

test('close says nothing more, whatever still comes', async () => {
  const agent = await start(async (connection) => {
    connection.send(STATUS);
    await connection.next();
    connection.send(chunk('a'));
  });
  const { link, events, saw } = record(agent.url);
  await saw('text');
  link.close();
  const connection = await agent.connection();
  expect(await connection.closed).toBe(1000);
  expect(events).toEqual([opened, ready, text('a')]);
});

describe('a half-open connection', () => {
  test('is lost when a ping stays unanswered until the next one', async () => {
    const agent = await start();
    const { events, saw, clock } = record(agent.url);
    await saw('ready');
    const connection = await agent.connection();
    connection.freeze();
    clock.advance(59_999);
    expect(events).toEqual([opened, ready]);
    clock.advance(1);
    expect(events).toEqual([opened, ready, failed('connection-lost', 'no pong for 30000 ms')]);
    connection.thaw();
    await connection.closed;
  });

  test('is one that sends neither pong nor frame: either is a sign of life', async () => {
    const agent = await start();
    const limits = { ping: 30, silence: 1_000_000 };
    const { events, saw, clock } = record(agent.url, { limits });
    await saw('ready');
    const connection = await agent.connection();
    await connection.next();
    connection.freeze();
    clock.advance(30);
    connection.send(chunk('alive'));
    await saw('text');
    clock.advance(59);
    expect(events).toEqual([opened, ready, text('alive')]);
    clock.advance(1);
    expect(events.slice(3)).toEqual([failed('connection-lost', 'no pong for 30 ms')]);
    connection.thaw();
  });
});

test('an answer that came while the process stood still is heard, however long ago the limits ran out', async () => {
  const there = await otherSide();
  const limits = { silence: 100, ping: 100 };
  const { events, over } = record(there.agent, { limits, after }, (event) => {
    if (event.type === 'ready') there.standStill(250);
  });
  await over();
  expect(events.slice(2)).toEqual([
    { type: 'text', text: 'All of it.' },
    { type: 'ended', outcome: 'done', tokens: 7 },
  ]);
});

describe('what throws in a link', () => {
  const broken = () => {
    throw new Error('broken');
  };
  const failing = { debug: () => undefined, info: broken, warn: broken, error: () => undefined };
  const question = {
    type: 'AGENT_EVENT_CUSTOM_UPDATE',
    data: { kind: 'confirmation', id: 'q', text: '?', expires_at: 5 },
  };

  test.each<[string, { script: AgentScript; given: Partial<LinkOptions>; events: unknown[] }]>([
    [
      'as it opens',
      {
        script: () => undefined,
        given: { limits: { status: 77 }, after: (ms) => (ms === 77 ? broken() : () => undefined) },
        events: [unreachable('protocol', 'broken')],
      },
    ],
    [
      'on a frame',
      { script: asked(question), given: { now: broken }, events: [opened, ready, failed('protocol', 'broken')] },
    ],
    [
      'on a frame that nobody knows',
      { script: asked('}{'), given: { count: broken }, events: [opened, ready, failed('protocol', 'broken')] },
    ],
    [
      'on what a log refuses when the socket fails',
      {
        script: async (connection) => {
          connection.send(STATUS);
          await connection.next();
          connection.sendText(Buffer.from([0xff]));
        },
        given: { log: failing },
        events: [opened, ready, failed('protocol', 'Invalid WebSocket frame: invalid UTF-8 sequence')],
      },
    ],
    [
      'on what a log refuses when the socket closes',
      {
        script: scripts.closeMidAnswer,
        given: { log: failing },
        events: [opened, ready, text('The beginning of'), failed('connection-lost', 'closed with 1011')],
      },
    ],
  ])('%s ends this link only', async (_, { script, given, events }) => {
    const sound = await start();
    const other = record(sound.url);
    await other.saw('ready');
    const agent = await start(script);
    const one = record(agent.url, given);
    await one.over();
    await (
      await agent.connection()
    ).closed;
    (await sound.connection()).send(END);
    await other.over();
    expect(one.events).toEqual(events);
    expect(other.events).toEqual([opened, ready, done]);
  });

  test('when a limit ran out does not stop the time', async () => {
    const agent = await start();
    const { events, saw, clock } = record(agent.url, { log: failing });
    await saw('ready');
    clock.advance(30_000);
    (await agent.connection()).freeze();
    clock.advance(1_000_000);
    expect(events).toEqual([opened, ready, failed('connection-lost', 'no pong for 30000 ms')]);
  });

  test('in its listener is not the fault of the agent: the link goes on', async () => {
    const agent = await start(asked(END));
    const { events, lines, over } = record(agent.url, {}, (event) => {
      if (event.type === 'opened') throw new Error('no room');
    });
    await over();
    expect(events).toEqual([opened, ready, done]);
    const fields = { ...place(agent), heard: 'opened', error: new Error('no room') };
    expect(lines).toEqual([{ level: 'error', fields, message: 'the listener of an agent link failed' }]);
  });
});

test('many frames that cannot be read end the link, however much else comes between', async () => {
  const frames = Array.from({ length: 30 }, (_, n) => [n % 2 === 0 ? '}{' : '[]', chunk(`${n}`)]).flat();
  const agent = await start(asked(...frames, END));
  const { events, over, counts } = record(agent.url);
  await over();
  expect(events.at(-1)).toEqual(failed('protocol', '20 frames could not be read'));
  expect(counts.filter((name) => name === 'frame invalid')).toHaveLength(MOST_INVALID);
});

describe('the log', () => {
  const secret = chunk('what nobody else reads');

  test('names what it ignored, each kind once and no more than 20 of them', async () => {
    const kinds = Array.from({ length: 25 }, (_, n) => ({ type: `KIND_${n}` }));
    const frames = ['}{', Buffer.from('x'), { type: 'AGENT_EVENT_TEXT_CHUNK' }, '[]', secret, ...kinds, ...kinds];
    const agent = await start(asked(...frames, END));
    const { lines, over, counts } = record(agent.url);
    await over();
    const named = [
      ...['not a JSON object with a type', 'a binary message', 'a malformed AGENT_EVENT_TEXT_CHUNK'],
      ...kinds.slice(0, 17).map(({ type }) => type),
    ];
    expect(lines).toEqual(
      named.map((what) => ({
        level: 'warn',
        fields: { ...place(agent), room: '!room:example.org', what },
        message: 'ignored a frame of an agent',
      })),
    );
    expect(counts).toEqual([
      ...['frame invalid', 'frame invalid', 'frame invalid', 'frame invalid'],
      ...Array.from({ length: 50 }, () => 'frame unknown'),
    ]);
  });

  test.each<[string, AgentScript, object]>([
    ['a close', scripts.closeMidAnswer, { room: '!room:example.org', trouble: 'connection-lost', code: 1011 }],
    [
      'an ERROR, without its words',
      asked({ type: 'ERROR', code: 'E7', details: 'You said: secret' }),
      { room: '!room:example.org', trouble: 'agent-error', code: 'E7' },
    ],
    [
      'a close whose reason quotes a key',
      async (connection) => {
        connection.send({ type: 'STATUS', capabilities: {} });
        await connection.next();
        connection.close(1011, 'the key sk-proj-1234567890abcdef is not valid');
      },
      { room: '!room:example.org', trouble: 'connection-lost', code: 1011 },
    ],
    [
      'an ERROR whose code is a key',
      asked({ type: 'ERROR', code: 'sk-proj-1234567890abcdef' }),
      { room: '!room:example.org', trouble: 'agent-error', code: 'a name that looks like a key' },
    ],
    [
      'an ERROR in place of STATUS',
      (connection) => connection.send({ type: 'ERROR', code: 503 }),
      { trouble: 'protocol', code: '503' },
    ],
    [
      'a refusal before the message',
      (connection) => {
        connection.send({ type: 'STATUS', capabilities: {} });
        connection.send({ type: 'AGENT_DISCONNECT' });
      },
      { trouble: 'unreachable', code: null },
    ],
    [
      'a frame that is none',
      (connection) => connection.sendText(Buffer.from([0xff])),
      { trouble: 'protocol', code: 'WS_ERR_INVALID_UTF8' },
    ],
  ])('says where a link failed by %s', async (_, script, facts) => {
    const agent = await start(script);
    const { lines, over } = record(agent.url, { asks: 'room' in facts });
    await over();
    const fields = { ...place(agent), ...facts };
    expect(lines).toEqual([{ level: 'info', fields, message: 'an agent link failed' }]);
  });

  test('shows no login and no query of an address, and says where nobody was reached', async () => {
    const agent = await startScriptedAgent();
    await agent.close();
    const { lines, over } = record(`${agent.url.replace('//', '//bot:secret@')}?key=secret`);
    await over();
    const fields = { ...place(agent), trouble: 'unreachable', code: 'ECONNREFUSED' };
    expect(lines).toEqual([{ level: 'info', fields, message: 'an agent link failed' }]);
  });

  test('names the turn that the link is for, in each line as it stands then', async () => {
    const agent = await start(asked('}{', { type: 'ERROR', code: 'E7', details: '' }));
    const book = logBook();
    const { promise, resolve } = Promise.withResolvers<void>();
    let tries = 0;
    const open = openLinks({ baseOf: () => agent.url, now: Date.now, log: book });
    const about = () => ({ room: '!room:example.org', event: '$text', tries: ++tries });
    const link = open({ agent: AgentId.parse('agent-0'), contextId: ContextId.parse('5'), about }, (event) => {
      if (event.type === 'ready') link.ask(message);
      if (event.type === 'ended') resolve();
    });
    await promise;
    const fields = { ...place(agent), room: '!room:example.org', event: '$text' };
    expect(book.lines.slice(1)).toEqual([
      {
        level: 'warn',
        fields: { ...fields, tries: 2, what: 'not a JSON object with a type' },
        message: 'ignored a frame of an agent',
      },
      {
        level: 'info',
        fields: { ...fields, tries: 3, trouble: 'agent-error', code: 'E7' },
        message: 'an agent link failed',
      },
    ]);
  });

  test('sends the query of an address, and shows it nowhere, whatever the agent makes of it', async () => {
    const agent = await start(async (connection) => {
      connection.send(connection.path.endsWith('/?key=s%26cret') ? { type: 'ERROR', code: 'E7', details: '' } : END);
    });
    const { lines, over } = record(`${agent.url}?thread_id=old&key=s%26cret`);
    await over();
    expect(agent.connections.map(({ path }) => path)).toEqual(['/v1/agent_ws/5/?key=s%26cret']);
    expect(JSON.stringify(lines)).not.toContain('cret');
    expect(lines.map(({ message }) => message)).toEqual(['an agent link failed']);
  });

  test('says also that there was no address', async () => {
    const { lines, over } = record(null);
    await over();
    const fields = { agent: 'agent-0', contextId: '5', url: null, room: null, trouble: 'unreachable', code: null };
    expect(lines).toEqual([{ level: 'info', fields, message: 'an agent link failed' }]);
  });

  test('has at debug where a turn goes, at trace each frame, and nothing of what is said or secret', async () => {
    const agent = await start(scripts.echo);
    const book = logBook();
    const kept = book.lines;
    const log = {
      ...book,
      trace: (fields: object, message: string) => void kept.push({ level: 'trace' as never, message, fields }),
    };
    const { over } = record(`${agent.url}?key=s3cret`.replace('://', '://ann:pass@'), { log });
    await over();
    const named = place(agent);
    const frames = kept.map(({ level, message: said, fields }) => {
      const { bytes, ...rest } = fields as { bytes?: number };
      return [level, said, typeof bytes, rest];
    });
    const room = message.room;
    expect(frames).toEqual([
      ['debug', 'agent called', 'undefined', { ...named, room: null }],
      ['trace', 'frame of an agent', 'number', { ...named, room: null, type: 'status' }],
      ['trace', 'frame for an agent', 'number', { ...named, room }],
      ['trace', 'frame of an agent', 'number', { ...named, room, type: 'text', characters: 22 }],
      ['trace', 'frame of an agent', 'number', { ...named, room, type: 'end' }],
    ]);
    expect(JSON.stringify(kept)).not.toMatch(/s3cret|pass|How are you/);
  });

  test('has nothing to say of a turn that went well, nor of one that was stopped', async () => {
    const agent = await start(async (connection) => {
      connection.send(FULL_STATUS);
      const { text } = await connection.next();
      connection.send(text === message.text.body ? secret : END);
      await connection.next();
      connection.terminate();
    });
    const { link, lines, saw, over } = record(agent.url);
    await saw('text');
    link.stop();
    expect(await over()).toEqual(stopped);
    expect(lines).toEqual([]);
  });
});

test('the limits are those of the protocol page', () => {
  expect(defaultLimits).toEqual({
    connect: 5_000,
    status: 5_000,
    silence: 120_000,
    ping: 30_000,
    stop: 800,
    maxFrame: 8_388_608,
  });
});
