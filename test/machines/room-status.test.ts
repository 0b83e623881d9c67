import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { roomMachine } from '../../machines/room.machine.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import { statusOf, wordOf, type Recorded } from '../../machines/room-status.ts';
import { Status } from '../../machines/status.ts';
import { describeMachine, allNodes, isPassing } from '../../src/diagrams/walk.ts';
import { step } from '../../src/durable/step.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { readRoomRecord } from '../../src/actors/room.ts';
import {
  after,
  ann,
  contextOf,
  contextId,
  conversationOf,
  definition,
  done,
  eventId,
  freshRecord,
  textInput,
  textOf,
  toStreaming,
  turnId,
} from '../actors/support.ts';
import { input } from '../support/inputs.ts';

const NOW = 100_000;
const at = (ms: number, event: RoomEvent) => input(event, ms);
/** The first text came at 10 s, and its agent had it at 12 s. */
const waiting = after(freshRecord(), textInput(1, ann, 10_000));
const connecting = after(waiting, at(11_000, { type: 'place.granted', turn: turnId(1) }));
const streaming = after(waiting, ...toStreaming(1).map((one) => ({ ...one, at: 12_000 }) as typeof one));
const nothing: Status = {
  ...{ turn: null, line: 0, asks: false, company: false },
  last: { is: 'not received' },
};
const running = (stage: object, age = 90_000) => ({
  ...nothing,
  turn: { stage, age, task: null },
  last: { is: 'at work' },
});
const over = (how: string, trouble: string | null = null, age: number | null = 80_000) => ({
  ...nothing,
  last: { is: 'over', how, trouble, age },
});
const ended = (fields: object): RoomEvent => ({ ...done(1), ...fields }) as RoomEvent;
const said = (type: 'command.stop' | 'command.clear', fields: object = {}) =>
  at(20_000, { ...{ type, eventId: eventId('said'), sender: ann }, ...fields } as unknown as RoomEvent);
const question = { id: 'q', text: 'Shall I?', expiresInMs: null };

const states: [string, Recorded & Envelope<RoomContext>, object][] = [
  ['idle', freshRecord(), nothing],
  ['asking.waiting for a place', waiting, running({ is: 'waiting for a place', position: null })],
  [
    'asking.waiting for a place',
    after(waiting, at(11_000, { type: 'place.awaited', turn: turnId(1), position: 3 })),
    running({ is: 'waiting for a place', position: 3 }),
  ],
  ['asking.working.connecting', connecting, running({ is: 'connecting' })],
  [
    'asking.working.awaiting status',
    after(connecting, at(11_500, { type: 'connection.opened', turn: turnId(1) })),
    running({ is: 'awaiting status' }),
  ],
  [
    'asking.working.backing off',
    after(connecting, at(11_500, { type: 'agent.unreachable', turn: turnId(1), trouble: 'no-status', jitter: 0 })),
    running({ is: 'backing off', tries: 1, trouble: 'no-status' }),
  ],
  ['asking.working.streaming', streaming, running({ is: 'asked', silent: 88_000 })],
  [
    'asking.working.streaming',
    after(streaming, at(13_000, { type: 'answer.shown', turn: turnId(1), eventId: eventId('preview') })),
    running({ is: 'answering', silent: 88_000 }),
  ],
  [
    'asking.awaiting confirmation',
    after(streaming, at(20_000, { type: 'agent.asked', turn: turnId(1), question })),
    running({ is: 'awaiting confirmation', left: 3_520_000 }),
  ],
  ['asking.stopping', after(streaming, said('command.stop')), running({ is: 'stopping' })],
  ['asking.finishing', after(streaming, at(20_000, done(1))), running({ is: 'delivering' })],
  ['interrupted', after(streaming, at(20_000, { type: 'resumed' })), over('interrupted')],
  ['idle', after(streaming, at(20_000, ended({ answer: null }))), over('empty')],
  [
    'idle',
    after(streaming, at(20_000, ended({ outcome: 'failed', trouble: 'agent-error', answer: null }))),
    over('failed', 'agent-error'),
  ],
  [
    'idle',
    after(streaming, said('command.stop'), at(20_000, ended({ outcome: 'stopped', answer: null }))),
    over('stopped'),
  ],
];

describe('what a room is doing', () => {
  it.each(states)('is told in each state: %s', (state, record, status) => {
    expect(conversationOf(record)).toBe(state);
    expect(statusOf(record, NOW)).toEqual(status);
    expect(Status.parse(statusOf(record, NOW))).toEqual(status);
  });

  it('is told in every state of the conversation in which a room can be found', () => {
    const conversation = allNodes(describeMachine(roomMachine)).find(({ key }) => key === 'conversation');
    const leaves = allNodes(conversation as never).filter((node) => node.children.length === 0 && !isPassing(node));
    const told = new Set(states.map(([state]) => state.split('.').at(-1)));
    expect(leaves.map(({ key }) => key).filter((key) => !told.has(key))).toEqual([]);
    expect(leaves.length).toBeGreaterThan(8);
  });

  it('is known to the moment where the turn runs in this process', () => {
    const stage = (record: Recorded, heard: { at: number; begun: boolean }) => statusOf(record, NOW, heard).turn?.stage;
    expect(stage(streaming, { at: 99_000, begun: false })).toEqual({ is: 'asked', silent: 1_000 });
    expect(stage(streaming, { at: 99_000, begun: true })).toEqual({ is: 'answering', silent: 1_000 });
    expect(stage(streaming, { at: NOW + 5, begun: true })).toEqual({ is: 'answering', silent: 0 });
  });

  it('has what else goes on: a line, a task, a question of ours, others in the room', () => {
    const line = after(streaming, textInput(2, ann, 30_000), textInput(3, ann, 40_000));
    expect(statusOf(line, NOW)).toEqual({
      ...running({ is: 'asked', silent: 88_000 }),
      ...{ line: 2, last: { is: 'in line', place: 2 } },
    });
    const task = { ...textOf(1), task: { kind: 'save', name: 'plans' } as const };
    const saving = after(freshRecord(), at(10_000, { type: 'text.received', text: task }));
    expect(statusOf(saving, NOW).turn?.task).toBe('save');
    const talk = freshRecord(undefined, { dialog: { about: 'a clear', contextId: contextId(2) }, company: true });
    expect(statusOf(talk, NOW)).toEqual({ ...nothing, asks: true, company: true });
  });

  it('has the files that wait', () => {
    const file = { type: 'document', mime: null, url: 'mxc://example.org/a', caption: null };
    const sent = { type: 'file.received', eventId: eventId('file'), sender: ann, name: 'a.txt', file };
    const record = after(freshRecord(), at(10_000, sent as unknown as RoomEvent));
    expect(statusOf(record, NOW)).toEqual({ ...nothing, files: 1 });
  });
});

describe('why there is no answer', () => {
  const full = after(streaming, ...[2, 3, 4].map((name) => textInput(name, ann, 20_000)));

  it('is that the message was not taken, as long as no other one is', () => {
    expect(statusOf(full, NOW)).toEqual({
      ...running({ is: 'asked', silent: 88_000 }),
      ...{ line: 2, last: { is: 'not taken', age: 80_000 } },
    });
  });

  it('is that it was dropped with the line, or with a cleared chat', () => {
    const dropped = after(full, said('command.stop', { all: true }));
    expect(statusOf(dropped, NOW).last).toEqual({ is: 'taken out of the line', age: 80_000 });
    const cleared = after(streaming, said('command.clear', { contextId: '2' }), at(20_000, ended({ answer: null })));
    expect(statusOf(cleared, NOW)).toEqual(over('dropped'));
  });

  it('is that nobody was there when it was written', () => {
    const answered = after(streaming, at(20_000, done(1)));
    const missed: RoomEvent = { type: 'words.missed', text: textOf(2), eventId: eventId(2), sender: ann };
    const status = statusOf(after(answered, at(30_000, missed)), NOW);
    expect([status.last, wordOf(status)]).toEqual([{ is: 'not passed on', age: 70_000 }, 'not passed on']);
  });

  it('is known in a word, for the log', () => {
    const words = [freshRecord(), waiting, full, streaming, after(streaming, at(20_000, { type: 'resumed' }))];
    expect(words.map((record) => wordOf(statusOf(record, NOW)))).toEqual([
      ...['not received', 'waiting for a place', 'not taken', 'asked', 'interrupted'],
    ]);
  });
});

describe('a record of before', () => {
  const goldens = new URL('../actors/golden/', import.meta.url);
  const rooms = readdirSync(goldens).filter((name) => !/^v\d-person-/.test(name));
  const read = (name: string) => readRoomRecord(JSON.parse(readFileSync(new URL(name, goldens), 'utf8')));

  it.each(rooms)('is told too: %s', (name) => {
    const record = read(name);
    const status = statusOf(record, record.outbox[0]?.since ?? NOW);
    expect(Status.parse(status)).toEqual(status);
    expect([status.turn === null, status.line]).toEqual([
      contextOf(record).turn === null,
      contextOf(record).waiting.length,
    ]);
    expect(step(definition, record, []).record).toBe(record);
  });

  it.each([
    ['v1-idle.json', over('answered', null, null).last],
    ['v1-interrupted.json', over('interrupted', null, null).last],
    ['v1-answered.json', over('answered', null, null).last],
    ['v1-unclaimed.json', { is: 'not received' }],
    ['v1-streaming.json', { is: 'in line', place: 2 }],
  ])('tells how its last turn ended as far as it knows: %s', (name, last) => {
    expect(statusOf(read(name), NOW).last).toEqual(last);
  });
});
