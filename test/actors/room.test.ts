/** What a room makes of the durable core: its words for failures, its light steps, its outbox, its person. */
import fc from 'fast-check';
import type { AnyEventObject } from 'xstate';
import { describe, expect, it } from 'vitest';
import { step } from '../../src/durable/step.ts';
import type { Input } from '../../src/durable/definition.ts';
import { input, reread, resultOf } from '../support/inputs.ts';
import { inputOf, moves } from './moves.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import {
  after,
  ann,
  bob,
  briefed,
  contextId,
  contextOf,
  conversationOf,
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

describe('a step of a room', () => {
  it('gives what its inputs give one by one', () => {
    const inputs = [textInput(1), ...toStreaming(1), textInput(2), input(done(1)), textInput(3)];
    let record = freshRecord();
    for (const one of inputs) record = step(definition, record, [one]).record;
    expect(step(definition, freshRecord(), inputs).record).toEqual(record);
  });

  it('leaves the record that it was given as it was', () => {
    const record = after(freshRecord(), textInput(1), ...toStreaming(1));
    const before = reread(record);
    step(definition, record, [textInput(2), input(done(1))]);
    expect(record).toEqual(before);
  });

  it('does not hold what is done once or disposable', () => {
    const streaming = after(freshRecord(), textInput(1), ...toStreaming(1, { confirmations: true }));
    expect(streaming.outbox).toEqual([]);
    const { record, effects } = step(definition, streaming, [input(done(1))]);
    expect(record.outbox.map(({ type }) => type)).toEqual(['deliver the answer']);
    expect(effects.map(({ class: kind, type }) => [kind, type])).toEqual([['repeatable', 'deliver the answer']]);
  });

  it('is light where it is one that `resumed` takes anew', () => {
    const [granted, opened, ready] = toStreaming(1) as [Input, Input, Input];
    const shown = input({ type: 'answer.shown', turn: turnId(1), eventId: eventId('preview') });
    const rest = [granted, opened, ready, shown, input(done(1))];
    let { record, light } = step(definition, freshRecord(), [textInput(1)]);
    const found = [light];
    for (const one of rest) {
      ({ record, light } = step(definition, record, [one]));
      found.push(light);
    }
    expect(found).toEqual([false, true, true, false, true, false]);
    expect(conversationOf(record)).toBe('asking.finishing');
  });
});

describe('a room', () => {
  it('takes what others say as a bystander’s word, in every kind', () => {
    const others: Input[] = [
      textInput(1, bob),
      input({ type: 'command.clear', eventId: eventId(2), sender: bob, contextId: '9' }, 0, '$2'),
      input({ type: 'file.received', eventId: eventId(3), sender: bob, name: 'a.pdf' }, 0, '$3'),
    ];
    for (const other of others) {
      const { record, effects } = step(definition, freshRecord(), [other]);
      expect(contextOf(record)).toEqual({ ...contextOf(freshRecord()), told: [bob] });
      expect(effects.map(({ type, params }) => [type, params])).toEqual([
        ['say', { notice: { key: 'only for', person: ann }, answers: other.kind === 'event' ? other.id : null }],
      ]);
    }
  });

  describe('hears of what its person wrote while the service was away', () => {
    const written = { eventId: eventId(1), sender: ann };
    const text: RoomEvent = { type: 'text.received', text: textOf(1) };
    const help: RoomEvent = { type: 'command.help', ...written };
    const yes: RoomEvent = { type: 'command.yes', ...written };
    const file: RoomEvent = { type: 'file.received', ...written, name: 'a.pdf' };
    const hears = (event: RoomEvent, missed: 'told' | 'passed over', context = freshRecord().context) =>
      definition.classify(context, { ...event, missed } as RoomEvent, undefined);

    it.each<[string, RoomEvent, AnyEventObject]>([
      ['a text', text, { type: 'words.missed', text: textOf(1), ...written }],
      ['a word for the agent', yes, { type: 'words.missed', ...written }],
      ['!retry', { type: 'command.retry', ...written }, { type: 'words.missed', ...written }],
      ['what is none of the agent', help, help],
      ['a file', file, file],
    ])('where they are told so: %s', (_, event, heard) => {
      const [first] = hears(event, 'told');
      const { missed: __, ...found } = first as Record<string, unknown>;
      expect(found).toEqual(heard);
    });

    it.each([text, help, yes, file])('nothing where that is passed over: $type', (event) => {
      expect(hears(event, 'passed over')).toEqual([{ type: 'words.overheard', ...written }]);
    });

    it('all of it where no agent answers anyway', () => {
      const entry = freshRecord(ROOM, { role: 'entry' }).context;
      expect(hears(text, 'passed over', entry)).toEqual([{ ...text, missed: 'passed over' }]);
    });

    it('what others say as ever', () => {
      expect(hears({ ...help, sender: bob } as RoomEvent, 'told').map(({ type }) => type)).toEqual(['bystander.spoke']);
    });

    it('the text behind a command as well', () => {
      const clear = { type: 'command.clear', ...written, contextId: contextId(9), surplus: 'and this' } as RoomEvent;
      expect(hears(clear, 'told').map(({ type }) => type)).toEqual(['command.clear', 'words.missed']);
    });
  });

  it('tells a bystander once', () => {
    const record = after(freshRecord(), textInput(1, bob));
    const again = step(definition, record, [textInput(2, bob)]);
    expect(again.effects).toEqual([]);
    expect(contextOf(again.record)).toEqual(contextOf(record));
  });

  it('belongs to the first who speaks when nobody invited', () => {
    const record = after(freshRecord(undefined, { person: null }), briefed(textInput(1, bob)), textInput(2, ann));
    const { person, turn, waiting, told } = contextOf(record);
    expect([person, turn?.text, waiting, told]).toEqual([bob, textOf(1, bob), [], [ann]]);
  });

  it('hears the outcome of its delivery and of its joining', () => {
    const finishing = after(freshRecord(), textInput(1), ...toStreaming(1), input(done(1)));
    const [item] = finishing.outbox;
    const settle = (accepted: boolean): Input => ({
      kind: 'settled',
      effect: item?.id ?? '',
      result: resultOf(accepted),
      at: 1,
    });
    expect(conversationOf(finishing)).toBe('asking.finishing');
    expect(conversationOf(after(finishing, settle(true)))).toBe('idle');
    const refused = step(definition, finishing, [settle(false)]);
    expect(refused.effects.map(({ params }) => params)).toContainEqual({
      notice: { key: 'answer was refused', tooLarge: false },
      ...{ answers: '$1', turn: 1, mentions: ann },
    });

    const invited = after(
      freshRecord(),
      input({
        type: 'room.invited',
        person: bob,
        role: 'chat',
        agent: 'agent-0',
        assignment: 'configured',
        contextId: '2',
      }),
    );
    expect(invited.outbox.map(({ id, type, params }) => ({ id, type, params }))).toEqual([
      { id: '1', type: 'join the room', params: { greet: true } },
    ]);
    const joined = step(definition, invited, [{ kind: 'settled', effect: '1', result: resultOf(true), at: 1 }]);
    expect(joined.effects.map(({ params }) => params)).toEqual([
      {
        marker: {
          version: 1,
          kind: 'chat',
          person: bob,
          number: null,
          name: null,
          agent: 'agent-0',
          contextId: '2',
          archived: false,
        },
      },
      { notice: { key: 'greeting', defaultAgent: false, inSpace: false }, answers: null },
    ]);
    const gone = after(invited, { kind: 'settled', effect: '1', result: resultOf(false), at: 1 });
    expect([gone.done, gone.value]).toEqual([true, 'left']);
  });

  it.each(['new', 'chats', 'clear', 'archive', 'unarchive'])('hears !%s as the first word of its person', (name) => {
    const event = { type: `command.${name}`, eventId: eventId(1), sender: ann, name: null, all: false, number: 1 };
    const said = input({ ...event, contextId: '9' }, 0, '$1');
    const first = step(definition, freshRecord(undefined, { person: null }), [briefed(said)]);
    expect(first.record.parked).toEqual([]);
    expect(contextOf(first.record).person).toBe(ann);
    const last = first.effects.at(-1);
    expect([last?.type, last?.params['answers']]).toEqual(['say', '$1']);
  });

  it('does not change for an event of another turn', () => {
    const record = after(freshRecord(), textInput(1), ...toStreaming(1));
    for (const turn of [2, 77]) expect(step(definition, record, [input(done(turn))]).record).toBe(record);
    expect(step(definition, record, [input({ type: 'agent.sent a file', turn: turnId(5), path: 'x' })]).record).toBe(
      record,
    );
  });

  it('apologises for what its chart throws on with the words for a troubled room, in answer to the message', () => {
    const broken = {
      ...freshRecord(),
      value: { serving: { conversation: { asking: 'waiting for a place' }, tray: 'empty', dialog: 'none' } },
    };
    const command = input({ type: 'command.stop', eventId: eventId('stop'), sender: ann }, 3, '$stop');
    const { record, effects } = step(definition, broken, [command]);
    expect(record.value).toEqual(broken.value);
    const error = expect.stringContaining('no turn is running') as string;
    const event = command.kind === 'event' && command.event;
    expect(record.parked).toEqual([{ at: 3, error, event }]);
    expect(effects.map(({ type, params }) => ({ type, params }))).toEqual([
      { type: 'say', params: { notice: { key: 'room is troubled' }, answers: '$stop' } },
    ]);
  });
});

it('gives the same step for a record that was written and read, with unique and rising ids', () => {
  fc.assert(
    fc.property(moves({ maxLength: 25 }), (sequence) => {
      let record = freshRecord();
      let last = 0;
      for (const [index, move] of sequence.entries()) {
        const inputs = inputOf(move, record, index);
        if (inputs === null) continue;
        const live = step(definition, record, [inputs]);
        expect(step(definition, reread(record), [inputs])).toEqual(live);
        expect(reread(live.record)).toStrictEqual(live.record);
        for (const { id } of live.effects) {
          expect(Number(id)).toBe(last + 1);
          last += 1;
        }
        expect(live.record.sequence).toBe(last);
        record = live.record;
      }
    }),
    { seed: 7, numRuns: 150 },
  );
});
