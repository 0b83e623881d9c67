import { describe, expect, it } from 'vitest';
import { ContextId } from '../../machines/ids.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import { createTurnLog } from '../../src/actors/turn-log.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { step } from '../../src/durable/step.ts';
import type { Input } from '../../src/durable/definition.ts';
import { input } from '../support/inputs.ts';
import { logBook } from '../support/log-book.ts';
import {
  agent,
  ann,
  definition,
  done,
  eventId,
  freshRecord,
  ROOM,
  textInput,
  textOf,
  toStreaming,
  turnId,
} from './support.ts';

/** A room whose commits the log of turns is told, on a clock that each commit moves by 100 ms. */
function watched(record: Envelope<RoomContext> = freshRecord()) {
  const book = logBook();
  let now = 0;
  const turnLog = createTurnLog({ log: book, now: () => now });
  let current = record;
  return {
    turnLog,
    /** The fields of its lines. */
    lines: () => book.lines.map(({ level, message, fields }) => [level, message, fields]),
    /** One commit each. */
    commit(...inputs: readonly (Input | RoomEvent)[]) {
      for (const one of inputs) this.together(one);
      return this;
    },
    /** One commit of all. */
    together(...several: readonly (Input | RoomEvent)[]) {
      now += 100;
      const inputs = several.map((one) => ('kind' in one ? one : input(one)));
      const change = step(definition, current, inputs);
      turnLog.committed(ROOM, { before: current, inputs, ...change });
      current = change.record;
      return this;
    },
    /** The homeserver took, or refused, the answer. */
    settle(ok = true) {
      const effect = current.outbox.find(({ type }) => type === 'deliver the answer')?.id ?? '';
      const result = ok ? { ok } : { ok, code: 'M_FORBIDDEN', detail: '' };
      return this.together({ kind: 'settled', effect, result, at: 0 });
    },
  };
}

const over = (fields: object) => [
  'info',
  'turn over',
  {
    ...{ room: ROOM, turn: turnId(1), agent, event: '$1', tries: 1 },
    ...{ trouble: null, firstTextMs: null, tokens: 0, characters: 0, ...fields },
  },
];
const unreachable = (turn = 1): RoomEvent => ({
  ...{ type: 'agent.unreachable', turn: turnId(turn), trouble: 'no-status', jitter: 0 },
});
const ended = (fields: object): RoomEvent => ({ ...done(1), ...fields }) as RoomEvent;
const said = (type: 'command.stop' | 'command.retry', name: string): RoomEvent => ({
  ...{ type, eventId: eventId(name), sender: ann },
});

describe('one line a turn says how it went and how long it took', () => {
  it('answered', () => {
    const room = watched();
    room.commit(textInput(1), ...toStreaming(1));
    room.turnLog.begins(ROOM, turnId(1));
    room.turnLog.begins(ROOM, turnId(2));
    room.commit({ type: 'answer.shown', turn: turnId(1), eventId: eventId('preview') });
    room.turnLog.begins(ROOM, turnId(1));
    room.turnLog.ends(ROOM, turnId(1), 17);
    room.commit(done(1));
    expect(room.lines()).toEqual([]);
    room.settle();
    const times = { ms: 600, waitMs: 300, firstTextMs: 300 };
    expect(room.lines()).toEqual([over({ outcome: 'answered', tokens: 1, characters: 17, ...times })]);
  });

  it('in every outcome', () => {
    const streaming = () => watched().commit(textInput(1), ...toStreaming(1));
    const asked = { waitMs: 300 };
    expect(
      streaming()
        .commit(ended({ answer: null }))
        .lines(),
    ).toEqual([over({ outcome: 'empty', tokens: 1, ms: 400, ...asked })]);
    expect(streaming().commit(done(1)).settle(false).lines()).toEqual([
      over({ outcome: 'refused', tokens: 1, ms: 500, ...asked }),
    ]);
    const broken = { outcome: 'failed', trouble: 'agent-error', tokens: 0 };
    expect(
      streaming()
        .commit(ended({ ...broken, answer: null }))
        .lines(),
    ).toEqual([over({ outcome: 'failed', trouble: 'agent-error', ms: 400, ...asked })]);
    expect(streaming().commit(ended(broken)).settle().lines()).toEqual([
      over({ outcome: 'failed', trouble: 'agent-error', ms: 500, ...asked }),
    ]);
    const stopped = ended({ outcome: 'stopped', answer: null, tokens: 0 });
    expect(streaming().commit(said('command.stop', 'stop'), stopped).lines()).toEqual([
      over({ outcome: 'stopped', ms: 500, ...asked }),
    ]);
    expect(streaming().commit({ type: 'resumed' }).lines()).toEqual([
      over({ outcome: 'interrupted', ms: 400, ...asked }),
    ]);
    expect(streaming().commit({ type: 'member.left', user: ann }).lines()).toEqual([
      over({ outcome: 'dropped', ms: 400, ...asked }),
    ]);
  });

  it.each<RoomEvent>([
    { type: 'command.clear', eventId: eventId('clear'), sender: ann, contextId: ContextId.parse('2') },
    { type: 'text.withdrawn', of: eventId('1') },
  ])('dropped, also where its agent stops in order: $type', (event) => {
    const stopped = ended({ outcome: 'stopped', answer: null, tokens: 0 });
    const room = watched().commit(textInput(1), ...toStreaming(1), event, stopped);
    expect(room.lines()).toEqual([over({ outcome: 'dropped', ms: 500, waitMs: 300 })]);
  });

  it('with the tries that it took, and why the last one failed', () => {
    const place: RoomEvent = { type: 'place.granted', turn: turnId(1) };
    const room = watched().commit(textInput(1), place, unreachable(), { type: 'agent.reachable', agent }, place);
    expect(room.turnLog.about(ROOM, turnId(1))).toEqual({
      ...{ room: ROOM, turn: 1, agent, event: '$1', tries: 2, ms: 400 },
    });
    room.commit(unreachable());
    expect(room.lines()).toEqual([over({ outcome: 'failed', trouble: 'no-status', tries: 2, ms: 500, waitMs: null })]);
  });

  it('counted from when the text came, also where it waited in line', () => {
    const room = watched().commit(textInput(1), ...toStreaming(1), textInput(2));
    room
      .commit(done(1))
      .settle()
      .commit(...toStreaming(2), done(2))
      .settle();
    expect(room.lines()).toEqual([
      over({ outcome: 'answered', tokens: 1, ms: 600, waitMs: 300 }),
      over({ turn: 2, event: '$2', outcome: 'answered', tokens: 1, ms: 700, waitMs: 500 }),
    ]);
    room.commit(said('command.retry', 'again'), ...toStreaming(3), done(3)).settle();
    expect(room.lines().at(-1)).toEqual(
      over({ turn: 3, event: '$again', outcome: 'answered', tokens: 1, ms: 500, waitMs: 300 }),
    );
  });

  it('of an earlier process without the times that nobody knows', () => {
    const before = step(definition, freshRecord(), [textInput(1), ...toStreaming(1)]).record;
    const room = watched(before).commit({ type: 'resumed' });
    expect(room.lines()).toEqual([over({ outcome: 'interrupted', tries: 0, ms: null, waitMs: null })]);
  });

  it('never with what anybody said', () => {
    const text = { ...textOf(1, ann, 'a secret of hers') };
    const room = watched().commit(input({ type: 'text.received', text }, 0, '$1'), ...toStreaming(1));
    room.commit(done(1, 'a secret of theirs')).settle();
    expect(room.lines()).toHaveLength(1);
    expect(JSON.stringify(room.lines())).not.toContain('secret');
  });
});

it('knows nothing of rooms in which nothing runs', () => {
  const room = watched()
    .commit(textInput(1), ...toStreaming(1), done(1))
    .settle();
  expect(room.turnLog.about(ROOM, turnId(1))).toEqual({
    ...{ room: ROOM, turn: 1, agent: null, event: null, tries: 0, ms: null },
  });
});
