import { expect, test } from 'vitest';
import { ContextId, EventId, UserId } from '../../machines/ids.ts';
import type { Task } from '../../machines/room.model.ts';
import { decodeFrame, encodeBeginning, encodeConfirmation, encodeStop } from '../../src/agents/frames.ts';
import { message } from './support.ts';

const none = { idempotent: false, request_id: false, confirmations: false, stop: false, contexts: false };
const noSteps = { step: null, steps: null };

test.each([
  [{ type: 'STATUS' }, { type: 'status', capabilities: none, session: null }],
  [
    { type: 'STATUS', session: 's1', capabilities: { stop: true, idempotent: 'yes', more: 1 }, version: 3 },
    { type: 'status', capabilities: { ...none, stop: true }, session: 's1' },
  ],
  [
    { type: 'STATUS', capabilities: { contexts: true, idempotent: null } },
    { type: 'status', capabilities: { ...none, contexts: true }, session: null },
  ],
  [
    { type: 'STATUS', session: { no: 'string' }, capabilities: ['stop'] },
    { type: 'status', capabilities: none, session: null },
  ],
  [
    { type: 'AGENT_EVENT_TEXT_CHUNK', text: 'Hi' },
    { type: 'text', text: 'Hi' },
  ],
  [
    { type: 'AGENT_EVENT_TEXT_CHUNK', text: '' },
    { type: 'text', text: '' },
  ],
  [
    { type: 'AGENT_EVENT_TEXT_CHUNK', text: 5 },
    { type: 'protocol', detail: 'a malformed AGENT_EVENT_TEXT_CHUNK' },
  ],
  [
    { type: 'AGENT_EVENT_SEND_FILE', path: 'a/b.txt' },
    { type: 'file', path: 'a/b.txt' },
  ],
  [{ type: 'AGENT_EVENT_SEND_FILE' }, { type: 'protocol', detail: 'a malformed AGENT_EVENT_SEND_FILE' }],
  [
    { type: 'AGENT_EVENT_END', tokens_used: 12 },
    { type: 'end', tokens: 12 },
  ],
  [{ type: 'AGENT_EVENT_END' }, { type: 'end', tokens: 0 }],
  [
    { type: 'AGENT_EVENT_END', tokens_used: 1, memory: { messages: 4, tokens: 20, most: 8000, forgotten: 2, more: 1 } },
    { type: 'end', tokens: 1, memory: { messages: 4, tokens: 20, most: 8000, forgotten: 2 } },
  ],
  [
    { type: 'AGENT_EVENT_END', tokens_used: 1, memory: { messages: -4, tokens: 20, most: 8000, forgotten: 2 } },
    { type: 'end', tokens: 1 },
  ],
  [
    { type: 'AGENT_EVENT_END', tokens_used: 'many' },
    { type: 'end', tokens: 0 },
  ],
  [
    { type: 'AGENT_EVENT_END', tokens_used: Number.MAX_VALUE },
    { type: 'end', tokens: 0 },
  ],
  [
    { type: 'ERROR', code: 'E1', details: 'broken' },
    { type: 'error', code: 'E1', details: 'broken' },
  ],
  [
    { type: 'ERROR', code: 500, details: { why: 'x' } },
    { type: 'error', code: '500', details: '{"why":"x"}' },
  ],
  [{ type: 'ERROR' }, { type: 'error', code: '', details: '' }],
  [{ type: 'GRACEFUL_DISCONNECT' }, { type: 'disconnect' }],
  [{ type: 'AGENT_EVENT_DISCONNECT', reason: 'idle' }, { type: 'disconnect' }],
  [
    { type: 'AGENT_EVENT_TOOL_CALL_CHUNK', tool_name: 'search' },
    { type: 'progress', text: 'search', ...noSteps, unknownType: null },
  ],
  [
    { type: 'AGENT_EVENT_TOOL_RESULT', data: [1] },
    { type: 'progress', text: '', ...noSteps, unknownType: null },
  ],
  [{ type: 'AGENT_EVENT_CUSTOM_UPDATE' }, { type: 'progress', text: '', ...noSteps, unknownType: null }],
  [
    { type: 'AGENT_EVENT_CUSTOM_UPDATE', data: { kind: 'progress', text: 'Reading', step: 1, steps: 3 } },
    { type: 'progress', text: 'Reading', step: 1, steps: 3, unknownType: null },
  ],
  [
    { type: 'CUSTOM_UPDATE', data: { kind: 'progress', text: 'Reading', step: -1, steps: '3' } },
    { type: 'progress', text: 'Reading', ...noSteps, unknownType: null },
  ],
  [
    { type: 'AGENT_EVENT_CUSTOM_UPDATE', data: { kind: 'confirmation', id: 'q1', text: 'Delete?', expires_at: 90 } },
    { type: 'question', id: 'q1', text: 'Delete?', expiresAt: 90 },
  ],
  [
    {
      type: 'AGENT_EVENT_CUSTOM_UPDATE',
      data: { kind: 'confirmation', id: 1, text: 'Delete?', expires_at: '1970-01-01T00:00:02Z' },
    },
    { type: 'question', id: '1', text: 'Delete?', expiresAt: 2000 },
  ],
  [
    { type: 'AGENT_EVENT_CUSTOM_UPDATE', data: { kind: 'confirmation', id: 'q', text: 'x', expires_at: 'soon' } },
    { type: 'question', id: 'q', text: 'x', expiresAt: null },
  ],
  [
    { type: 'AGENT_EVENT_CUSTOM_UPDATE', data: { kind: 'confirmation', id: 'q', text: 'x', expires_at: 1e300 } },
    { type: 'question', id: 'q', text: 'x', expiresAt: null },
  ],
  [
    { type: 'AGENT_EVENT_CUSTOM_UPDATE', data: { kind: 'confirmation', text: 'Delete?' } },
    { type: 'protocol', detail: 'a malformed AGENT_EVENT_CUSTOM_UPDATE' },
  ],
  [
    { type: 'AGENT_EVENT_THOUGHT', text: 'hm' },
    { type: 'progress', text: 'hm', ...noSteps, unknownType: 'AGENT_EVENT_THOUGHT' },
  ],
  [{ type: 'METRICS' }, { type: 'unknown', name: 'METRICS' }],
  [{ type: 'x'.repeat(500) }, { type: 'unknown', name: 'x'.repeat(100) }],
])('%j is read as what it means', (raw, frame) => {
  expect(decodeFrame(Buffer.from(JSON.stringify(raw)))).toEqual({ frame, requestId: null });
});

test.each(['', '}{', 'null', '[]', '"STATUS"', '7', '{}', '{"type":7}', '{"type":null}'])(
  '%j is not a frame',
  (raw) => {
    expect(decodeFrame(raw)).toEqual({
      frame: { type: 'protocol', detail: 'not a JSON object with a type' },
      requestId: null,
    });
  },
);

test('a binary message is not a frame, whatever it holds', () => {
  expect(decodeFrame(Buffer.from('{"type":"STATUS"}'), true)).toEqual({
    frame: { type: 'protocol', detail: 'a binary message' },
    requestId: null,
  });
});

test.each([
  ['r1', 'r1'],
  [17, '17'],
  [null, null],
  [{ id: 1 }, null],
])('request_id %j is read as %j', (request_id, requestId) => {
  expect(decodeFrame(JSON.stringify({ type: 'AGENT_EVENT_END', request_id }))).toEqual({
    frame: { type: 'end', tokens: 0 },
    requestId,
  });
});

const here = ContextId.parse('5');

test('a user message leaves out what says nothing', () => {
  const written = encodeBeginning({ ...message, attachments: [], requestId: null }, here);
  expect(JSON.parse(written)).toEqual({
    type: 'USER_MESSAGE',
    text: 'How are you?',
    message_id: '$question',
    user_id: '@ann:example.org',
    room_id: '!room:example.org',
  });
});

test('a user message carries attachments, the request and what it answers', () => {
  const text = {
    ...message.text,
    replyTo: EventId.parse('$before'),
    quoted: { author: UserId.parse('@bob:example.org'), excerpt: 'What?' },
  };
  const attachments = ['inbox/a b.png'];
  const written = encodeBeginning({ text, room: message.room, attachments, requestId: '$question' }, here);
  expect(JSON.parse(written)).toEqual({
    type: 'USER_MESSAGE',
    text: 'How are you?',
    attachments: ['inbox/a b.png'],
    message_id: '$question',
    request_id: '$question',
    user_id: '@ann:example.org',
    room_id: '!room:example.org',
    reply_to: '$before',
    reply_quote: { user_id: '@bob:example.org', text: 'What?' },
  });
});

const of = { user_id: '@ann:example.org', message_id: '$question' };

test.each<[Task, object]>([
  [
    { kind: 'save', name: 'plan' },
    { type: 'CONTEXT_SAVE', name: 'plan', ...of },
  ],
  [
    { kind: 'save', name: 'plan', clears: ContextId.parse('6') },
    { type: 'CONTEXT_SAVE', name: 'plan', ...of },
  ],
  [
    { kind: 'load', name: 'plan' },
    { type: 'CONTEXT_LOAD', name: 'plan', ...of },
  ],
  [
    { kind: 'branch', name: 'plan', to: ContextId.parse('7'), chat: 'Another way' },
    { type: 'CONTEXT_BRANCH', name: 'plan', from: '5', to: '7', ...of },
  ],
])('what is done with the memory has a frame of its own: %j', (task, frame) => {
  const text = { ...message.text, body: '!save plan', replyTo: EventId.parse('$before'), task };
  const write = (requestId: string | null): unknown =>
    JSON.parse(encodeBeginning({ text, room: message.room, attachments: [], requestId }, here));
  expect(write(null)).toEqual(frame);
  expect(write('$question')).toEqual({ ...frame, request_id: '$question' });
});

test('the other two frames of the bot', () => {
  expect(JSON.parse(encodeConfirmation('q1', false))).toEqual({
    type: 'USER_CONFIRMATION',
    id: 'q1',
    approved: false,
  });
  expect(JSON.parse(encodeStop())).toEqual({ type: 'STOP' });
});

test.each([
  ['web_search', 'web_search'],
  ['  Searching\n\tthe web\u0007 ', 'Searching the web'],
  ['Using sk-proj-AbC123 for it', 'Using … for it'],
  ['Reading https://x.test/?key=4f9a8b7c6d5e4f3a', 'Reading https://x.test/?key=…'],
  ['calculate_total_of_2024', 'calculate_total_of_2024'],
  ['\u202egnp.exe', 'gnp.exe'],
  ['a'.repeat(500), 'a'.repeat(100)],
  ['😀'.repeat(101), '😀'.repeat(100)],
])('what an agent says that it does is one short line without keys', (name, text) => {
  const raw = JSON.stringify({ type: 'AGENT_EVENT_TOOL_CALL_CHUNK', name });
  const frame = { type: 'progress', text, ...noSteps, unknownType: null };
  expect(decodeFrame(Buffer.from(raw))).toEqual({ frame, requestId: null });
});
