/** Whatever an agent sends: it is decoded, or it is not, and its link ends once. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeFrame } from '../../src/agents/frames.ts';
import { defaultLimits } from '../../src/agents/link-options.ts';
import { startScriptedAgent, STATUS, type ScriptedAgent } from '../support/scripted-agent.ts';
import { record } from './support.ts';

const types = [
  ...['STATUS', 'AGENT_EVENT_TEXT_CHUNK', 'AGENT_EVENT_SEND_FILE', 'AGENT_EVENT_END', 'AGENT_EVENT_CUSTOM_UPDATE'],
  ...['AGENT_EVENT_TOOL_CALL_CHUNK', 'AGENT_EVENT_TOOL_RESULT', 'AGENT_EVENT_THOUGHT', 'ERROR', 'DISCONNECT'],
  ...['METRICS', '__proto__'],
];
const places = [
  ...['text', 'path', 'tokens_used', 'code', 'details', 'capabilities', 'session', 'request_id', 'data', 'step'],
  ...[
    'steps',
    'message',
    'tool_name',
    'tool',
    'name',
    'kind',
    'id',
    'expires_at',
    'stop',
    'contexts',
    '__proto__',
    'anything',
  ],
];

/** JSON nested so deep, written by hand: `JSON.stringify` cannot. */
const nested = (depth: number, [open, close]: readonly [string, string] = ['[', ']']) =>
  `${open.repeat(depth)}1${close.repeat(depth)}`;
const objects = ['{"a":', '}'] as const;
const letters = (length: number) => JSON.stringify('x'.repeat(length));

/** A frame of which one field is the given JSON. */
const frame = (type: string, field: string, json: string) => `{"type":"${type}","${field}":${json}}`;
/** The same for a field within `data`. */
const update = (kind: string, field: string, json: string) =>
  `{"type":"AGENT_EVENT_CUSTOM_UPDATE","data":{"kind":"${kind}","id":"q1","text":"?","${field}":${json}}}`;

const json = fc.oneof(
  { weight: 4, arbitrary: fc.json({ maxDepth: 5 }) },
  { weight: 2, arbitrary: fc.nat(20_000).map((depth) => nested(depth)) },
  { weight: 2, arbitrary: fc.nat(20_000).map((depth) => nested(depth, objects)) },
  { weight: 1, arbitrary: fc.nat(20_000).map((length) => letters(length)) },
  { weight: 1, arbitrary: fc.constantFrom('1e999', '-0', '9'.repeat(400), '"\\ud800"', 'null', '[[],[]]') },
);
const frames = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom(...types), fc.constantFrom(...places), json).map((of) => frame(...of)),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('confirmation', 'progress', 'other'), fc.constantFrom(...places), json)
      .map((of) => update(...of)),
  },
  { weight: 1, arbitrary: json },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 1_000 }).map((bytes) => Buffer.from(bytes)) },
);

/** No text of a frame is longer than this, but what an agent says to the person. */
function longestText(raw: string | Buffer): number {
  const { frame } = decodeFrame(raw, Buffer.isBuffer(raw));
  if (frame.type === 'text' || frame.type === 'status') return 0;
  return Math.max(0, ...Object.values(frame).map((value) => (typeof value === 'string' ? value.length : 0)));
}

test('nothing that comes in makes the decoder throw, and what it gives is bounded', () => {
  fc.assert(
    fc.property(frames, (raw) => {
      expect(longestText(raw)).toBeLessThanOrEqual(10_000);
    }),
    { numRuns: 2_000 },
  );
});

describe('what is as large as a frame may be, or as deep as it can be', () => {
  const MOST = defaultLimits.maxFrame;
  const deep = nested(20_000);
  const none = { idempotent: false, request_id: false, confirmations: false, stop: false, contexts: false };
  const malformed = (name: string) => ({ type: 'protocol', detail: `a malformed ${name}` });
  const nothing = { step: null, steps: null, unknownType: null };
  const end = { type: 'end', tokens: 0 };

  test.each<[string, string, object]>([
    ['ERROR details of arrays', frame('ERROR', 'details', nested(5_000)), { type: 'error', code: '', details: null }],
    [
      'ERROR details of objects',
      frame('ERROR', 'details', nested(5_000, objects)),
      { type: 'error', code: '', details: null },
    ],
    ['ERROR details just too deep', frame('ERROR', 'details', nested(101)), { type: 'error', code: '', details: null }],
    [
      'ERROR details not too deep',
      frame('ERROR', 'details', nested(100)),
      { type: 'error', code: '', details: nested(100) },
    ],
    [
      'ERROR details of a million arrays',
      frame('ERROR', 'details', `[${'[],'.repeat(1_000_000)}0]`),
      { type: 'error', code: '', details: `[${'[],'.repeat(3_333)}`.slice(0, 10_000) },
    ],
    ['an ERROR code', frame('ERROR', 'code', deep), { type: 'error', code: '', details: '' }],
    [
      'a long ERROR code',
      frame('ERROR', 'code', letters(7_000_000)),
      { type: 'error', code: 'x'.repeat(100), details: '' },
    ],
    ['capabilities', frame('STATUS', 'capabilities', deep), { type: 'status', capabilities: none, session: null }],
    [
      'capabilities in capabilities',
      frame('STATUS', 'capabilities', `{"stop":true,"idempotent":${deep},"more":${nested(20_000, objects)}}`),
      { type: 'status', capabilities: { ...none, stop: true }, session: null },
    ],
    [
      'a session of 7 MB',
      frame('STATUS', 'session', letters(7_000_000)),
      { type: 'status', capabilities: none, session: null },
    ],
    [
      'ERROR details of millions of arrays in each other',
      frame('ERROR', 'details', nested(4_000_000)),
      { type: 'protocol', detail: 'a message that is nested too deep' },
    ],
    [
      'a text of brackets',
      frame('AGENT_EVENT_TEXT_CHUNK', 'text', JSON.stringify('["\\\\'.repeat(100_000))),
      { type: 'text', text: '["\\\\'.repeat(100_000) },
    ],
    [
      'a type of words',
      '{"type":"AGENT_EVENT_ what Ann wrote"}',
      { type: 'progress', text: '', step: null, steps: null, unknownType: 'a name that is no word' },
    ],
    [
      'a type that is a key',
      '{"type":"AGENT_EVENT_4f9a8b7c6d5e4f3a2b1c"}',
      { type: 'progress', text: '', step: null, steps: null, unknownType: 'a name that looks like a key' },
    ],
    ['a session', frame('STATUS', 'session', deep), { type: 'status', capabilities: none, session: null }],
    ['a text', frame('AGENT_EVENT_TEXT_CHUNK', 'text', deep), malformed('AGENT_EVENT_TEXT_CHUNK')],
    ['a path', frame('AGENT_EVENT_SEND_FILE', 'path', deep), malformed('AGENT_EVENT_SEND_FILE')],
    ['a path of 7 MB', frame('AGENT_EVENT_SEND_FILE', 'path', letters(7_000_000)), malformed('AGENT_EVENT_SEND_FILE')],
    ['tokens', frame('AGENT_EVENT_END', 'tokens_used', deep), end],
    ['a request id', frame('AGENT_EVENT_END', 'request_id', deep), end],
    ['a tool', frame('AGENT_EVENT_TOOL_CALL_CHUNK', 'tool', deep), { type: 'progress', text: '', ...nothing }],
    ['data', frame('AGENT_EVENT_CUSTOM_UPDATE', 'data', deep), { type: 'progress', text: '', ...nothing }],
    ['steps', update('progress', 'steps', deep), { type: 'progress', text: '?', ...nothing }],
    ['a question’s id', update('confirmation', 'id', deep), malformed('AGENT_EVENT_CUSTOM_UPDATE')],
    ['a question’s text', update('confirmation', 'text', deep), malformed('AGENT_EVENT_CUSTOM_UPDATE')],
    [
      'a question’s text of 1 MB',
      update('confirmation', 'text', letters(1_000_000)),
      { type: 'question', id: 'q1', text: 'x'.repeat(10_000), expiresAt: null },
    ],
    [
      'a question’s time',
      update('confirmation', 'expires_at', deep),
      { type: 'question', id: 'q1', text: '?', expiresAt: null },
    ],
    [
      'a question’s time in words',
      update('confirmation', 'expires_at', letters(7_000_000)),
      { type: 'question', id: 'q1', text: '?', expiresAt: null },
    ],
    ['a type', `{"type":${letters(8_000_000)}}`, { type: 'unknown', name: 'x'.repeat(100) }],
    ['a type that is none', `{"type":${deep}}`, { type: 'protocol', detail: 'not a JSON object with a type' }],
    ['arrays without an end', '['.repeat(MOST), { type: 'protocol', detail: 'a message that is nested too deep' }],
    ['a frame of fields', `{"type":"DISCONNECT"${',"a":0'.repeat(1_000_000)}}`, { type: 'disconnect' }],
  ])('%s', (_, raw, decoded) => {
    expect(raw.length).toBeLessThanOrEqual(MOST);
    expect(decodeFrame(raw)).toEqual({ frame: decoded, requestId: null });
  });
});

describe('over a socket', () => {
  let agent: ScriptedAgent;
  beforeAll(async () => {
    agent = await startScriptedAgent(() => undefined);
  });
  afterAll(() => agent.close());

  /** What a link reports of an agent that sends this, in place of STATUS or as its answer, and goes away. */
  async function hears(sent: readonly (string | Buffer)[], greets: boolean) {
    const { events, over } = record(agent.url);
    const connection = await agent.connection();
    if (greets) {
      connection.send(STATUS);
      await connection.next();
    }
    for (const raw of sent) connection.sendRaw(raw);
    connection.close(1001);
    await over();
    await connection.closed;
    return events;
  }

  test('a link ends once, whatever its agent sends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frames, { maxLength: 6 }), fc.boolean(), async (sent, greets) => {
        const events = await hears(sent, greets);
        const endings = events.filter(({ type }) => type === 'ended' || type === 'unreachable');
        expect(endings).toEqual([events.at(-1)]);
      }),
      { numRuns: 200 },
    );
  });

  const ERROR = frame('ERROR', 'details', nested(5_000));
  const words = 'ERROR : its details are nested too deep';

  test('an ERROR too deep to be read breaks the protocol', async () => {
    expect(await hears([ERROR], true)).toEqual([
      { type: 'opened' },
      { type: 'ready', capabilities: expect.any(Object) as object, session: null },
      { type: 'ended', outcome: 'failed', trouble: 'protocol', detail: words },
    ]);
  });

  test('an ERROR too deep to be read in place of STATUS, too', async () => {
    expect(await hears([ERROR], false)).toEqual([
      { type: 'opened' },
      { type: 'unreachable', trouble: 'protocol', detail: `the first frame was ${words}, not STATUS` },
    ]);
  });

  test.each([
    ['of letters', `{"type":"METRICS","text":"${'x'.repeat(defaultLimits.maxFrame - 28)}"}`, 'connection-lost'],
    ['one byte over it', `{"type":"METRICS","text":"${'x'.repeat(defaultLimits.maxFrame - 27)}"}`, 'too-big'],
    ['that is binary', Buffer.alloc(defaultLimits.maxFrame), 'connection-lost'],
  ])('a frame at the limit, %s', async (_, raw, trouble) => {
    const events = await hears([raw], true);
    expect(events.map((event) => ('trouble' in event ? event.trouble : event.type))).toEqual([
      'opened',
      'ready',
      trouble,
    ]);
  });
});
