/** Rooms under children on the real store: woken with what was under way, and waited for at a stop. */
import { describe, expect, it } from 'vitest';
import { RoomId } from '../../machines/ids.ts';
import { roomRest } from '../../src/actors/rest.ts';
import { insteadOf, readRoomRecord } from '../../src/actors/room.ts';
import type { Input } from '../../src/durable/definition.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { build, type House } from '../durable/house.ts';
import { temporaryStore } from '../store/support.ts';
import { input } from '../support/inputs.ts';
import { settled, until } from '../support/until.ts';
import {
  ann,
  contextOf,
  conversationOf,
  definition,
  eventId,
  freshRecord,
  textInput,
  textOf,
  toStreaming,
} from './support.ts';

const A = RoomId.parse('!a:test');
const ofRooms = {
  definition,
  newRecord: (room: string) => freshRecord(RoomId.parse(room)),
  readRecord: readRoomRecord,
  rest: roomRest,
};

async function rooms() {
  const { rooms: records, deadLetters } = await temporaryStore();
  const stored = async (room: RoomId) => (await records.read(room)) as Envelope | null;
  return { records, deadLetters, stored, ...build({ records, deadLetters, ...ofRooms }) };
}

/** Whether a stop need not wait any longer. */
function quietOf({ children }: House): { reached: boolean } {
  const quiet = { reached: false };
  void children.quiet().then(() => (quiet.reached = true));
  return quiet;
}

describe('beyond its bounds, of a room', () => {
  it('the first that is not kept is told so when it is back, nothing else is lost', async () => {
    const { rooms: records, deadLetters } = await temporaryStore();
    const it = build({ records, deadLetters, ...ofRooms, insteadOf, policy: { budget: 0 } });
    it.breaks.set(A, 1);
    await it.children.deliver(A, [textInput(1)]);
    await until(() => it.children.counts().parked === 1);
    for (let n = 2; n <= 510; n++) await it.children.deliver(A, [textInput(n)]);
    await it.children.deliver(A, [
      input({ type: 'text.edited', of: eventId('2'), sender: ann, body: 'other words' }),
      input({ type: 'room.replaced', replacement: RoomId.parse('!next:test') }),
    ]);
    const letters = (await deadLetters.read(A)) as Input[];
    const told = input({ type: 'memory.lost', eventId: eventId('502') }, 0, 'lost:$502');
    expect(letters.slice(499)).toEqual([
      textInput(501),
      { ...told, at: (textInput(502) as { at: number }).at, from: 'supervisor' },
      input({ type: 'room.replaced', replacement: RoomId.parse('!next:test') }),
    ]);

    const next = build({ records, deadLetters, ...ofRooms, insteadOf });
    next.children.redeliver(A, letters);
    const said = async () =>
      ((await records.read(A)) as Envelope).outbox.flatMap(({ type, params }) =>
        type === 'say' && (params['notice'] as { key: string }).key === 'memory was lost' ? [params['answers']] : [],
      );
    await until(async () => (await said()).length > 0);
    expect(await said()).toEqual([eventId('502')]);
  });

  it.each([
    ['a command', { type: 'command.stop', eventId: '$2', sender: ann }, '$2'],
    ['an edit', { type: 'text.edited', of: '$1', sender: ann, body: 'b' }, '$1'],
    ['a removal', { type: 'text.withdrawn', of: '$1' }, '$1'],
    ['a reaction', { type: 'message.reacted', of: '$1', key: '👍', eventId: '$2', sender: ann }, '$1'],
    ['what cannot be read', { type: 'room.encrypted', eventId: '$2' }, '$2'],
    ['what may be missing of its history', { type: 'memory.lost', eventId: '$2' }, '$2'],
    ['a name', { type: 'room.named', name: 'Plans', sender: ann }, null],
  ])('%s is told to be lost', (_, event, of) => {
    const lost = input({ type: 'memory.lost', eventId: of }, 5, `lost:${of ?? 'name'}`);
    expect(insteadOf(input(event, 5))).toEqual({ ...lost, from: 'supervisor' });
  });

  it.each([
    input({ type: 'room.left' }),
    input({ type: 'member.left', user: ann }),
    input({ type: 'chat.archived', archived: true }),
    { kind: 'partly settled', effect: '1', cursor: 1 } as const,
  ])('what tells how things are is kept: %j', (kept) => {
    expect(insteadOf(kept)).toBeNull();
  });
});

describe('waking', () => {
  it('does the outbox again under the same ids, and lets the chart know that something was under way', async () => {
    const before = await rooms();
    await before.children.deliver(A, [
      ...[textInput(1), ...toStreaming(1), textInput(2)],
      input({ type: 'command.help', eventId: eventId('help'), sender: ann }),
    ]);
    await before.children.close();
    const record = (await before.stored(A)) as Envelope;
    expect(conversationOf(record)).toBe('asking.working.streaming');

    const it = { ...before, ...build({ ...before, ...ofRooms }) };
    it.children.wake(A, record);
    const [again] = it.performed;
    expect(again?.effect).toEqual({ ...record.outbox[0], class: 'repeatable' });
    await until(async () => conversationOf((await it.stored(A)) as Envelope) === 'asking.waiting for a place');
    const now = contextOf((await it.stored(A)) as Envelope);
    expect(now.turn?.text.eventId).toBe('$2');
    expect(now.unanswered).toEqual([{ text: textOf(1), why: 'interrupted' }]);
    await until(() => it.happened.some((what) => what.startsWith(`${A} ask for a place`)));
  });

  it('says nothing to a room at rest, and wakes a room once', async () => {
    const it = await rooms();
    it.children.wake(A, freshRecord(A));
    it.children.wake(A, freshRecord(A, { turns: 99 }));
    await settled();
    expect(it.happened).toEqual([]);
    expect(await it.stored(A)).toBe(null);
    expect(it.children.counts().live).toBe(1);
  });

  it('takes the events after it in their order', async () => {
    const it = await rooms();
    const streaming = await (async () => {
      const other = await rooms();
      await other.children.deliver(A, [textInput(1), ...toStreaming(1)]);
      return (await other.stored(A)) as Envelope;
    })();
    await it.records.write(A, streaming);
    it.children.wake(A, streaming);
    await it.children.deliver(A, [textInput(3)]);
    const { turn, waiting } = contextOf((await it.stored(A)) as Envelope);
    expect([turn?.id, turn?.text, waiting]).toEqual([2, textOf(3), []]);
  });
});

describe('a stop', () => {
  it('is quiet when the last busy room was left', async () => {
    const it = await rooms();
    await it.children.deliver(A, [textInput(1), ...toStreaming(1)]);
    const quiet = quietOf(it);
    await it.children.deliver(A, [input({ type: 'room.left' })]);
    await until(() => it.children.counts().live === 0);
    await settled();
    expect(quiet.reached).toBe(true);
  });

  it('waits for a turn', async () => {
    const it = await rooms();
    await it.children.deliver(A, [textInput(1), ...toStreaming(1)]);
    const quiet = quietOf(it);
    await settled();
    expect(quiet.reached).toBe(false);
    expect(it.children.counts().live).toBe(1);
  });

  it('does not wait for a room that only has a timer, which keeps its deadline', async () => {
    const it = await rooms();
    const timer = { id: 'long', at: it.alarm.now() + 3_600_000, event: 'long' };
    const record = { ...freshRecord(A), timers: [timer] };
    await it.records.write(A, record);
    it.children.wake(A, record);
    await settled();
    const quiet = quietOf(it);
    await settled();
    expect(quiet.reached).toBe(true);
    expect(it.alarm.pending()).toContain(timer.at);
    expect((await it.stored(A))?.timers).toEqual([timer]);
  });
});
