/** Random lives of a room, with an agent that keeps to its protocol and a process that may die at any step. */
import { waitsForFiles } from '../../machines/room-tray.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyEventObject } from 'xstate';
import type { RoomContext, Text } from '../../machines/room.model.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { roomRest } from '../../src/actors/rest.ts';
import { readRoomRecord } from '../../src/actors/room.ts';
import { step } from '../../src/durable/step.ts';
import type { Effect, Input } from '../../src/durable/definition.ts';
import { agentEvent, agentMoveOf, inputOf, moves, type Move } from './moves.ts';
import {
  besidesOf,
  contextOf,
  conversationOf,
  definition,
  dialogOf,
  freshRecord,
  limits,
  eventId,
  textInput,
  toStreaming,
} from './support.ts';
import { input, reread } from '../support/inputs.ts';

/** What the world knows of the turn that it works on. */
interface World {
  place: number | null;
  link: { turn: number; phase: 'opening' | 'open' | 'ready' | 'asked' | 'over' } | null;
  /** How often each turn's message was written. */
  written: Map<number, number>;
  /** Turns whose agent promised to run a repeated message once. */
  idempotent: Set<number>;
  /** The notices of what an agent does that stand in the room. */
  told: Set<unknown>;
}

const newWorld = (): World => ({ place: null, link: null, written: new Map(), idempotent: new Set(), told: new Set() });

function perform(world: World, { type, params }: Effect, record: Envelope): void {
  const turn = params['turn'] as number;
  switch (type) {
    case 'ask for a place':
      world.place = turn;
      break;
    case 'open the connection':
      world.link = { turn, phase: 'opening' };
      break;
    case 'send the user message':
      if (world.link?.turn !== turn || world.link.phase !== 'ready') break;
      world.link.phase = 'asked';
      world.written.set(turn, (world.written.get(turn) ?? 0) + 1);
      if (contextOf(record).turn?.idempotent === true) world.idempotent.add(turn);
      break;
    case 'close the connection':
      if (world.place === turn) world.place = null;
      if (world.link?.turn === turn) world.link = null;
      break;
  }
}

/** Whether the agent's side may say this now; moves its connection on. What another turn's connection says may come any time. */
function mayHappen(world: World, move: Move, record: Envelope): boolean {
  if (move.move !== 'agent' || move.off !== 0) return true;
  const turn = contextOf(record).turn?.id;
  const { link } = world;
  const phase = link?.turn === turn ? link?.phase : undefined;
  switch (move.event.says) {
    case 'granted':
    case 'awaited':
      return world.place !== null && world.place === turn;
    case 'opened':
      return moveOn(['opening'], 'open');
    case 'ready':
      return moveOn(['open'], 'ready');
    case 'unreachable':
      return moveOn(['opening', 'open'], 'over');
    case 'ended':
      return moveOn(['asked'], 'over');
    default:
      return phase === 'asked';
  }
  function moveOn(from: (typeof phase)[], to: NonNullable<typeof phase>): boolean {
    if (!link || !from.includes(phase)) return false;
    link.phase = to;
    return true;
  }
}

interface Life {
  record: Envelope<RoomContext>;
  world: World;
  ledger: Ledger;
}

/** Where the rooms have been. */
const visited = new Set<string>();

const endings = [
  ...['stopped', 'trouble', 'interrupted', 'empty answer', 'answer was refused', 'cleared'],
  ...['task failed', 'conversation is saved', 'save is loaded', 'conversation is copied'],
];

function keysOf(effects: readonly Effect[]): { key: string; answers: unknown }[] {
  return effects
    .filter(({ type }) => type === 'say')
    .map(({ params }) => ({ key: (params['notice'] as { key: string }).key, answers: params['answers'] }));
}

/** The texts that a room has taken and not ended, the running one first. */
function openTexts(record: Envelope): string[] {
  const { turn, waiting } = contextOf(record);
  return [...(turn === null ? [] : [turn.text]), ...waiting].map((text) => text.eventId as string);
}

const ofAgents = new Set(['ask for a place', 'open the connection', 'send the user message', 'send the confirmation']);

/** Whether all that is under way ends: another person comes, the person or the bot leaves, the person is served no more. */
function leavesNothing(event: AnyEventObject | null, was: RoomContext, is: RoomContext): boolean {
  if (was.person !== null && is.person !== was.person) return true;
  if (event === null) return false;
  if (event.type === 'member.left') return event['user'] === was.person;
  return event.type === 'agent.assigned' && event['role'] === 'refused';
}

function checkStep(before: Envelope, one: Input, after: Envelope, effects: readonly Effect[]): void {
  const was = contextOf(before);
  const is = contextOf(after);
  const said = keysOf(effects);

  visited.add(conversationOf(after));
  expect(after.parked).toEqual([]);
  if (after.done) return;
  const serves = !['unclaimed', 'pointing', 'refusing', 'leaving', 'departing'].includes(conversationOf(after));
  const atRest = !serves || ['idle', 'interrupted'].includes(conversationOf(after));
  expect(atRest).toBe(is.turn === null);
  visited.add(`dialog ${dialogOf(after)}`);
  expect(is.dialog === null).toBe(dialogOf(after) === 'none');
  if (atRest && besidesOf(after).length === 0 && is.dialog === null) {
    // What waits where nothing runs waits for its files, and the texts behind it for their turn.
    if (is.waiting.length > 0) expect(waitsForFiles(is.waiting[0])).toBe(true);
    if (is.burst === null) expect(after.timers).toEqual([]);
  }
  expect(JSON.stringify(after).length).toBeLessThan(64 * 1024);

  const event = one.kind === 'event' ? one.event : null;
  const taken = one.kind === 'event' && (one.id === null || before.seen !== after.seen);
  if (event !== null && 'turn' in event && event['turn'] !== was.turn?.id) {
    expect(after).toBe(before);
    expect(effects).toEqual([]);
  }
  const text = event?.type === 'text.received' ? (event['text'] as { eventId: string; sender: string }) : null;
  const isMissed = event !== null && 'missed' in event;
  if (text !== null && taken && isMissed && serves && was.role === 'chat') {
    const kept = is.unanswered.map(({ text: { eventId } }) => eventId as string);
    expect([openTexts(after).includes(text.eventId), kept.at(-1)]).toEqual([false, text.eventId]);
    expect([said, effects.filter(({ type }) => ofAgents.has(type))]).toEqual([[], []]);
    expect(is.missed).toBe(was.missed + 1);
  } else if (text !== null && taken && text.sender === is.person) {
    if (!serves) expect([openTexts(after), effects.filter(({ type }) => ofAgents.has(type))]).toEqual([[], []]);
    const held = openTexts(after).filter((id) => id === text.eventId).length;
    const refused = said.filter(({ key, answers }) => key === 'queue is full' && answers === text.eventId).length;
    if (serves) expect([held, refused]).toEqual(refused === 1 ? [0, 1] : [1, 0]);
  }
  if (event?.type === 'saves.told' && taken && serves) expect(effects.length).toBeGreaterThan(0);
  if (
    event !== null &&
    taken &&
    !isMissed &&
    String(event.type).startsWith('command.') &&
    event['sender'] === was.person
  ) {
    expect(effects.length, `${String(event.type)} in ${conversationOf(before)}`).toBeGreaterThan(0);
  }

  if (leavesNothing(event, was, is)) {
    expect({ turn: is.turn, waiting: is.waiting }).toEqual({ turn: null, waiting: [] });
    return;
  }
  const isWithdrawn = ({ eventId, repeats }: Text) =>
    event?.type === 'text.withdrawn' && (eventId === event['of'] || repeats === event['of']);
  const waited = was.waiting.filter((text) => !isWithdrawn(text)).map(({ eventId }) => eventId as string);
  const open = openTexts(after);
  checkWhatCanBeAsked(was, is, event, said);
  const isDropped = said.some(({ key }) => key === 'line is dropped');
  if (isDropped) expect([is.waiting, was.waiting.length > 0]).toEqual([[], true]);
  else for (const id of waited) expect(open, `${id} was waiting`).toContain(id);
  const isSecondHalf = was.turn?.text.task?.kind === 'branch' && is.turn?.text.eventId === was.turn.text.eventId;
  // Its files come anew, into the workspace of another agent.
  const isPutBack = is.waiting.some(({ eventId }) => eventId === was.turn?.text.eventId);
  if (was.turn !== null && is.turn?.id !== was.turn.id && !isSecondHalf && !isPutBack) {
    const delivered = one.kind === 'settled' && one.result.ok && !was.turn.discarded;
    const named = said.filter(({ key }) => endings.includes(key)).length;
    // All that there was of it came before a question.
    const isDone = event?.type === 'turn.ended' && event['outcome'] === 'done' && named === 0;
    // Nor is there an empty answer where files are one.
    const spoken = isDone && (was.turn.pieces > 0 || effects.some(({ type }) => type === 'send the files'));
    const { discarded, text: asked } = was.turn;
    const ends = [delivered, discarded || spoken, named === 1, isWithdrawn(asked)].filter(Boolean).length;
    expect(ends, JSON.stringify({ conversation: conversationOf(before), one, said })).toBe(1);
  }
}

const lost = ['trouble', 'interrupted', 'answer was refused'];

/** What is unanswered is known, bounded, and in one place; a word that is taken back leaves its question open. */
function checkWhatCanBeAsked(
  was: RoomContext,
  is: RoomContext,
  event: AnyEventObject | null,
  said: ReturnType<typeof keysOf>,
): void {
  const { unanswered, last, replies, waiting, turn } = is;
  expect([unanswered.length <= 10, last.length <= 5, is.passedOn.length <= 8]).toEqual([true, true, true]);
  for (const { messages } of replies) expect(messages.length).toBeLessThanOrEqual(8);
  const ids = unanswered.map(({ text }) => text.repeats ?? text.eventId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { eventId } of waiting) expect(unanswered.map(({ text }) => text.eventId)).not.toContain(eventId);
  if (was.turn !== null && turn?.id !== was.turn.id && said.some(({ key }) => lost.includes(key))) {
    expect(unanswered.map(({ text }) => text.eventId)).toContain(was.turn.text.eventId);
  }
  const word = [...was.waiting, was.turn?.text].find(
    (text) => text?.settles !== undefined && text.eventId === event?.['of'],
  );
  if (event?.type !== 'text.withdrawn' || word === undefined) return;
  const told = said.filter(({ key }) => key === 'word is taken back' || key === 'word was passed on').length;
  const isStopped = word.reaction !== true && word === was.turn?.text;
  expect([told, is.waiting.some(({ eventId }) => eventId === word.eventId)]).toEqual([
    isStopped && told === 0 ? 0 : 1,
    false,
  ]);
  if (said.some(({ key }) => key === 'word is taken back')) expect(is.question).not.toBeNull();
}

/** What the homeserver takes of these notices, and what is taken back. */
function noteWork({ told }: World, { outbox }: Envelope, one: Input, effects: readonly Effect[]): void {
  const item = one.kind === 'settled' ? outbox.find(({ id }) => id === one.effect) : undefined;
  const { key } = (item?.params['notice'] ?? {}) as { key?: string };
  if (item?.type === 'say' && key === 'working' && one.kind === 'settled' && one.result.ok)
    told.add(one.result.eventId);
  for (const { type, params } of effects) if (type === 'take back') told.delete(params['event']);
}

/** What a room has asked to be shown or done, over all of its life. */
interface Ledger {
  /** What each effect is, by its id: the homeserver takes two of one id for one. */
  asked: Map<string, string>;
  settled: Set<string>;
  /** The effect that delivers each piece of each answer. */
  delivers: Map<string, string>;
}

const newLedger = (): Ledger => ({ asked: new Map(), settled: new Set(), delivers: new Map() });

/** Nothing is shown twice: not in one breath, not under two names, not again once it stands. */
function checkLedger(ledger: Ledger, one: Input, after: Envelope, effects: readonly Effect[]): void {
  if (one.kind === 'settled') ledger.settled.add(one.effect);
  for (const { id, type, params } of after.outbox) {
    expect(ledger.settled, `${type} ${id} was settled`).not.toContain(id);
    const what = JSON.stringify([type, params]);
    expect(ledger.asked.get(id) ?? what).toBe(what);
    ledger.asked.set(id, what);
    if (type !== 'deliver the answer') continue;
    const piece = JSON.stringify([params['turn'], params['piece'] ?? 0]);
    expect(ledger.delivers.get(piece) ?? id, `piece ${piece} is delivered`).toBe(id);
    ledger.delivers.set(piece, id);
  }
  const words = effects.filter(({ type }) => type === 'say').map(({ params }) => JSON.stringify(params));
  expect(words).toEqual([...new Set(words)]);
}

/** Plays the moves; `n` numbers them. Gives the record and the world at the end. */
function play(sequence: readonly Move[], start = freshRecord()): Life {
  let record = start;
  const ledger = newLedger();
  let disk = record;
  let world = newWorld();
  let pending: { effects: readonly Effect[]; record: Envelope } = { effects: [], record };
  for (const [n, move] of sequence.entries()) {
    if (record.done) break;
    const crash = move.move === 'resume';
    const effectsAreLost = crash && n % 2 === 0;
    if (!effectsAreLost) for (const effect of pending.effects) perform(world, effect, pending.record);
    pending = { effects: [], record };
    if (crash) {
      record = readRoomRecord(reread(disk));
      world = { ...newWorld(), written: world.written, idempotent: world.idempotent, told: world.told };
      if (roomRest.mayLeaveMemory(record)) continue;
    }
    const meant = move.move === 'go on' ? agentMoveOf(move, record, n) : move;
    if (meant === null || !mayHappen(world, meant, record)) continue;
    const one = inputOf(meant, record, n);
    if (one === null) continue;
    const next = step(definition, record, [one]);
    checkStep(record, one, next.record, next.effects);
    noteWork(world, record, one, next.effects);
    checkLedger(ledger, one, next.record, next.effects);
    pending = { effects: next.effects, record: next.record };
    record = next.record;
    if (!next.light) disk = record;
  }
  for (const effect of pending.effects) perform(world, effect, pending.record);
  return { record, world, ledger };
}

/** What a willing world does next; null when nothing is left to do. */
function helpOn(record: Envelope): Input | null {
  const { turn } = contextOf(record);
  const [item] = record.outbox;
  if (item !== undefined) {
    const result = { ok: true as const, eventId: `$${item.id}` };
    return { kind: 'settled', effect: item.id, result, at: 0 };
  }
  const [timer] = record.timers;
  if (turn === null) return timer === undefined ? null : { kind: 'timer', timer, at: timer.at };
  const says = (move: Parameters<typeof agentEvent>[0]) => input(agentEvent(move, turn.id, 1));
  switch (conversationOf(record)) {
    case 'asking.waiting for a place':
      return says({ says: 'granted' });
    case 'asking.working.connecting':
      return says({ says: 'opened' });
    case 'asking.working.awaiting status':
      return says({ says: 'ready', idempotent: false, confirmations: false, session: null });
    case 'asking.working.backing off':
      return input({ type: 'agent.reachable', agent: contextOf(record).agent });
    case 'asking.working.streaming':
      if (turn.work === undefined && !turn.discarded && turn.text.task === undefined) return says({ says: 'works' });
      return says({ says: 'ended', outcome: 'done', answered: true, trouble: 0 });
    default:
      return says({ says: 'ended', outcome: 'done', answered: true, trouble: 0 });
  }
}

interface Rest {
  record: Envelope<RoomContext>;
  /** All that was asked for on the way. */
  effects: Effect[];
}

/** What becomes of it in a willing world; `each`: after each step. */
function helped({ record: start, world, ledger }: Life, each = () => {}): Rest {
  let record = start;
  const effects: Effect[] = [];
  for (let steps = 0; steps < 200 && !record.done; steps++) {
    const one = helpOn(record);
    if (one === null) break;
    const next = step(definition, record, [one]);
    checkLedger(ledger, one, next.record, next.effects);
    noteWork(world, record, one, next.effects);
    each();
    record = next.record;
    effects.push(...next.effects);
  }
  return { record, effects };
}

/** A new text of its person, or of somebody where it has none; `n` names it. */
function says(life: Life, n: number): Rest {
  const one = inputOf({ move: 'text', by: 'person' }, life.record, n) ?? expect.unreachable('a text is an input');
  const next = step(definition, life.record, [one]);
  checkStep(life.record, one, next.record, next.effects);
  checkLedger(life.ledger, one, next.record, next.effects);
  return next;
}

/** How often a text is answered by what was asked for. */
function answersTo(n: number, effects: readonly Effect[]): number {
  return effects.filter(({ type, params }) => type === 'deliver the answer' && params['answers'] === eventId(n)).length;
}

describe('whatever happens to a room', { timeout: 120_000 }, () => {
  it('takes, holds or refuses each text, ends each with one word, and forgets none', () => {
    visited.clear();
    const deeds = { written: 0, twice: 0 };
    fc.assert(
      fc.property(moves({ maxLength: 60 }), (sequence) => {
        const { world } = play(sequence);
        for (const [turn, times] of world.written) {
          if (times > 1) expect(world.idempotent, `turn ${turn} was written ${times} times`).toContain(turn);
          deeds.written += 1;
          if (times > 1) deeds.twice += 1;
        }
      }),
      { seed: 11, numRuns: 2_500 },
    );
    expect([...visited].sort()).toEqual([
      'asking.awaiting confirmation',
      'asking.finishing',
      'asking.stopping',
      'asking.waiting for a place',
      'asking.working.awaiting status',
      'asking.working.backing off',
      'asking.working.connecting',
      'asking.working.streaming',
      'departing',
      'dialog choosing a save',
      'dialog confirming a clear',
      'dialog confirming an overwrite',
      'dialog none',
      'idle',
      'interrupted',
      'leaving',
      'left',
      'pointing',
      'refusing',
    ]);
    expect(deeds.written).toBeGreaterThan(1_000);
    expect(deeds.twice).toBeGreaterThan(5);
  });

  it('begins with whoever speaks or comes first, where nobody is known', () => {
    visited.clear();
    fc.assert(
      fc.property(moves({ maxLength: 20 }), (sequence) => {
        play(sequence, freshRecord(undefined, { person: null }));
      }),
      { seed: 14, numRuns: 1_000 },
    );
    expect([...visited]).toEqual(expect.arrayContaining(['unclaimed', 'idle', 'pointing', 'refusing', 'left']));
  });

  it('comes to rest in a willing world, with every text answered', () => {
    let notices = 0;
    fc.assert(
      fc.property(moves({ maxLength: 40 }), (sequence) => {
        const life = play(sequence);
        const { world } = life;
        const { record } = helped(life, () => (notices += world.told.size));
        if (!record.done) {
          expect([...world.told]).toEqual([]);
          expect(roomRest.mayLeaveMemory(record)).toBe(true);
          expect(openTexts(record)).toEqual([]);
        }
      }),
      { seed: 12, numRuns: 250 },
    );
    expect(notices).toBeGreaterThan(5);
  });

  it('takes a new text and answers it once, at once and again at rest', () => {
    const met = new Map<string, number>();
    fc.assert(
      fc.property(moves({ maxLength: 40 }), (sequence) => {
        const life = play(sequence);
        const { record } = life;
        if (record.done || ['leaving', 'departing'].includes(conversationOf(record))) return;
        const where = `${conversationOf(record)}, dialog ${dialogOf(record)}`;
        const isFull = contextOf(record).waiting.length >= limits.queue;
        const now = says(life, 1_000);
        const then = helped({ ...life, record: now.record });
        if (then.record.done) return;
        const later = says({ ...life, record: then.record }, 1_001);
        const last = helped({ ...life, record: later.record });
        const isServed = !['pointing', 'refusing'].includes(conversationOf(last.record));
        const known = contextOf(record).noticed ? 0 : 1;
        met.set(where, (met.get(where) ?? 0) + 1);
        if (!isServed) {
          const words = [...now.effects, ...later.effects].filter(({ type }) => /^(say|tell the person)$/.test(type));
          expect(words.length).toBeGreaterThanOrEqual(conversationOf(record) === 'refusing' ? known : 1);
          return;
        }
        const isRefused = keysOf(now.effects).some(({ key }) => key === 'queue is full');
        if (isRefused) expect(isFull).toBe(true);
        expect(answersTo(1_000, then.effects)).toBe(isRefused ? 0 : 1);
        expect(answersTo(1_001, last.effects)).toBe(1);
      }),
      { seed: 15, numRuns: 1_500 },
    );
    const places = [...met.keys()];
    expect(places).toEqual(
      expect.arrayContaining([
        'asking.working.streaming, dialog choosing a save',
        'idle, dialog confirming a clear',
        'asking.awaiting confirmation, dialog none',
        'asking.stopping, dialog none',
        'interrupted, dialog none',
        'pointing, dialog none',
        'refusing, dialog none',
      ]),
    );
  });

  it('holds no more than the queue and the text that was put back', () => {
    fc.assert(
      fc.property(moves({ maxLength: 60 }), (sequence) => {
        const { record } = play(sequence);
        expect(contextOf(record).waiting.length).toBeLessThanOrEqual(limits.queue + 1);
      }),
      { seed: 13, numRuns: 250 },
    );
  });
});

it('an agent whose questions expire again and again does not fill the queue', () => {
  let record = step(definition, freshRecord(), [textInput(1), ...toStreaming(1)]).record;
  for (let n = 0; n < 20; n++) {
    const question = { id: `q${n}`, text: 'May I?', expiresInMs: 1 };
    record = step(definition, record, [input({ type: 'agent.asked', turn: 1, question }, n * 10)]).record;
    const timer = record.timers.find(({ event }) => event.includes('questionLimit'));
    if (timer !== undefined) record = step(definition, record, [{ kind: 'timer', timer, at: timer.at }]).record;
  }
  expect(contextOf(record).waiting.length).toBeLessThanOrEqual(limits.queue + 1);
});
