import type { TrayFile } from '../../../machines/files.ts';
import { noFiles } from '../../support/no-files.ts';
import { describe, expect, it } from 'vitest';
import { AgentId, EventId, RoomId, MxcUri } from '../../../machines/ids.ts';
import { type Answer } from '../../../machines/room.model.ts';
import { roomEffects, type RoomEffectParams } from '../../../machines/room.effects.ts';
import type { Status } from '../../../machines/status.ts';
import { type Marker } from '../../../machines/marker.ts';
import type { Boundary } from '../../../src/actors/boundaries.ts';
import { createRoomEffects, type RoomEffectPorts } from '../../../src/actors/effects/room.ts';
import { createTurnLog } from '../../../src/actors/turn-log.ts';
import type { Effect, Input } from '../../../src/durable/definition.ts';
import type { Done, LinkEvent, Outgoing, Priority, Receipt, RoomWork } from '../../../src/ports.ts';
import { createFakeAlarm } from '../../support/fake-alarm.ts';
import { settled, until } from '../../support/until.ts';
import {
  after,
  agent,
  ann,
  contextId,
  DEVICE,
  eventId,
  freshRecord,
  ROOM,
  textInput,
  textOf,
  toStreaming,
  turnId,
} from '../support.ts';
import { silentLog } from '../../support/log-book.ts';

const TURN = turnId(3);
const OTHER = RoomId.parse('!other:test');
const SINCE = 500;
/** A whole sentence: it is shown at once. */
const BEGINNING = 'The beginning of a long answer.';

interface Sent {
  message: Outgoing;
  priority: Priority | 'disposable';
  answer(receipt: Receipt | { ok: false; code: 'skipped' | 'unknown'; detail: string }): void;
  fail(error: Error): void;
}

class Closing extends Error {}

type Refusals = Record<string, Done>;

/** Room effects on ports that note what they are asked for; the test answers for the homeserver and the agent. */
function theatre(changes: Partial<RoomEffectPorts> = {}) {
  const alarm = createFakeAlarm();
  const happened: string[] = [];
  const sent: Sent[] = [];
  const admitted: { room: string; input: Input; onDisk: () => void }[] = [];
  const reached: Boundary[] = [];
  const stored = new Map<string, string>();
  const links: { listen: (event: LinkEvent) => void }[] = [];
  const places: (() => void)[] = [];
  const put = (message: Outgoing, priority: Sent['priority']) => {
    const { promise, resolve, reject } = Promise.withResolvers<Parameters<Sent['answer']>[0]>();
    sent.push({ message, priority, answer: resolve, fail: reject });
    return promise as Promise<never>;
  };
  const words: { word: Parameters<RoomEffectPorts['tellPerson']>[0]; told: () => void }[] = [];
  const refusals: Refusals = {};
  const doing = async (what: string): Promise<Done> => {
    happened.push(what);
    return refusals[what.split(' ')[0] ?? ''] ?? { ok: true };
  };
  const work: RoomWork = {
    createRoom: () => Promise.reject(new Error('a room creates none')),
    newOperation: () => 'a room names none',
    linkChild: () => Promise.reject(new Error('a room links none')),
    invite: () => Promise.reject(new Error('a room invites nobody')),
    setName: (room, name) => doing(`name ${room} ${name}`),
    writeMarker: (room, { person }) => doing(`mark ${room} ${person}`),
    displayName: async () => null,
    readMarker: async () => null,
    leave: (room, { party, reason }) => doing(`leave ${room} for ${party}: ${reason}`),
    redact: (room, event) => doing(`redact ${room} ${event}`),
    async react(room, to, key) {
      const done = await doing(`react ${room} ${to} ${key}`);
      return done.ok ? { ok: true, eventId: EventId.parse('$reaction') } : done;
    },
  };
  const effects = createRoomEffects(
    {
      files: {
        ...noFiles,
        incoming: {
          ...noFiles.incoming,
          settle: async ({ id }) => void happened.push(`settle ${id}`),
          remove: async ({ path }) => {
            happened.push(`remove ${path}`);
            return 'removed';
          },
        },
        outgoing: {
          open: async ({ path }) => {
            happened.push(`open ${path}`);
            return { is: 'refused', why: 'missing', detail: '' };
          },
        },
        media: {
          ...noFiles.media,
          open: async (mxc) => {
            happened.push(`fetch ${mxc}`);
            return { is: 'not', why: 'gone', code: 'M_NOT_FOUND', detail: '' };
          },
        },
      },
      send: (message, priority) => put(message, priority),
      sendDisposable: (message) => put(message, 'disposable'),
      joinRoom: async (room, { party, since }) => {
        happened.push(`join ${room} for ${party} since ${since}`);
        return { ok: true };
      },
      work,
      tellPerson: (word, told) => void words.push({ word, told }),
      companyOf: async () => null,
      quoteOf: async () => null,
      elsewhere: {
        tell: async ({ person, room, why }, id) => void happened.push(`tell ${person} of ${room}: ${why} (${id})`),
      },
      farewell: (why) => `Bye, ${why}`,
      showTyping: async (room, ms) => void happened.push(`typing ${room} ${ms}`),
      openLink: (target, listen) => {
        happened.push(`open ${target.agent} ${target.contextId}`);
        links.push({ listen });
        return {
          ask: ({ room, text }) => happened.push(`ask ${room} ${text.eventId}`),
          confirm: (question, approved) => happened.push(`confirm ${question} ${approved}`),
          stop: () => happened.push('stop'),
          close: () => happened.push('close'),
        };
      },
      places: {
        take: (whose, { granted }) => {
          happened.push(`take a place at ${whose}`);
          places.push(granted);
          return () => happened.push('leave the place');
        },
      },
      answers: {
        write: async (room, name, markdown) => void stored.set(`${room} ${name}`, markdown),
        read: async (room, name) => stored.get(`${room} ${name}`) ?? null,
        remove: async (room, name) => void stored.delete(`${room} ${name}`),
      },
      renderNotice: (notice) => ({ body: `notice ${notice.key}` }),
      answerOperator: async ({ words }) => ({ body: `answer to ${words}` }),
      nameOf: async () => 'Ann',
      languageIn: () => null,
      renderAnswer: (markdown) => markdown.split('|').map((body) => ({ body })),
      renderPreview: (markdown) => ({ body: `preview of ${markdown}` }),
      picturesIn: () => [],
      now: alarm.now,
      chance: () => 0,
      log: silentLog,
      turnLog: createTurnLog({ log: silentLog, now: alarm.now }),
      alarm,
      pace: { stream: 'edits', firstEditMs: 2_000, maxEdits: 50, progress: 'notice' },
      reach: (boundary) => void reached.push(boundary),
      isClosing: (error) => error instanceof Closing,
      ...changes,
    },
    (room, input, onDisk) => void admitted.push({ room, input, onDisk: onDisk ?? (() => {}) }),
  );
  const record = freshRecord();
  function perform<Name extends keyof RoomEffectParams>(
    type: Name,
    params: RoomEffectParams[Name],
    how: Partial<Effect> & { room?: RoomId } = {},
  ): void {
    const { room = ROOM, ...rest } = how;
    const common = { id: '9', class: roomEffects[type], since: SINCE, device: DEVICE, cursor: 0 };
    effects.perform(room, { ...common, type, params: params as Record<string, unknown>, ...rest }, record);
  }
  return {
    effects,
    perform,
    alarm,
    happened,
    sent,
    admitted,
    reached,
    words,
    refusals,
    stored,
    inputs: () => admitted.map(({ input }) => input),
    hear: (event: LinkEvent, which = links.length - 1) => links[which]?.listen(event),
    grant: () => places.at(-1)?.(),
  };
}

const ok = (name = 'sent'): Receipt => ({ ok: true, eventId: eventId(name) });
const no: Receipt = { ok: false, code: 'M_FORBIDDEN', detail: 'no' };
const connection = (preview: EventId | null = null) => ({
  turn: TURN,
  agent,
  contextId: contextId(1),
  answers: eventId('asked'),
  preview,
  mayHaveBegun: false,
});
const delivery = (answer: Answer, preview: EventId | null = null, stands?: EventId) => ({
  turn: TURN,
  answer,
  preview,
  answers: eventId('asked'),
  ...(stands !== undefined && { stands }),
});
/** `messages`: those that show the answer. */
const deliveredInput = (at: number, ...messages: string[]): Input => ({
  kind: 'settled',
  effect: '9',
  result: { ok: true, messages: messages.map(eventId) },
  at,
});
const settledInput = (accepted: boolean, at: number): Input => ({
  kind: 'settled',
  effect: '9',
  result: accepted ? { ok: true } : no,
  at,
});

const eventOf = (input: Input) => (input.kind === 'event' ? input.event : null);
const shown = { type: 'answer.shown', turn: TURN, eventId: '$preview' };
const ended = (how: { answer: Answer; tokens: number }) => ({
  ...{ type: 'turn.ended', turn: TURN, outcome: 'done', trouble: null },
  ...how,
});

describe('joining a room', () => {
  it('is told when it was done, and when it was refused', async () => {
    const { perform, happened, inputs, alarm, reached } = theatre();
    perform('join the room', { greet: true });
    await until(() => inputs().length === 1);
    expect(happened).toEqual([`join ${ROOM} for ${ann} since ${SINCE}`]);
    expect(inputs()).toEqual([settledInput(true, alarm.now())]);
    expect(reached).toEqual(['effect about to be sent', 'effect sent']);

    const refused = theatre({ joinRoom: async () => no, companyOf: () => Promise.reject(new Error('nobody looks')) });
    refused.perform('join the room', { greet: true });
    await until(() => refused.inputs().length === 1);
    expect(refused.inputs()).toEqual([settledInput(false, refused.alarm.now())]);
  });
});

describe('others in a room', () => {
  it('are told of where the bot comes to somebody, not where it comes back to its chat', async () => {
    const asked: unknown[] = [];
    const companyOf = async (...about: unknown[]) => (asked.push(about), 'declined' as const);
    const { perform, inputs } = theatre({ companyOf });
    perform('join the room', { greet: false });
    perform('join the room', { greet: true });
    await until(() => inputs().length === 2);
    expect(inputs().map((one) => one.kind === 'settled' && one.result)).toEqual([
      { ok: true },
      { ok: true, company: 'declined' },
    ]);
    expect(asked).toEqual([[ROOM, ann]]);
  });

  it('hear a last word there, before the bot leaves', async () => {
    const { perform, sent, happened, inputs } = theatre();
    perform('leave the room', {
      person: ann,
      why: 'others are in the room',
      lastWord: { key: 'others are here' },
    });
    await until(() => sent.length === 1);
    expect(happened).toEqual([]);
    expect(sent[0]?.message.content.body).toBe('notice others are here');
    sent[0]?.answer({ ok: false, code: 'M_FORBIDDEN', detail: 'only some may speak' });
    await until(() => inputs().length === 1);
    expect(happened).toEqual([`leave ${ROOM} for ${ann}: Bye, others are in the room`]);
  });
});

const marker: Marker = {
  version: 1,
  kind: 'chat',
  person: ann,
  number: 1,
  name: 'Chat 1',
  agent,
  contextId: contextId(1),
  archived: false,
};

describe('what is done to the room', () => {
  it('is named and marked, and told what came of it', async () => {
    const { perform, happened, inputs, alarm, refusals } = theatre();
    perform('set the name', { name: 'Plans', answers: eventId('rename') });
    perform('write the marker', { marker });
    await until(() => inputs().length === 2);
    expect(happened).toEqual([`name ${ROOM} Plans`, `mark ${ROOM} ${ann}`]);
    expect(inputs()).toEqual([settledInput(true, alarm.now()), settledInput(true, alarm.now())]);
    refusals['name'] = no;
    perform('set the name', { name: 'Plans', answers: eventId('rename') });
    await until(() => inputs().length === 3);
    expect(inputs()[2]).toEqual(settledInput(false, alarm.now()));
  });

  it('is left with a reason in words, once its person is told so elsewhere', async () => {
    const { perform, happened, inputs, alarm } = theatre();
    perform('leave the room', { person: ann, why: 'it could not be entered' });
    await until(() => inputs().length === 1);
    expect(happened).toEqual([
      `tell ${ann} of ${ROOM}: it could not be entered (origin.9)`,
      `leave ${ROOM} for ${ann}: Bye, it could not be entered`,
    ]);
    expect(inputs()).toEqual([settledInput(true, alarm.now())]);
  });

  it('brings a wish to its person under the id of the effect, and is done when that is on disk', async () => {
    const { perform, words, inputs, alarm } = theatre();
    perform('tell the person', { person: ann, wish: { type: 'chat.wanted', answers: null, name: null } });
    expect(words.map(({ word }) => word)).toEqual([
      { person: ann, room: ROOM, wish: { type: 'chat.wanted', answers: null, name: null }, id: 'origin.9' },
    ]);
    await settled();
    expect(inputs()).toEqual([]);
    words[0]?.told();
    expect(inputs()).toEqual([settledInput(true, alarm.now())]);
  });
});

describe('saying', () => {
  it('is a notice under the id of the effect, in answer to what was said', async () => {
    const { perform, sent, inputs, admitted, reached, alarm } = theatre();
    perform('say', { notice: { key: 'stopped' }, answers: eventId('stop') });
    expect(sent.map(({ message, priority }) => ({ message, priority }))).toEqual([
      {
        message: {
          room: ROOM,
          transaction: 'origin.9',
          msgtype: 'm.notice',
          content: { body: 'notice stopped' },
          replaces: null,
          answers: '$stop',
          since: SINCE,
          device: DEVICE,
        },
        priority: 'command',
      },
    ]);
    expect(inputs()).toEqual([]);
    sent[0]?.answer(ok());
    await until(() => inputs().length === 1);
    expect(inputs()).toEqual([{ kind: 'settled', effect: '9', result: ok(), at: alarm.now() }]);
    expect(reached).toEqual(['effect about to be sent', 'effect sent']);
    admitted[0]?.onDisk();
    expect(reached.at(-1)).toBe('effect acknowledged');
  });

  it('of its own accord is less urgent', () => {
    const { perform, sent } = theatre();
    perform('say', { notice: { key: 'default agent' }, answers: null });
    expect([sent[0]?.priority, sent[0]?.message.answers]).toEqual(['notice', null]);
  });

  it('of a turn comes behind what is being delivered of it, whatever becomes of that; of another one it does not wait', async () => {
    const { perform, sent } = theatre();
    const saying = (turn: number, id: string) =>
      perform('say', { notice: { key: 'interrupted' }, answers: eventId('asked'), turn: turnId(turn) }, { id });
    const bodies = () => sent.map(({ message }) => `${message.transaction} ${message.content.body}`);
    perform('deliver the answer', delivery({ markdown: 'one|two' }), { id: '1' });
    saying(TURN, '2');
    saying(TURN + 1, '3');
    await until(() => sent.length >= 2);
    expect(bodies()).toEqual(['origin.1.0 one', 'origin.3 notice interrupted']);
    sent[0]?.answer(ok());
    await until(() => sent.length === 3);
    expect(bodies().at(-1)).toBe('origin.1.1 two');
    sent[2]?.answer(no);
    await until(() => sent.length === 4);
    expect(bodies().at(-1)).toBe('origin.2 notice interrupted');
  });

  it('keeps the time and the device of its first try', () => {
    const { perform, sent } = theatre();
    perform('say', { notice: { key: 'default agent' }, answers: null }, { id: '4', since: 7, device: 'BEFORE' });
    const { transaction, since, device } = sent[0]!.message;
    expect({ transaction, since, device }).toEqual({ transaction: 'origin.4', since: 7, device: 'BEFORE' });
  });

  it('that the homeserver refuses is settled as refused', async () => {
    const { perform, sent, inputs, alarm } = theatre();
    perform('say', { notice: { key: 'default agent' }, answers: null });
    sent[0]?.answer(no);
    await until(() => inputs().length === 1);
    expect(inputs()).toEqual([settledInput(false, alarm.now())]);
  });

  it('stays in the outbox when the service closes', async () => {
    const { perform, sent, inputs } = theatre();
    perform('say', { notice: { key: 'default agent' }, answers: null });
    sent[0]?.fail(new Closing());
    await settled();
    expect(inputs()).toEqual([]);
  });

  it('throws what cannot be worded, for this room alone to feel', () => {
    const { perform } = theatre({
      renderNotice: () => {
        throw new Error('no words');
      },
    });
    expect(() => perform('say', { notice: { key: 'default agent' }, answers: null })).toThrow('no words');
  });
});

describe('delivering an answer', () => {
  it('replaces its beginning in the room', async () => {
    const { perform, sent, inputs, alarm } = theatre();
    perform('deliver the answer', delivery({ markdown: 'all of it' }, eventId('preview')));
    await until(() => sent.length === 1);
    const { priority, message } = sent[0]!;
    expect({ priority, message }).toEqual({
      priority: 'final',
      message: {
        room: ROOM,
        transaction: 'origin.9.0',
        msgtype: 'm.text',
        content: { body: 'all of it' },
        replaces: '$preview',
        answers: '$asked',
        since: SINCE,
        device: DEVICE,
      },
    });
    sent[0]?.answer(ok());
    await until(() => inputs().length === 1);
    expect(inputs()).toEqual([deliveredInput(alarm.now(), 'preview')]);
  });

  it('sends part after part, and remembers each that is there', async () => {
    const { perform, sent, inputs, alarm } = theatre();
    perform('deliver the answer', delivery({ markdown: 'one|two|three' }, eventId('preview')));
    for (const part of [0, 1, 2]) {
      await until(() => sent.length === part + 1);
      expect(inputs()).toHaveLength(part);
      sent[part]?.answer(ok(`part${part}`));
      await until(() => inputs().length === part + 1);
    }
    expect(sent.map(({ message }) => [message.transaction, message.content.body, message.replaces])).toEqual([
      ['origin.9.0', 'one', '$preview'],
      ['origin.9.1', 'two', null],
      ['origin.9.2', 'three', null],
    ]);
    expect(inputs()).toEqual([
      { kind: 'partly settled', effect: '9', cursor: 1 },
      { kind: 'partly settled', effect: '9', cursor: 2 },
      // What was sent for the first is an edit of what stands there.
      deliveredInput(alarm.now(), 'preview', 'part1', 'part2'),
    ]);
  });

  it.each([
    ['as the first', null, [{ thread: '$root', isReply: true }, { thread: '$root' }, { thread: '$root' }]],
    ['behind its beginning', 'preview', [{ thread: '$root' }, { thread: '$root', isReply: true }, { thread: '$root' }]],
  ])(
    'keeps each part in its thread, and the first that is a message of its own is a reply: %s',
    async (_, preview, all) => {
      const { perform, sent } = theatre();
      const relation = { thread: eventId('root'), isReply: true as const };
      const whole = delivery({ markdown: 'one|two|three' }, preview === null ? null : eventId(preview));
      perform('deliver the answer', { ...whole, relation });
      for (const part of [0, 1, 2]) {
        await until(() => sent.length === part + 1);
        sent[part]?.answer(ok());
      }
      expect(sent.map(({ message }) => message.relation)).toEqual(all);
    },
  );

  it('sends nothing of what stands there already as it will stay', async () => {
    const { perform, sent, inputs, alarm } = theatre();
    const preview = eventId('preview');
    perform('deliver the answer', delivery({ markdown: 'all of it' }, preview, preview));
    await until(() => inputs().length === 1);
    expect(inputs()).toEqual([deliveredInput(alarm.now(), 'preview')]);
    expect(sent).toEqual([]);

    perform('deliver the answer', delivery({ markdown: 'one|two' }, preview, preview));
    await until(() => sent.length === 1);
    const { transaction, content, replaces } = sent[0]!.message;
    expect([transaction, content.body, replaces]).toEqual(['origin.9.1', 'two', null]);
    sent[0]?.answer(ok());
    await until(() => inputs().length === 3);
    expect(inputs().slice(1)).toEqual([
      { kind: 'partly settled', effect: '9', cursor: 1 },
      deliveredInput(alarm.now(), 'preview', 'sent'),
    ]);
  });

  it('goes on behind the parts that were acknowledged', async () => {
    const { perform, sent } = theatre();
    perform('deliver the answer', delivery({ markdown: 'one|two|three' }), { cursor: 1 });
    await until(() => sent.length === 1);
    expect(sent[0]?.message.transaction).toBe('origin.9.1');
  });

  describe('that is longer than is shown', () => {
    const cutOff: Partial<RoomEffectPorts> = {
      renderAnswer: (markdown) => [{ body: markdown.slice(0, 3), isCutOff: true }],
    };
    const url = MxcUri.parse('mxc://test/whole');
    const takenBy = (texts: string[]): RoomEffectPorts['files'] => ({
      ...noFiles,
      media: {
        ...noFiles.media,
        async upload({ read, bytes }) {
          let text = '';
          for await (const chunk of read()) text += String(Buffer.from(chunk));
          texts.push(`${bytes} ${text}`);
          return { is: 'there', url };
        },
      },
    });

    it('sends all of it as a file behind that', async () => {
      const texts: string[] = [];
      const { perform, sent, inputs, alarm } = theatre({ ...cutOff, files: takenBy(texts) });
      perform('deliver the answer', delivery({ markdown: 'one, two' }));
      await until(() => sent.length === 1);
      expect(sent[0]?.message.content).toEqual({ body: 'one' });
      sent[0]?.answer(ok('first'));
      await until(() => sent.length === 2);
      expect(texts).toEqual(['8 one, two']);
      expect(sent[1]?.message).toEqual({
        ...{ room: ROOM, transaction: 'origin.9.1', answers: eventId('asked'), since: SINCE, device: 'DEVICE' },
        ...{ msgtype: 'm.text', content: { body: 'answer.md' }, replaces: null, relation: undefined },
        file: { type: 'document', url, name: 'answer.md', mime: 'text/markdown', bytes: 8 },
      });
      sent[1]?.answer(ok('file'));
      await until(() => inputs().length === 2);
      expect(inputs()).toEqual([
        { kind: 'partly settled', effect: '9', cursor: 1 },
        deliveredInput(alarm.now(), 'first', 'file'),
      ]);
    });

    it('goes on with the file after a kill', async () => {
      const texts: string[] = [];
      const { perform, sent } = theatre({ ...cutOff, files: takenBy(texts) });
      perform('deliver the answer', delivery({ markdown: 'one, two' }), { cursor: 1 });
      await until(() => sent.length === 1);
      expect([sent[0]?.message.transaction, sent[0]?.message.file?.name]).toEqual(['origin.9.1', 'answer.md']);
    });

    it('says so where the homeserver does not take the file', async () => {
      const { perform, sent, inputs, alarm } = theatre(cutOff);
      perform('deliver the answer', delivery({ markdown: 'one, two' }));
      await until(() => sent.length === 1);
      sent[0]?.answer(ok('first'));
      await until(() => sent.length === 2);
      const { transaction, content, msgtype } = sent[1]!.message;
      expect([transaction, content.body, msgtype]).toEqual(['origin.9.1.word', 'notice answer is cut off', 'm.notice']);
      sent[1]?.answer(ok('word'));
      await until(() => inputs().length === 2);
      expect(inputs()[1]).toEqual(deliveredInput(alarm.now(), 'first'));
    });
  });

  it('ends at a part that is refused', async () => {
    const { perform, sent, inputs, alarm } = theatre();
    perform('deliver the answer', delivery({ markdown: 'one|two' }));
    await until(() => sent.length === 1);
    sent[0]?.answer(no);
    await until(() => inputs().length === 1);
    expect(sent).toHaveLength(1);
    expect(inputs()).toEqual([settledInput(false, alarm.now())]);
  });

  it('reads a long one from its file, which goes only when the acknowledgement is on disk', async () => {
    const { perform, sent, admitted, stored } = theatre();
    stored.set(`${ROOM} turn-3`, 'a long answer');
    perform('deliver the answer', delivery({ stored: 'turn-3' }));
    await until(() => sent.length === 1);
    expect(sent[0]?.message.content).toEqual({ body: 'a long answer' });
    sent[0]?.answer(ok());
    await until(() => admitted.length === 1);
    await settled();
    expect(stored.size).toBe(1);
    admitted[0]?.onDisk();
    await until(() => stored.size === 0);
  });

  it('keeps the file of a long one that the homeserver refused: it may be sent again', async () => {
    const { perform, sent, admitted, stored, inputs, alarm } = theatre();
    stored.set(`${ROOM} turn-3`, 'a long answer');
    perform('deliver the answer', delivery({ stored: 'turn-3' }));
    await until(() => sent.length === 1);
    sent[0]?.answer(no);
    await until(() => admitted.length === 1);
    admitted[0]?.onDisk();
    await settled();
    expect([...stored.values()]).toEqual(['a long answer']);
    expect(inputs()).toEqual([settledInput(false, alarm.now())]);
  });

  it('is refused where the file of a long one is gone', async () => {
    const { perform, inputs, sent } = theatre();
    perform('deliver the answer', delivery({ stored: 'turn-3' }));
    await until(() => inputs().length === 1);
    expect(inputs().map((one) => one.kind === 'settled' && one.result.ok)).toEqual([false]);
    expect(sent).toEqual([]);
  });

  it.each<[string, Partial<RoomEffectPorts>, Answer]>([
    [
      'its file cannot be read',
      { answers: { write: async () => {}, remove: async () => {}, read: () => Promise.reject(new Error('EIO')) } },
      { stored: 'turn-3' },
    ],
    [
      'it cannot be rendered',
      {
        renderAnswer: () => {
          throw new Error('bad markdown');
        },
      },
      { markdown: 'x' },
    ],
  ])('is settled as refused where %s', async (_, ports, answer) => {
    const warnings: object[] = [];
    const log = { ...silentLog, warn: (fields: object) => void warnings.push(fields) };
    const { perform, inputs, alarm } = theatre({ ...ports, log });
    perform('deliver the answer', delivery(answer));
    await settled();
    expect(inputs()).toEqual([
      {
        kind: 'settled',
        effect: '9',
        result: { ok: false, code: 'INTERNAL', detail: 'the effect failed' },
        at: alarm.now(),
      },
    ]);
    expect(warnings).toEqual([
      {
        ...{ actor: ROOM, effect: 'deliver the answer', id: '9', turn: TURN, event: '$asked' },
        ...{ ms: alarm.now() - SINCE, ok: false, code: 'INTERNAL', detail: 'the effect failed' },
      },
    ]);
  });
});

describe('a turn', () => {
  it('goes its way from a place to a message that is written', () => {
    const { perform, grant, hear, happened, inputs, alarm, reached } = theatre();
    perform('ask for a place', { turn: TURN, agent });
    grant();
    perform('open the connection', connection());
    hear({ type: 'opened' });
    const capabilities = { idempotent: true, request_id: true, confirmations: true, stop: true, contexts: false };
    hear({ type: 'ready', capabilities, session: 's' });
    perform('send the user message', { turn: TURN, text: textOf('asked') });
    perform('send the confirmation', { turn: TURN, question: 'q1', approved: false });
    perform('stop the agent', { turn: TURN, trouble: null });
    perform('close the connection', { turn: TURN });
    expect(happened).toEqual([
      `take a place at ${agent}`,
      `open ${agent} 1`,
      `ask ${ROOM} $asked`,
      'confirm q1 false',
      'stop',
      'close',
      'leave the place',
    ]);
    expect(inputs()).toEqual(
      [
        { type: 'place.granted', turn: TURN },
        { type: 'connection.opened', turn: TURN },
        { type: 'agent.ready', turn: TURN, idempotent: true, confirmations: true, session: 's' },
      ].map((event) => ({ kind: 'event', id: null, at: alarm.now(), event })),
    );
    expect(reached).toEqual(['connection asked for', 'user message about to be written', 'user message written']);
  });

  it('keeps a short answer in its event', async () => {
    const { perform, hear, inputs, stored, sent } = theatre({
      pace: { stream: 'final', firstEditMs: 1, maxEdits: 1, progress: 'notice' },
    });
    perform('open the connection', connection());
    hear({ type: 'text', text: 'x'.repeat(8_000) });
    hear({ type: 'ended', outcome: 'done', tokens: 5 });
    await until(() => inputs().length === 1);
    const answer = { markdown: 'x'.repeat(8_000) };
    expect(inputs().map(eventOf)).toEqual([ended({ answer, tokens: 5 })]);
    expect([stored.size, sent.length]).toEqual([0, 0]);
  });

  it('keeps a long one in a file, counted in bytes, before it is told', async () => {
    const { perform, hear, inputs, stored, reached } = theatre({
      pace: { stream: 'final', firstEditMs: 1, maxEdits: 1, progress: 'notice' },
    });
    perform('open the connection', connection());
    hear({ type: 'text', text: 'ü'.repeat(4_001) });
    hear({ type: 'ended', outcome: 'done', tokens: 5 });
    await until(() => inputs().length === 1);
    expect(inputs().map(eventOf)).toEqual([ended({ answer: { stored: 'turn-3' }, tokens: 5 })]);
    expect(stored.get(`${ROOM} turn-3`)).toBe('ü'.repeat(4_001));
    expect(reached).toEqual(['connection asked for', 'first text received', 'end received', 'long answer stored']);
  });

  it('shows its answer while it grows: once under the id of the turn, then as edits of that', async () => {
    const { perform, hear, sent, inputs, alarm, reached } = theatre();
    perform('open the connection', connection());
    hear({ type: 'text', text: BEGINNING });
    expect(sent.map(({ message, priority }) => ({ message, priority }))).toEqual([
      {
        message: {
          room: ROOM,
          transaction: 'origin.t3',
          msgtype: 'm.text',
          content: { body: `preview of ${BEGINNING}` },
          replaces: null,
          answers: '$asked',
          since: alarm.now(),
          device: null,
        },
        priority: 'disposable',
      },
    ]);
    sent[0]?.answer(ok('preview'));
    await until(() => inputs().length === 1);
    expect(inputs().map(eventOf)).toEqual([shown]);
    expect(reached).toContain('preview sent');

    for (const edit of [1, 2]) {
      hear({ type: 'text', text: ', more' });
      alarm.advance(3_000);
      await until(() => sent.length === edit + 1);
      sent[edit]?.answer(ok('edit'));
      await settled();
    }
    expect(sent.slice(1).map(({ message, priority }) => [message.content.body, message.replaces, priority])).toEqual([
      [`preview of ${BEGINNING}, more`, '$preview', 'disposable'],
      [`preview of ${BEGINNING}, more, more`, '$preview', 'disposable'],
    ]);
    expect(new Set(sent.map(({ message }) => message.transaction)).size).toBe(3);
  });

  it('sends a beginning whose fate is unknown again under the same id, now for sure, and no third time', async () => {
    const { perform, hear, sent, inputs, alarm } = theatre();
    perform('open the connection', connection());
    hear({ type: 'text', text: BEGINNING });
    sent[0]?.answer({ ok: false, code: 'unknown', detail: '' });
    await settled();
    hear({ type: 'text', text: ', more' });
    alarm.advance(2_000);
    await until(() => sent.length === 2);
    expect(sent.map(({ message, priority }) => [message.transaction, priority])).toEqual([
      ['origin.t3', 'disposable'],
      ['origin.t3', 'edit'],
    ]);
    sent[1]?.answer(ok('preview'));
    await settled();
    hear({ type: 'ended', outcome: 'done', tokens: 1 });
    await until(() => inputs().length === 2);
    const answer = { markdown: `${BEGINNING}, more` };
    expect(inputs().map(eventOf)).toEqual([shown, ended({ answer, tokens: 1 })]);
    expect(sent).toHaveLength(2);
  });

  it('does not end before the fate of its last edit is known', async () => {
    const { perform, hear, sent, inputs } = theatre();
    perform('open the connection', connection(eventId('before')));
    hear({ type: 'text', text: BEGINNING });
    sent[0]?.answer({ ok: false, code: 'unknown', detail: '' });
    await settled();
    hear({ type: 'ended', outcome: 'done', tokens: 1 });
    await until(() => sent.length === 2);
    expect(sent[1]?.message).toEqual(sent[0]?.message);
    expect(sent[1]?.priority).toBe('edit');
    expect(inputs()).toEqual([]);
    sent[1]?.answer(ok());
    await until(() => inputs().length === 1);
    expect(inputs().map(eventOf)).toEqual([ended({ answer: { markdown: BEGINNING }, tokens: 1 })]);
  });

  it('tells of a beginning that turns out to be there at its end, before it ends', async () => {
    const { perform, hear, sent, inputs } = theatre();
    perform('open the connection', connection());
    hear({ type: 'text', text: BEGINNING });
    sent[0]?.answer({ ok: false, code: 'unknown', detail: '' });
    await settled();
    hear({ type: 'ended', outcome: 'done', tokens: 1 });
    await until(() => sent.length === 2);
    sent[1]?.answer(ok('preview'));
    await until(() => inputs().length === 2);
    expect(inputs().map(eventOf)).toEqual([shown, ended({ answer: { markdown: BEGINNING }, tokens: 1 })]);
  });

  it('replaces the one before it in its room', () => {
    const { perform, hear, happened, inputs } = theatre();
    perform('open the connection', connection());
    perform('ask for a place', { turn: turnId(4), agent });
    expect(happened).toEqual([`open ${agent} 1`, 'close', `take a place at ${agent}`]);
    hear({ type: 'opened' }, 0);
    expect(inputs()).toEqual([]);
  });

  it('shows no more of its answer once it is closed', async () => {
    const { perform, hear, sent, alarm } = theatre();
    perform('open the connection', connection());
    hear({ type: 'text', text: BEGINNING });
    sent[0]?.answer(ok('preview'));
    await settled();
    hear({ type: 'text', text: ', more' });
    perform('close the connection', { turn: TURN });
    expect(alarm.pending()).toEqual([]);
    hear({ type: 'text', text: ', and more' });
    alarm.advance(60_000);
    await settled();
    expect(sent).toHaveLength(1);
  });

  it('is not closed by the end of another', () => {
    const { perform, happened } = theatre();
    perform('open the connection', connection());
    perform('close the connection', { turn: turnId(2) });
    expect(happened).toEqual([`open ${agent} 1`]);
  });

  it('is let go with its room, and typing with it', async () => {
    const { effects, perform, happened, hear, inputs, alarm } = theatre();
    perform('show typing', {});
    perform('open the connection', connection());
    alarm.advance(150);
    await settled();
    effects.release(ROOM);
    await settled();
    hear({ type: 'opened' });
    expect(happened).toEqual([`open ${agent} 1`, `typing ${ROOM} 30000`, 'close', `typing ${ROOM} 0`]);
    expect(inputs()).toEqual([]);
  });
});

describe('typing', () => {
  it('is shown and hidden in its room', async () => {
    const { perform, happened, alarm } = theatre();
    perform('show typing', {});
    perform('show typing', {}, { room: OTHER });
    alarm.advance(150);
    await settled();
    perform('hide typing', {});
    await settled();
    expect(happened).toEqual([`typing ${ROOM} 30000`, `typing ${OTHER} 30000`, `typing ${ROOM} 0`]);
  });
});

describe('an agent that is back', () => {
  const unreachable: LinkEvent = { type: 'unreachable', trouble: 'unreachable', detail: '' };

  it('is told to the rooms that waited for it, once, and not to those who wait for another', () => {
    const { perform, hear, admitted } = theatre();
    const third = RoomId.parse('!third:test');
    perform('open the connection', connection());
    hear(unreachable);
    perform('open the connection', { ...connection(), agent: AgentId.parse('agent-1') }, { room: third });
    hear(unreachable);
    admitted.length = 0;
    perform('open the connection', connection(), { room: OTHER });
    hear({ type: 'opened' });
    const told = admitted.filter(({ input }) => input.kind === 'event' && input.event.type === 'agent.reachable');
    expect(told.map(({ room, input }) => ({ room, event: input.kind === 'event' && input.event }))).toEqual([
      { room: ROOM, event: { type: 'agent.reachable', agent } },
    ]);
    admitted.length = 0;
    hear({ type: 'opened' });
    expect(admitted.map(({ room }) => room)).toEqual([OTHER]);
  });

  it('is not told to a room that has gone since', () => {
    const { effects, perform, hear, admitted } = theatre();
    perform('open the connection', connection());
    hear(unreachable);
    effects.release(ROOM);
    admitted.length = 0;
    perform('open the connection', connection(), { room: OTHER });
    hear({ type: 'opened' });
    expect(admitted.map(({ room }) => room)).toEqual([OTHER]);
  });
});

it('says that a room is troubled, whatever becomes of that', async () => {
  const { effects, sent, inputs, alarm } = theatre();
  for (const room of [ROOM, OTHER, ROOM]) effects.sayTroubled(room, []);
  sent[0]?.answer(no);
  sent[1]?.fail(new Closing());
  await settled();
  const { priority, message } = sent[0]!;
  expect({ priority, message: { ...message, transaction: null } }).toEqual({
    priority: 'notice',
    message: {
      room: ROOM,
      transaction: null,
      msgtype: 'm.notice',
      content: { body: 'notice room is troubled' },
      replaces: null,
      answers: null,
      since: alarm.now(),
      device: null,
    },
  });
  expect(sent.map(({ message }) => message.room)).toEqual([ROOM, OTHER]);
  expect(inputs()).toEqual([]);
});

describe('what goes on', () => {
  const inJson: Partial<RoomEffectPorts> = { renderNotice: (notice) => ({ body: JSON.stringify(notice) }) };
  const streaming = after(freshRecord(), textInput(1), ...toStreaming(1));

  it('is said as it is by then, with when the agent was last heard', () => {
    const { effects, perform, hear, sent, alarm } = theatre(inJson);
    const status = (record = streaming) => {
      const effect = { id: '9', class: 'repeatable' as const, type: 'say the status', since: SINCE, device: DEVICE };
      effects.perform(ROOM, { ...effect, cursor: 0, params: { answers: eventId('status') } }, record);
      const { message, priority } = sent.at(-1) ?? {};
      const { turn, last } = JSON.parse(message?.content.body ?? '') as Status;
      return { priority, msgtype: message?.msgtype, answers: message?.answers, stage: turn?.stage, last };
    };
    const seen = { priority: 'command', msgtype: 'm.notice', answers: '$status' };
    const atWork = { last: { is: 'at work' } };
    expect(status(freshRecord())).toEqual({ ...seen, stage: undefined, last: { is: 'not received' } });
    const asked = { is: 'asked', silent: alarm.now() };
    expect(status()).toEqual({ ...seen, ...atWork, stage: asked });
    perform('open the connection', { ...connection(), turn: turnId(1) });
    hear({ type: 'progress', text: 'search', step: null, steps: null });
    alarm.advance(1_000);
    expect(status()).toEqual({ ...seen, ...atWork, stage: { is: 'asked', silent: 1_000 } });
    hear({ type: 'text', text: 'x' });
    alarm.advance(3_000);
    expect(status()).toEqual({ ...seen, ...atWork, stage: { is: 'answering', silent: 3_000 } });
    perform('close the connection', { turn: turnId(1) });
    expect(status()).toEqual({ ...seen, ...atWork, stage: { is: 'asked', silent: alarm.now() } });
  });

  it('besides the answer is told once it lasts, and goes on in the notice where that stands', async () => {
    const { perform, hear, sent, inputs, alarm } = theatre(inJson);
    perform('open the connection', connection());
    hear({ type: 'progress', text: 'search', step: 1, steps: 2 });
    alarm.advance(1_500);
    const worked = { type: 'agent.worked', turn: TURN, on: 'search', step: 1, steps: 2 };
    expect(inputs().map(eventOf)).toEqual([worked]);
    perform('go on showing the work', { turn: TURN, notice: eventId('work'), answers: eventId('asked') });
    perform('go on showing the work', { turn: turnId(2), notice: eventId('other'), answers: eventId('asked') });
    hear({ type: 'progress', text: 'read', step: 2, steps: 2 });
    alarm.advance(2_000);
    expect(sent.map(({ message, priority }) => ({ ...message, priority }))).toEqual([
      {
        ...{ room: ROOM, transaction: `origin.t3.work.${(1_000_000).toString(36)}.1`, msgtype: 'm.notice' },
        content: { body: JSON.stringify({ key: 'working', on: 'read', step: 2, steps: 2 }) },
        ...{ answers: eventId('asked'), replaces: eventId('work'), isPassing: true, since: 1_000_000, device: null },
        priority: 'disposable',
      },
    ]);
    perform('close the connection', { turn: TURN });
    hear({ type: 'progress', text: 'more', step: null, steps: null });
    sent[0]?.answer(ok());
    await settled();
    alarm.advance(60_000);
    expect([sent.length, inputs().length]).toEqual([1, 1]);
  });
});

const file: TrayFile = {
  ...{ event: eventId('file'), name: 'a.pdf', type: 'document', mime: null, at: 0, there: null },
  url: MxcUri.parse('mxc://test/a'),
};

describe('what the agent says of its own accord', () => {
  const push = (answer: Answer) => ({ push: 'p', agent, person: ann, answer, files: [] });

  it('comes part by part and answers nothing, behind the answer that is being delivered', async () => {
    const { perform, sent, inputs } = theatre();
    perform('deliver the answer', delivery({ markdown: 'one|two' }), { id: '1' });
    perform('deliver the push', push({ markdown: 'three|four' }), { id: '2' });
    const seen = () => sent.map(({ message }) => [message.transaction, message.msgtype, message.answers]);
    for (let count = 1; count <= 4; count++) {
      await until(() => sent.length === count);
      sent[count - 1]?.answer(ok());
    }
    expect(seen()).toEqual([
      ['origin.1.0', 'm.text', eventId('asked')],
      ['origin.1.1', 'm.text', eventId('asked')],
      ['origin.2.0', 'm.text', null],
      ['origin.2.1', 'm.text', null],
    ]);
    await until(() => inputs().filter(({ kind }) => kind === 'settled').length === 2);
  });

  it('is forgotten once the room knows, also where it was refused', async () => {
    for (const receipt of [ok(), no]) {
      const { perform, sent, admitted, stored } = theatre();
      stored.set(`${ROOM} push-p`, 'long');
      perform('deliver the push', push({ stored: 'push-p' }));
      await until(() => sent.length === 1);
      sent[0]?.answer(receipt);
      await until(() => admitted.length === 1);
      expect([...stored.keys()]).toEqual([`${ROOM} push-p`]);
      admitted[0]?.onDisk();
      await until(() => stored.size === 0);
    }
  });

  it('changes notices side by side: of each the latest words come last, and no other waits for them', async () => {
    const { perform, sent } = theatre();
    const goesOn = (of: string, step: number) =>
      perform(
        'change the notice',
        { of: eventId(of), notice: { key: 'agent goes on', on: 'x', step, steps: null }, answers: null },
        { id: `${of}${step}` },
      );
    goesOn('a', 1);
    goesOn('a', 2);
    goesOn('a', 3);
    goesOn('b', 1);
    await settled();
    expect(sent.map(({ message }) => message.replaces)).toEqual([eventId('a'), eventId('b')]);
    sent[0]?.answer(ok());
    await until(() => sent.length === 3);
    expect(sent[2]?.message.transaction).toBe('origin.a3');
  });
});

it('does each effect that the chart can ask for', async () => {
  const every: { [Name in keyof RoomEffectParams]: RoomEffectParams[Name] } = {
    'join the room': { greet: false },
    'leave the room': { person: ann, why: 'it could not be entered' },
    'set the name': { name: 'Plans', answers: eventId('rename') },
    'write the marker': { marker },
    'tell the person': { person: ann, wish: { type: 'chat.gone' } },
    say: { notice: { key: 'only for', person: ann }, answers: null },
    'deliver the answer': delivery({ markdown: 'x' }),
    'deliver the push': { push: 'p', agent, person: ann, answer: { markdown: 'x' }, files: [] },
    'ask for a place': { turn: TURN, agent },
    'open the connection': connection(),
    'send the user message': { turn: TURN, text: textOf(1) },
    'send the confirmation': { turn: TURN, question: 'q', approved: true },
    'stop the agent': { turn: TURN, trouble: 'too-long' },
    'close the connection': { turn: TURN },
    'show typing': {},
    'hide typing': {},
    'go on as a reply': { turn: TURN },
    'change the notice': { of: eventId('line'), notice: { key: 'text waits', position: 2 }, answers: null },
    'fetch the file': { agent, person: ann, file },
    'settle the file': { agent, person: ann, file },
    'delete the file': { agent, path: 'a.pdf', bytes: 5, print: 'print' },
    'send the files': { agent, person: ann, paths: ['a.pdf'], answers: eventId(1) },
    'mark the message': { of: eventId('text') },
    'take back': { event: eventId('line') },
    'say the status': { answers: eventId('status') },
    'answer the operator': { answers: eventId('ops'), sender: ann, words: 'status' },
    'go on showing the work': { turn: TURN, notice: eventId('work'), answers: eventId(1) },
  };
  expect(Object.keys(every).sort()).toEqual(Object.keys(roomEffects).sort());
  // That these change what is sent later has tests of its own.
  const { 'go on as a reply': _, 'go on showing the work': __, ...seen } = every;
  for (const name of Object.keys(seen) as (keyof typeof seen)[]) {
    const { perform, happened, sent, words, effects, alarm } = theatre();
    perform('open the connection', connection());
    if (name === 'hide typing') {
      perform('show typing', {});
      alarm.advance(150);
      await settled();
    }
    const before = happened.length + sent.length + words.length;
    perform(name, name === 'open the connection' ? { ...connection(), turn: turnId(4) } : every[name]);
    alarm.advance(150);
    await settled();
    expect(happened.length + sent.length + words.length, name).toBeGreaterThan(before);
    effects.release(ROOM);
  }
});
