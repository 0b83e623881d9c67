import { describe, expect, it } from 'vitest';
import type { EventId } from '../../../machines/ids.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { createLiveTurn, MOST_QUESTIONS, type Beginning, type TurnWorld } from '../../../src/actors/effects/turn.ts';
import { MOST_FILES } from '../../../src/actors/effects/files.ts';
import type { LinkEvent } from '../../../src/ports.ts';
import { createLog } from '../../../src/ops/log.ts';
import { logBook } from '../../support/log-book.ts';
import { settled, until } from '../../support/until.ts';
import { agent, contextId, eventId, ROOM, textOf, turnId } from '../support.ts';

const TURN = turnId(7);
/** What each line of the log says of the turn. */
const named = { room: ROOM, turn: TURN, agent, event: eventId('asked'), tries: 1, ms: 7 };
const spot = { answers: eventId('asked'), preview: null, mayHaveBegun: false };
const target = { agent, contextId: contextId(1) };
const capabilities = { idempotent: true, request_id: false, confirmations: true, stop: true, contexts: false };

/** A turn whose place, connection and answer are in the hands of the test. */
function liveTurn({ stands = null, ...changes }: Partial<TurnWorld> & { stands?: EventId | null } = {}) {
  const happened: string[] = [];
  const told: RoomEvent[] = [];
  const story: string[] = [];
  const places: { granted: () => void; awaited: (position: number) => void }[] = [];
  const listeners: ((event: LinkEvent) => void)[] = [];
  const reached: boolean[] = [];
  const log = logBook();
  let answer = '';
  const finishing = Promise.withResolvers<void>();
  const turn = createLiveTurn(TURN, {
    room: ROOM,
    openLink: (where, listen) => {
      happened.push(`open ${where.agent} ${where.contextId}`);
      listeners.push(listen);
      return {
        ask({ room, text }) {
          if ('throws' in text) throw new Error('not written');
          const about = text.quoted === undefined ? '' : ` about ${text.quoted.excerpt}`;
          happened.push(`ask ${room} ${text.eventId}${about}`);
        },
        confirm: (question, approved) => happened.push(`confirm ${question} ${approved}`),
        stop: () => happened.push('stop'),
        close: () => happened.push('close'),
      };
    },
    places: {
      take: (_, hooks) => {
        places.push(hooks);
        happened.push('take a place');
        return () => happened.push('leave the place');
      },
    },
    preparing: () => null,
    chance: () => 0.25,
    log,
    story: {
      about: () => named,
      begins: () => void story.push('begins'),
      ends: (characters) => void story.push(`ends with ${characters}`),
    },
    reach: () => undefined,
    tell: (event) => told.push(event),
    liveAnswer: () => ({
      add: (text) => void (answer += text),
      finish: async () => {
        happened.push('finish');
        await finishing.promise;
        return { markdown: answer, stands };
      },
      abandon: () => void happened.push('abandon'),
      get length() {
        return answer.length;
      },
    }),
    keep: async (_, markdown) => ({ markdown: `kept ${markdown}` }),
    picturesIn: (markdown) => markdown.split(' ').filter((word) => word.endsWith('.png')),
    ...changes,
  });
  return {
    turn,
    happened,
    told,
    story,
    places,
    lines: log.lines,
    hear: (event: LinkEvent) => listeners.at(-1)?.(event),
    reached,
    open: () => turn.open(target, spot, (yes) => void reached.push(yes)),
    /** Lets `finish` of the answer end. */
    finished: () => finishing.resolve(),
  };
}

const over = (changes: object = {}) => ({
  type: 'turn.ended',
  turn: TURN,
  outcome: 'done',
  answer: null,
  trouble: null,
  tokens: 0,
  ...changes,
});

describe('a turn', () => {
  it('takes one place, however often it is asked for, and tells how it stands', () => {
    const { turn, happened, told, places } = liveTurn();
    turn.takePlace(agent);
    turn.takePlace(agent);
    expect(happened).toEqual(['take a place']);
    places[0]?.awaited(3);
    places[0]?.granted();
    expect(told).toEqual([
      { type: 'place.awaited', turn: TURN, position: 3 },
      { type: 'place.granted', turn: TURN },
    ]);
  });

  it('sends what its answer shows of the workspace, as files before its end, and not more than of files', async () => {
    const { open, hear, told, finished } = liveTurn();
    finished();
    open();
    for (let n = 1; n < MOST_FILES; n++) hear({ type: 'file', path: `${n}.txt` });
    hear({ type: 'text', text: 'see a.png and b.png and c.png' });
    hear({ type: 'ended', outcome: 'done', tokens: 0 });
    await until(() => told.at(-1)?.type === 'turn.ended');
    expect(told.slice(MOST_FILES - 1)).toEqual([
      { type: 'agent.sent a file', turn: TURN, path: 'a.png' },
      { type: 'agent.sent a file', turn: TURN, path: 'b.png' },
      over({ answer: { markdown: 'kept see a.png and b.png and c.png' } }),
    ]);
  });

  it('counts a file once, however often and in whatever way it is named and shown', async () => {
    const { open, hear, told, finished } = liveTurn();
    finished();
    open();
    const names = Array.from({ length: MOST_FILES - 1 }, (_, n) => `out/${n}.png`);
    for (const name of names) hear({ type: 'file', path: `/workspace/${name}` });
    for (const name of names) hear({ type: 'file', path: `/agents/17/./${name}` });
    hear({ type: 'text', text: [...names, 'new.png'].join(' ') });
    hear({ type: 'ended', outcome: 'done', tokens: 0 });
    await until(() => told.at(-1)?.type === 'turn.ended');
    expect(told.slice(0, -1)).toEqual(
      [...names.map((name) => `/workspace/${name}`), 'new.png'].map((path) => ({
        ...{ type: 'agent.sent a file', turn: TURN, path },
      })),
    );
  });

  it('sends what a question shows of the workspace', async () => {
    const { open, hear, told, finished } = liveTurn();
    finished();
    open();
    hear({ type: 'question', id: 'q1', text: 'Is a.png what you want?', expiresInMs: null });
    await until(() => told.at(-1)?.type === 'agent.asked');
    expect(told).toEqual([
      { type: 'agent.sent a file', turn: TURN, path: 'a.png' },
      { type: 'agent.asked', turn: TURN, question: { id: 'q1', text: 'Is a.png what you want?', expiresInMs: null } },
    ]);
  });

  it('tells what happens on its connection, with its id', async () => {
    const { open, hear, told, happened, reached, finished } = liveTurn();
    finished();
    open();
    hear({ type: 'opened' });
    expect(reached).toEqual([true]);
    hear({ type: 'ready', capabilities, session: 's1' });
    hear({ type: 'progress', text: 'thinking', step: 1, steps: 2 });
    hear({ type: 'file', path: 'a.txt' });
    hear({ type: 'question', id: 'q1', text: 'May I?', expiresInMs: 5_000 });
    await until(() => told.length === 4);
    expect(happened).toEqual([`open ${agent} 1`, 'finish']);
    expect(told).toEqual([
      { type: 'connection.opened', turn: TURN },
      { type: 'agent.ready', turn: TURN, idempotent: true, confirmations: true, session: 's1' },
      { type: 'agent.sent a file', turn: TURN, path: 'a.txt' },
      { type: 'agent.asked', turn: TURN, question: { id: 'q1', text: 'May I?', expiresInMs: 5_000 } },
    ]);
  });

  it('tells of an agent that has frames for its memory', () => {
    const { open, hear, told } = liveTurn();
    open();
    hear({ type: 'ready', capabilities: { ...capabilities, contexts: true }, session: null });
    expect(told).toEqual([
      { type: 'agent.ready', turn: TURN, idempotent: true, confirmations: true, contexts: true, session: null },
    ]);
  });

  it('passes on so many files and no more, and says so once', () => {
    const book = logBook();
    const { open, hear, told, happened } = liveTurn({ log: book });
    open();
    for (let n = 0; n < 20_000; n += 1) hear({ type: 'file', path: `${n}.txt` });
    expect(told).toEqual(
      Array.from({ length: MOST_FILES + 1 }, (_, n) => ({ type: 'agent.sent a file', turn: TURN, path: `${n}.txt` })),
    );
    expect(book.lines.map(({ message, fields }) => [message, fields])).toEqual([
      ['an agent sends more than is passed on in one turn', { ...named, what: 'file' }],
    ]);
    expect(happened).toEqual([`open ${agent} 1`]);
  });

  it('ends with one question too many', async () => {
    const { open, hear, told, happened, finished } = liveTurn();
    finished();
    open();
    for (let n = 0; n < 20_000; n += 1) hear({ type: 'question', id: `q${n}`, text: '?', expiresInMs: null });
    await until(() => told.length === MOST_QUESTIONS);
    await settled();
    expect(told).toHaveLength(MOST_QUESTIONS);
    expect(happened).toEqual([`open ${agent} 1`, 'finish', 'stop']);
  });

  it('hides in the log what the agent said', () => {
    const lines: string[] = [];
    const log = createLog({ level: 'debug', format: 'json', destination: { write: (line) => lines.push(line) } });
    const { open, hear } = liveTurn({ log });
    open();
    hear({ type: 'ended', outcome: 'failed', trouble: 'agent-error', detail: 'ERROR 5: Ann wrote: my secret' });
    hear({ type: 'unreachable', trouble: 'protocol', detail: 'the first frame was ERROR: my secret' });
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'turn failed',
      'agent unreachable',
    ]);
    expect(lines.join('')).not.toContain('secret');
  });

  it('tells that the agent cannot be reached, with chance for the pause', () => {
    const { open, hear, told, reached } = liveTurn();
    open();
    hear({ type: 'unreachable', trouble: 'no-status', detail: 'secret address' });
    expect(reached).toEqual([false]);
    expect(told).toEqual([{ type: 'agent.unreachable', turn: TURN, trouble: 'no-status', jitter: 0.25 }]);
  });

  it('passes on what the room wants of its connection', () => {
    const { turn, open, happened } = liveTurn();
    open();
    turn.ask(ROOM, textOf(1));
    turn.confirm('q1', true);
    turn.stop(null);
    expect(happened.slice(1)).toEqual([`ask ${ROOM} $1`, 'confirm q1 true', 'stop']);
  });

  const reply = { ...textOf(1), replyTo: '$0' as EventId };
  const quoted = { author: textOf(1).sender, excerpt: 'a cat' };

  it('asks a reply once it is found what that answers', async () => {
    const { turn, open, happened } = liveTurn({ preparing: async (_, text) => ({ ...text, quoted }) });
    open();
    turn.ask(ROOM, reply);
    expect(happened.slice(1)).toEqual([]);
    await until(() => happened.length === 2);
    expect(happened.at(-1)).toBe(`ask ${ROOM} $1 about a cat`);
  });

  it('asks nothing on a later connection of what was found out for an earlier one', async () => {
    const found = Promise.withResolvers<typeof reply>();
    const asked: number[] = [];
    let links = 0;
    const openLink = () => {
      const own = ++links;
      return { ask: () => void asked.push(own), confirm() {}, stop() {}, close() {} };
    };
    const { turn, open } = liveTurn({ openLink, preparing: () => found.promise });
    open();
    turn.ask(ROOM, reply);
    open();
    found.resolve(reply);
    await settled();
    expect(asked).toEqual([1]);
  });

  it('ends the turn where a reply cannot be written', async () => {
    const { turn, open, told } = liveTurn({ preparing: async (_, text) => text });
    open();
    turn.ask(ROOM, { ...reply, throws: true } as typeof reply);
    await until(() => told.length === 1);
    const lost = { outcome: 'failed', answer: null, trouble: 'connection-lost', tokens: 0 };
    expect(told).toEqual([{ type: 'turn.ended', turn: TURN, ...lost }]);
  });

  it('shows no more of an answer that nobody wants, and still ends', () => {
    const { turn, open, hear, happened } = liveTurn();
    turn.hush();
    open();
    turn.stop(null);
    turn.hush();
    hear({ type: 'ended', outcome: 'stopped' });
    expect(happened.slice(1)).toEqual(['stop', 'abandon', 'finish']);
  });

  it('does nothing for what is wanted of a connection that it does not have', () => {
    const { turn, happened, told } = liveTurn();
    turn.ask(ROOM, textOf(1));
    turn.confirm('q1', true);
    turn.stop(null);
    turn.close();
    expect({ happened, told }).toEqual({ happened: [], told: [] });
  });

  it('lets go of everything when it is closed, and tells nothing any more', () => {
    const { turn, open, hear, happened, told, places } = liveTurn();
    turn.takePlace(agent);
    open();
    turn.close();
    places[0]?.granted();
    hear({ type: 'opened' });
    expect(happened.slice(2)).toEqual(['close', 'leave the place', 'abandon']);
    expect(told).toEqual([]);
  });
});

describe('the end of a turn', () => {
  it('comes when the answer is finished and kept', async () => {
    const { open, hear, told, story, finished } = liveTurn();
    open();
    hear({ type: 'text', text: 'Hello ' });
    hear({ type: 'text', text: 'there' });
    hear({ type: 'ended', outcome: 'done', tokens: 12 });
    await settled();
    expect(told).toEqual([]);
    finished();
    await until(() => told.length > 0);
    expect(told).toEqual([over({ answer: { markdown: 'kept Hello there' }, tokens: 12 })]);
    expect(story).toEqual(['begins', 'ends with 11']);
  });

  it('names the message that shows the answer already, where there is an answer', async () => {
    for (const [text, expected] of [
      ['Hello', { answer: { markdown: 'kept Hello' }, stands: eventId('there') }],
      [' ', {}],
    ] as const) {
      const { open, hear, told, finished } = liveTurn({ stands: eventId('there') });
      finished();
      open();
      hear({ type: 'text', text });
      hear({ type: 'ended', outcome: 'done', tokens: 0 });
      await until(() => told.length > 0);
      expect(told).toEqual([over(expected)]);
    }
  });

  it.each(['', ' \n\t '])('has no answer where the agent wrote %j', async (text) => {
    const { open, hear, told, finished } = liveTurn();
    finished();
    open();
    hear({ type: 'text', text });
    hear({ type: 'ended', outcome: 'done', tokens: 0 });
    await until(() => told.length > 0);
    expect(told).toEqual([over()]);
  });

  it('keeps the piece that was there when it failed or was stopped', async () => {
    const failed = liveTurn();
    failed.finished();
    failed.open();
    failed.hear({ type: 'text', text: 'a piece' });
    failed.hear({ type: 'ended', outcome: 'failed', trouble: 'silent', detail: '' });
    await until(() => failed.told.length > 0);
    expect(failed.told).toEqual([over({ outcome: 'failed', trouble: 'silent', answer: { markdown: 'kept a piece' } })]);

    const stopped = liveTurn();
    stopped.finished();
    stopped.open();
    stopped.turn.stop(null);
    stopped.hear({ type: 'ended', outcome: 'stopped' });
    await until(() => stopped.told.length > 0);
    expect(stopped.told).toEqual([over({ outcome: 'stopped' })]);
  });

  it('says why it was stopped when it was not the person', async () => {
    const { turn, open, hear, told, finished } = liveTurn();
    finished();
    open();
    turn.stop('too-long');
    hear({ type: 'ended', outcome: 'stopped' });
    await until(() => told.length > 0);
    expect(told).toEqual([over({ outcome: 'stopped', trouble: 'too-long' })]);
  });

  it('stops an agent that floods, once, at 4 MiB', async () => {
    const { open, hear, told, happened, finished } = liveTurn({ keep: async () => ({ stored: 'turn-7' }) });
    finished();
    open();
    const megabyte = 'x'.repeat(1024 * 1024);
    for (let piece = 0; piece < 4; piece++) hear({ type: 'text', text: megabyte });
    expect(happened).not.toContain('stop');
    hear({ type: 'text', text: 'x' });
    hear({ type: 'text', text: 'x' });
    expect(happened.filter((what) => what === 'stop')).toHaveLength(1);
    hear({ type: 'ended', outcome: 'stopped' });
    await until(() => told.length > 0);
    expect(told).toEqual([over({ outcome: 'stopped', trouble: 'too-big', answer: { stored: 'turn-7' } })]);
  });

  it('takes nothing more of what still comes before it stops', async () => {
    let kept = 0;
    const keep = async (_: number, markdown: string) => ((kept = markdown.length), { stored: 'turn-7' });
    const { open, hear, told, finished } = liveTurn({ keep });
    finished();
    open();
    const megabyte = 'x'.repeat(1024 * 1024);
    for (let piece = 0; piece < 100; piece++) hear({ type: 'text', text: megabyte });
    hear({ type: 'ended', outcome: 'stopped' });
    await until(() => told.length > 0);
    expect(kept).toBe(5 * megabyte.length);
  });

  it('is a lost connection where the answer cannot be kept: it ends all the same', async () => {
    const { open, hear, told, finished } = liveTurn({ keep: () => Promise.reject(new Error('the disk is full')) });
    finished();
    open();
    hear({ type: 'text', text: 'a long answer' });
    hear({ type: 'ended', outcome: 'done', tokens: 3 });
    await until(() => told.length > 0);
    expect(told).toEqual([over({ outcome: 'failed', trouble: 'connection-lost' })]);
  });

  it('is not told when it was closed while its answer was being finished', async () => {
    const { turn, open, hear, told, finished } = liveTurn();
    open();
    hear({ type: 'text', text: 'a long answer' });
    hear({ type: 'ended', outcome: 'done', tokens: 3 });
    turn.close();
    finished();
    await settled();
    expect(told).toEqual([]);
  });
});

describe('the log', () => {
  it('names its turn where the agent cannot be reached', () => {
    const { open, hear, lines } = liveTurn();
    open();
    hear({ type: 'unreachable', trouble: 'no-status', detail: 'nothing came' });
    const fields = { ...named, trouble: 'no-status', said: 'nothing came' };
    expect(lines).toEqual([{ level: 'warn', message: 'agent unreachable', fields }]);
  });

  it('names it where the turn failed, and nothing of the answer', async () => {
    const { open, hear, lines, told, finished } = liveTurn();
    finished();
    open();
    hear({ type: 'text', text: 'a piece' });
    hear({ type: 'ended', outcome: 'failed', trouble: 'silent', detail: 'no frame for 5 ms' });
    await until(() => told.length > 0);
    const fields = { ...named, trouble: 'silent', said: 'no frame for 5 ms' };
    expect(lines).toEqual([{ level: 'warn', message: 'turn failed', fields }]);
  });

  it('names it where the answer could not be kept', async () => {
    const error = new Error('the disk is full');
    const { open, hear, lines, told, finished } = liveTurn({ keep: () => Promise.reject(error) });
    finished();
    open();
    hear({ type: 'text', text: 'a long answer' });
    hear({ type: 'ended', outcome: 'done', tokens: 3 });
    await until(() => told.length > 0);
    expect(lines).toEqual([{ level: 'error', message: 'answer could not be kept', fields: { ...named, error } }]);
  });

  it('says nothing of a turn that went well', async () => {
    const { open, hear, lines, told, finished } = liveTurn();
    finished();
    open();
    hear({ type: 'text', text: 'an answer' });
    hear({ type: 'ended', outcome: 'done', tokens: 3 });
    await until(() => told.length > 0);
    expect(lines).toEqual([]);
  });
});

it('grows its answer where its beginning stands, in answer to the text', () => {
  const given: unknown[] = [];
  const { turn } = liveTurn({
    liveAnswer: (where) => {
      given.push(where);
      return { add: () => {}, finish: async () => ({ markdown: '', stands: null }), abandon: () => {}, length: 0 };
    },
  });
  const before = { ...spot, preview: eventId('preview') };
  turn.open(target, before, () => {});
  expect(given).toEqual([{ ...before, piece: 0, isApart: expect.any(Function) as unknown }]);
});

it('lets its answer know once others stand between the text and what is still to come', () => {
  const grown: Beginning[] = [];
  const { turn } = liveTurn({
    liveAnswer: (where) => {
      grown.push(where);
      return { add: () => {}, finish: async () => ({ markdown: '', stands: null }), abandon: () => {}, length: 0 };
    },
  });
  turn.open(target, spot, () => {});
  const before = grown.map(({ isApart }) => isApart());
  turn.standApart();
  expect([before, grown.map(({ isApart }) => isApart())]).toEqual([[false], [true]]);
});
