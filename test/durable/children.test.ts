import { describe, expect, it } from 'vitest';
import { RoomId } from '../../machines/ids.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { roomRest } from '../../src/actors/rest.ts';
import { readRoomRecord } from '../../src/actors/room.ts';
import type { Input } from '../../src/durable/definition.ts';
import { temporaryStore } from '../store/support.ts';
import { createFakeAlarm } from '../support/fake-alarm.ts';
import { settled, until } from '../support/until.ts';
import { build, type House, type HouseOptions } from '../actors/house.ts';
import {
  contextOf,
  conversationOf,
  definition,
  freshRecord,
  input,
  textInput,
  toStreaming,
  resultOf,
} from '../actors/support.ts';
import { countOf, toyRecord } from './toy.ts';
import { heldRecords } from '../actors/world.ts';

const roomIsAtRest = (record: Envelope) => roomRest.mayLeaveMemory(record as Envelope<RoomContext>);
const A = RoomId.parse('!a:test');
const B = RoomId.parse('!b:test');

const count = (id: string): Input => input({ type: 'count' }, 0, id);
const repeat = (n: string): Input => input({ type: 'repeat', n }, 0, n);

async function realRecords() {
  const { rooms: records, deadLetters } = await temporaryStore();
  const stored = async (room: RoomId) => (await records.read(room)) as Envelope | null;
  const letters = async (room: RoomId) => (await deadLetters.read(room)) as Input[] | null;
  return { records, deadLetters, stored, letters };
}

/** Children on the real store. */
async function house(options: Partial<HouseOptions> = {}) {
  const disk = await realRecords();
  return { ...disk, ...build({ ...disk, ...options }) };
}

/** Children whose records the test writes by hand; dead letters are on the real disk. */
async function heldHouse(options: Partial<HouseOptions> = {}) {
  const { deadLetters, letters } = await realRecords();
  const records = heldRecords();
  return { records, letters, ...build({ records, deadLetters, ...options }) };
}

/** Delivers and tells whether that was settled by now. */
function deliver({ children }: House, room: RoomId, ...inputs: Input[]) {
  const delivery = { settled: false, done: Promise.resolve() };
  delivery.done = children.deliver(room, inputs).then(() => {
    delivery.settled = true;
  });
  return delivery;
}

const order = (record: Envelope | null) => record?.outbox.map(({ params }) => params['n']);

/** What the outbox of a room holds when all inputs were taken once and in order. */
async function untilOrder(look: () => Promise<Envelope | null>, expected: string[]): Promise<void> {
  await until(async () => (order(await look())?.length ?? 0) >= expected.length);
  expect(order(await look())).toEqual(expected);
}

describe('a room', () => {
  it('takes a flood behind a slow write without copying it with each input', async () => {
    const { children, records } = await heldHouse();
    void children.deliver(A, [count('$first')]);
    await until(() => records.held.length === 1);
    const told: number[] = [];
    const began = performance.now();
    for (let n = 0; n < 60_000; n += 1) children.admit(A, count(`$${n}`), () => told.push(n));
    records.held[0]?.release();
    await until(() => records.held.length === 1);
    records.held[0]?.release();
    await until(() => told.length === 60_000);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(countOf(records.begun.at(-1)?.record as Envelope)).toBe(60_001);
    expect(performance.now() - began).toBeLessThan(8_000);
  }, 30_000);

  it('is not there before its first event, which makes its record', async () => {
    const { children, made, stored, alarm } = await house();
    expect(children.counts()).toEqual({ live: 0, backingOff: 0, parked: 0 });
    expect(alarm.pending()).toEqual([]);
    await children.deliver(A, [count('$1'), count('$2')]);
    expect(made).toEqual([[A, count('$1')]]);
    expect(await stored(A)).toMatchObject({ context: { count: 2 } });
    expect(children.counts()).toEqual({ live: 1, backingOff: 0, parked: 0 });
  });

  it('is loaded from its record', async () => {
    const { children, made, records, stored } = await house();
    await records.write(A, { ...toyRecord(), context: { count: 40 } });
    await children.deliver(A, [count('$1')]);
    expect(made).toEqual([]);
    expect(countOf((await stored(A)) ?? toyRecord())).toBe(41);
  });

  it('settles a delivery when all of it is on disk, and nothing before', async () => {
    const it = await heldHouse();
    const delivery = deliver(it, A, repeat('1'), repeat('2'));
    await until(() => it.records.held.length === 1);
    await settled();
    expect(delivery.settled).toBe(false);
    expect(it.happened).toEqual([]);
    while (!delivery.settled) {
      it.records.held[0]?.release();
      await settled();
    }
    expect(order(JSON.parse(it.records.disk.get(A) ?? '') as Envelope)).toEqual(['1', '2']);
    expect(it.happened).toEqual([`${A} repeat 1`, `${A} repeat 2`]);
  });

  it('settles what brings nothing new, and an empty delivery', async () => {
    const { children } = await house();
    await children.deliver(A, []);
    await children.deliver(A, [count('$1')]);
    await children.deliver(A, [count('$1')]);
    expect(children.counts().live).toBe(1);
  });

  it('that is done leaves memory and disk; its next event makes it anew', async () => {
    const { children, stored, made, happened } = await house();
    await children.deliver(A, [count('$1'), input({ type: 'end' })]);
    await until(() => children.counts().live === 0);
    expect(await stored(A)).toBe(null);
    expect(happened).toEqual([`${A} released`]);
    await children.deliver(A, [count('$2')]);
    expect(made.map(([room]) => room)).toEqual([A, A]);
    expect(await stored(A)).toMatchObject({ context: { count: 1 } });
  });

  it('that ends takes what came meanwhile as its new beginning', async () => {
    const it = await heldHouse();
    const ending = deliver(it, A, input({ type: 'end' }));
    await until(() => it.records.held.length === 1);
    const next = deliver(it, A, repeat('later'));
    it.records.held[0]?.release();
    await until(() => ending.settled && it.records.held.length === 1);
    it.records.held[0]?.release();
    await next.done;
    expect(order(JSON.parse(it.records.disk.get(A) ?? '') as Envelope)).toEqual(['later']);
  });

  it('takes a delivery of many inputs once, however often it comes', async () => {
    const { children, stored } = await house();
    await children.deliver(A, [count('$0')]);
    const inputs = Array.from({ length: 300 }, (_, index) => count(`$${index + 1}`));
    await children.deliver(A, inputs);
    await children.deliver(A, inputs);
    expect(await stored(A)).toMatchObject({ context: { count: 301 } });
  });
});

describe('a crash', () => {
  it('restarts the room after a pause from its record, and what was held comes once and in order', async () => {
    const it = await house();
    await it.children.deliver(A, [repeat('1')]);
    it.breaks.set(A, 1);
    await it.children.deliver(A, [repeat('2')]);
    await until(() => it.children.counts().backingOff === 1);
    const held = [deliver(it, A, repeat('3'), repeat('4')), deliver(it, A, repeat('5'), repeat('2'))];
    // A dead letter is enough: nobody waits for the pause.
    await Promise.all(held.map((one) => one.done));
    expect(order(await it.stored(A))).toEqual(['1', '2']);

    it.alarm.advance(199);
    await settled();
    expect(it.children.counts()).toEqual({ live: 0, backingOff: 1, parked: 0 });
    it.happened.length = 0;
    it.alarm.advance(1);
    await untilOrder(() => it.stored(A), ['1', '2', '3', '4', '5']);
    expect(it.happened.slice(0, 2)).toEqual([`${A} repeat 1`, `${A} repeat 2`]);
    expect(it.children.counts()).toEqual({ live: 1, backingOff: 0, parked: 0 });
  });

  it('does not take a room’s inputs with it whose write was refused', async () => {
    const it = await heldHouse();
    const deliveries = [deliver(it, A, repeat('1')), deliver(it, A, repeat('2')), deliver(it, A, repeat('3'))];
    await until(() => it.records.held.length === 1);
    it.records.held[0]?.fail(new Error('the disk is full'));
    await Promise.all(deliveries.map(({ done }) => done));
    expect((await it.letters(A))?.map((one) => (one.kind === 'event' ? one.id : null))).toEqual(['1', '2', '3']);
    expect(it.records.disk.size).toBe(0);
    expect(it.happened).toEqual([`${A} released`]);

    it.alarm.advance(200);
    await until(() => it.records.held.length === 1);
    it.records.held[0]?.release();
    await untilOrder(async () => JSON.parse(it.records.disk.get(A) ?? 'null') as Envelope, ['1', '2', '3']);
    await until(async () => (await it.letters(A)) === null);
    expect(it.happened.slice(1)).toEqual([`${A} repeat 1`, `${A} repeat 2`, `${A} repeat 3`]);
  });

  it('waits longer each time, and past the budget the room is parked and says so', async () => {
    const it = await house();
    it.breaks.set(A, 1_000);
    const pauses: number[] = [];
    await it.children.deliver(A, [repeat('1')]);
    for (let crash = 1; crash <= 3; crash++) {
      await until(() => it.children.counts().backingOff === 1);
      const pause = (it.alarm.pending()[0] ?? 0) - it.alarm.now();
      pauses.push(pause);
      it.alarm.advance(pause);
      await until(() => it.children.counts().backingOff === 0);
    }
    await until(() => it.children.counts().parked === 1);
    expect(pauses).toEqual([200, 400, 800]);
    expect(it.happened.filter((what) => what.endsWith('troubled'))).toEqual([`${A} troubled`]);
    expect(it.root.status()).toBe('active');
  });

  it('long after the last one counts as the first', async () => {
    const it = await house({ policy: { budget: 1, withinMs: 10_000 } });
    for (const n of ['1', '2', '3']) {
      it.breaks.set(A, 1);
      await it.children.deliver(A, [repeat(n)]);
      await until(() => it.children.counts().backingOff === 1);
      it.alarm.advance(200);
      await until(() => it.happened.filter((what) => what === `${A} repeat ${n}`).length > 0);
      it.alarm.advance(10_000);
    }
    expect(it.children.counts().parked).toBe(0);
  });

  it('of a parked room is told to those whose words it holds, and to those who come later', async () => {
    const it = await house({ policy: { budget: 1 } });
    it.breaks.set(A, 2);
    await it.children.deliver(A, [repeat('1')]);
    await until(() => it.children.counts().backingOff === 1);
    const held = deliver(it, A, repeat('2'), repeat('3'));
    it.alarm.advance(200);
    await held.done;
    await until(() => it.children.counts().parked === 1);
    await it.children.deliver(A, [repeat('4')]);
    expect(it.happened.filter((what) => what.includes('troubled'))).toEqual([`${A} troubled 2 3`, `${A} troubled 4`]);
  });

  it('of a parked room: what comes for it is kept as dead letters, which settles the delivery', async () => {
    const it = await house({ policy: { budget: 0 } });
    it.breaks.set(A, 1);
    await it.children.deliver(A, [repeat('1')]);
    await until(() => it.children.counts().parked === 1);
    await it.children.deliver(A, [repeat('2'), repeat('3')]);
    await it.children.deliver(A, [repeat('4')]);
    expect(await it.letters(A)).toEqual([repeat('2'), repeat('3'), repeat('4')]);
    expect(order(await it.stored(A))).toEqual(['1']);

    const next = build({ records: it.records, deadLetters: it.deadLetters });
    next.children.redeliver(A, (await it.letters(A)) ?? []);
    await untilOrder(() => it.stored(A), ['1', '2', '3', '4']);
    await until(async () => (await it.letters(A)) === null);
  });

  it('leaves a delivery open while not even dead letters can be written, says so, and tries again', async () => {
    const records = heldRecords();
    const deadLetters = heldRecords();
    const it = build({ records, deadLetters, policy: { budget: 0 } });
    const delivery = deliver(it, A, repeat('1'));
    await until(() => records.held.length === 1);
    records.held[0]?.fail(new Error('the disk is full'));
    await until(() => deadLetters.held.length === 1);
    deadLetters.held[0]?.fail(new Error('the disk is full, too'));
    await until(() => it.store.length > 1);
    expect(it.store).toEqual(['the disk is full', 'the disk is full, too']);
    expect(delivery.settled).toBe(false);
    it.alarm.advance(30_000);
    await until(() => deadLetters.held.length === 1);
    deadLetters.held[0]?.release();
    await delivery.done;
    expect(JSON.parse(deadLetters.disk.get(A) ?? '')).toEqual([repeat('1')]);
  });

  it('of a room whose inputs are dead letters: what was admitted is told only when it is in the record', async () => {
    const it = await heldHouse();
    let admitted = false;
    it.children.admit(A, repeat('1'), () => (admitted = true));
    const delivery = deliver(it, A, repeat('2'));
    await until(() => it.records.held.length === 1);
    it.records.held[0]?.fail(new Error('the disk is full'));
    await delivery.done;
    expect(await it.letters(A)).toEqual([repeat('1'), repeat('2')]);
    expect(admitted).toBe(false);

    it.alarm.advance(200);
    await until(() => it.records.held.length === 1);
    expect(admitted).toBe(false);
    it.records.held[0]?.release();
    await until(() => admitted);
    expect(order(JSON.parse(it.records.disk.get(A) ?? '') as Envelope)).toEqual(['1', '2']);
    await until(async () => (await it.letters(A)) === null);
  });

  it('at loading is a crash like another: a record that cannot be read parks its room', async () => {
    const it = await house({ policy: { budget: 0 } });
    await it.records.write(A, { ...toyRecord(), version: 99 });
    await Promise.all([it.children.deliver(A, [repeat('1')]), it.children.deliver(B, [repeat('1')])]);
    expect(it.children.counts()).toEqual({ live: 1, backingOff: 0, parked: 1 });
    expect(await it.letters(A)).toEqual([repeat('1')]);
    expect(await it.stored(A)).toMatchObject({ version: 99 });
  });

  it('of 100 among 1,000 rooms is felt by these alone', async () => {
    const it = await house();
    const rooms = Array.from({ length: 1_000 }, (_, index) => RoomId.parse(`!${index}:test`));
    const broken = rooms.filter((_, index) => index % 10 === 0);
    await Promise.all(rooms.map((room) => it.children.deliver(room, [repeat('1')])));
    for (const room of broken) it.breaks.set(room, 1);
    await Promise.all(rooms.map((room) => it.children.deliver(room, [repeat('2')])));
    await until(() => it.children.counts().backingOff === 100);
    expect(it.children.counts()).toEqual({ live: 900, backingOff: 100, parked: 0 });

    const whole = rooms.filter((room) => !broken.includes(room));
    await Promise.all(whole.map((room) => it.children.deliver(room, [repeat('3')])));
    expect(it.children.counts().backingOff).toBe(100);
    it.alarm.advance(200);
    await Promise.all(broken.map((room) => it.children.deliver(room, [repeat('3')])));
    expect(it.children.counts()).toEqual({ live: 1_000, backingOff: 0, parked: 0 });
    const orders = await Promise.all(rooms.map(async (room) => order(await it.stored(room))?.join()));
    expect(new Set(orders)).toEqual(new Set(['1,2,3']));
    expect(it.root.status()).toBe('active');
  });

  it('waits for the write in flight before it loads the record', async () => {
    const it = await heldHouse();
    const first = deliver(it, A, repeat('1'));
    await until(() => it.records.held.length === 1);
    const second = deliver(it, A, repeat('2'));
    it.breaks.set(A, 1);
    it.records.held[0]?.release();
    await first.done;
    await until(() => it.records.held.length === 1);
    await settled();
    it.alarm.advance(200);
    await settled();
    const third = deliver(it, A, repeat('3'));
    await settled();
    expect(it.records.held).toHaveLength(1);
    await until(() => {
      it.alarm.advance(200);
      it.records.held[0]?.release();
      return second.settled && third.settled;
    });
    expect(order(JSON.parse(it.records.disk.get(A) ?? '') as Envelope)).toEqual(['1', '2', '3']);
  });

  it('writes the dead letters of a room one after the other', async () => {
    const records = heldRecords();
    const deadLetters = heldRecords();
    const it = build({ records, deadLetters, policy: { budget: 0 } });
    const first = deliver(it, A, repeat('1'));
    await until(() => records.held.length === 1);
    records.held[0]?.fail(new Error('the disk is full'));
    await until(() => deadLetters.held.length === 1);
    const second = deliver(it, A, repeat('2'));
    while (!first.settled || !second.settled) {
      deadLetters.held.at(-1)?.release();
      await settled();
    }
    for (const late of [...deadLetters.held]) late.release();
    expect(JSON.parse(deadLetters.disk.get(A) ?? '')).toEqual([repeat('1'), repeat('2')]);
  });
});

describe('leaving memory', () => {
  it('is for rooms at rest that were not used for a while; they come back as they were', async () => {
    const it = await house({ evictAfterMs: 1_000 });
    await it.children.deliver(A, [count('$1'), count('$2')]);
    await it.children.deliver(B, [repeat('1')]);
    it.alarm.advance(500);
    expect(it.children.counts().live).toBe(2);
    it.alarm.advance(1_500);
    await until(() => it.children.counts().live === 1);
    expect(it.happened).toContain(`${A} released`);
    it.happened.length = 0;

    await it.children.deliver(A, [count('$2'), count('$3')]);
    expect(await it.stored(A)).toMatchObject({ context: { count: 3 } });
    expect(it.made.map(([room]) => room)).toEqual([A, B]);
    expect(it.happened).toEqual([]);
  });

  it('leaves no timer behind when all have gone', async () => {
    const it = await house({ evictAfterMs: 1_000 });
    await it.children.deliver(A, [count('$1')]);
    it.alarm.advance(1_000);
    await until(() => it.children.counts().live === 0);
    it.alarm.advance(1_000);
    expect(it.alarm.pending()).toEqual([]);
  });

  it('waits for what is not yet on disk', async () => {
    const it = await heldHouse({ evictAfterMs: 1_000 });
    const delivery = deliver(it, A, count('$1'));
    await until(() => it.records.held.length === 1);
    it.alarm.advance(5_000);
    expect(it.children.counts().live).toBe(1);
    it.records.held[0]?.release();
    await delivery.done;
    expect(it.records.disk.size).toBe(1);
  });

  it('is not for a room with a timer', async () => {
    const it = await house({ evictAfterMs: 10 });
    await it.children.deliver(A, [input({ type: 'start' }, it.alarm.now())]);
    it.alarm.advance(90);
    await settled();
    expect(it.children.counts().live).toBe(1);
    it.alarm.advance(10);
    await until(async () => (await it.stored(A))?.value === 'off');
    it.alarm.advance(20);
    await until(() => it.children.counts().live === 0);
  });
});

describe('timers', () => {
  it('fire at their time, and not when they were cancelled', async () => {
    const it = await house();
    await it.children.deliver(A, [input({ type: 'start' }, it.alarm.now())]);
    await it.children.deliver(B, [input({ type: 'start' }, it.alarm.now())]);
    await it.children.deliver(B, [input({ type: 'stop' }, it.alarm.now())]);
    it.alarm.advance(99);
    await settled();
    expect((await it.stored(A))?.value).toBe('on');
    it.alarm.advance(1);
    await until(async () => (await it.stored(A))?.value === 'off');
    expect([await it.stored(A), await it.stored(B)]).toMatchObject([
      { context: { count: 1 } },
      { context: { count: 0 } },
    ]);
  });

  it('keep their deadline over a restart', async () => {
    const before = await house();
    await before.children.deliver(A, [input({ type: 'start' }, before.alarm.now())]);
    await before.children.close();

    const later = createFakeAlarm(before.alarm.now() + 40);
    const it = { ...before, ...build({ ...before, alarm: later }) };
    it.children.wake(A, (await it.stored(A)) as Envelope);
    await settled();
    it.alarm.advance(59);
    await settled();
    expect((await it.stored(A))?.value).toBe('on');
    it.alarm.advance(1);
    await until(async () => (await it.stored(A))?.value === 'off');
  });

  it('that fell due while nobody was there fire at once', async () => {
    const before = await house();
    await before.children.deliver(A, [input({ type: 'start' }, before.alarm.now())]);
    await before.children.close();

    const it = { ...before, ...build({ ...before, alarm: createFakeAlarm(before.alarm.now() + 1e9) }) };
    it.children.wake(A, (await it.stored(A)) as Envelope);
    it.alarm.advance(0);
    await until(async () => (await it.stored(A))?.value === 'off');
  });

  it('keep their deadline over a crash of their room', async () => {
    const it = await house();
    await it.children.deliver(A, [input({ type: 'start' }, it.alarm.now())]);
    it.breaks.set(A, 1);
    await it.children.deliver(A, [repeat('1')]);
    await until(() => it.children.counts().backingOff === 1);
    it.alarm.advance(200);
    await until(async () => {
      it.alarm.advance(0);
      return (await it.stored(A))?.value === 'off';
    });
  });
});

describe('waking', () => {
  const roomHouse = () =>
    house({
      definition,
      newRecord: (room) => freshRecord(RoomId.parse(room)),
      readRecord: readRoomRecord,
      isAtRest: roomIsAtRest,
    });

  it('does the outbox again under the same ids, and lets the chart know that something was under way', async () => {
    const before = await roomHouse();
    await before.children.deliver(A, [textInput(1), ...toStreaming(1), textInput(2)]);
    await before.children.close();
    const record = (await before.stored(A)) as Envelope;
    expect(conversationOf(record)).toBe('asking.working.streaming');

    const it = { ...before, ...build({ ...before, definition, readRecord: readRoomRecord, isAtRest: roomIsAtRest }) };
    it.children.wake(A, record);
    const [again] = it.performed;
    expect(again?.effect).toEqual({ ...record.outbox[0], class: 'repeatable' });
    await until(async () => conversationOf((await it.stored(A)) as Envelope) === 'asking.waiting for a place');
    const now = contextOf((await it.stored(A)) as Envelope);
    expect(now.turn?.text.eventId).toBe('$2');
    expect(now.unanswered).toMatchObject({ text: { eventId: '$1' }, why: 'interrupted' });
    await until(() => it.happened.some((what) => what.startsWith(`${A} ask for a place`)));
  });

  it('says nothing to a room at rest, and wakes a room once', async () => {
    const it = await roomHouse();
    it.children.wake(A, freshRecord(A));
    it.children.wake(A, freshRecord(A, { turns: 99 }));
    await settled();
    expect(it.happened).toEqual([]);
    expect(await it.stored(A)).toBe(null);
    expect(it.children.counts().live).toBe(1);
  });

  it('takes the events after it in their order', async () => {
    const it = await roomHouse();
    const streaming = await (async () => {
      const other = await roomHouse();
      await other.children.deliver(A, [textInput(1), ...toStreaming(1)]);
      return (await other.stored(A)) as Envelope;
    })();
    await it.records.write(A, streaming);
    it.children.wake(A, streaming);
    await it.children.deliver(A, [textInput(3)]);
    expect(contextOf((await it.stored(A)) as Envelope)).toMatchObject({
      turn: { id: 2, text: { eventId: '$3' } },
      waiting: [],
    });
  });
});

describe('what is settled or due', () => {
  const late: [string, Input][] = [
    ['an effect', { kind: 'settled', effect: '1', result: resultOf(true), at: 0 }],
    ['a part of an effect', { kind: 'partly settled', effect: '1', cursor: 1 }],
    ['a timer', { kind: 'timer', timer: { id: 't', at: 0, event: 'x' }, at: 0 }],
  ];

  it.each(late)('%s makes no room that is not there', async (_, one) => {
    const it = await house();
    it.children.admit(A, one);
    await settled();
    expect([it.made, it.children.counts().live]).toEqual([[], 0]);
    it.children.admit(A, repeat('1'));
    await until(() => it.made.length === 1);
  });

  it('is left out of the dead letters of a room that is gone', async () => {
    const it = await house();
    const letters = late.map(([, one]) => one);
    await it.deadLetters.write(A, letters);
    it.children.redeliver(A, letters);
    await until(async () => (await it.letters(A)) === null);
    expect([it.made, it.children.counts().live]).toEqual([[], 0]);
    it.children.redeliver(B, [...letters, repeat('1')]);
    await untilOrder(() => it.stored(B), ['1']);
    expect(it.made).toEqual([[B, repeat('1')]]);
  });
});

describe('the end', () => {
  it('waits for the writes in flight, and nothing is taken any more', async () => {
    const it = await heldHouse();
    deliver(it, A, repeat('1'));
    await until(() => it.records.held.length === 1);
    let closed = false;
    const closing = it.children.close().then(() => {
      closed = true;
    });
    it.children.admit(B, repeat('1'));
    await settled();
    expect(closed).toBe(false);
    it.records.held[0]?.release();
    await closing;
    expect([...it.records.disk.keys()]).toEqual([A]);
    expect(it.records.begun).toHaveLength(1);
    expect(it.alarm.pending()).toEqual([]);
  });

  it('is quiet at once where nothing is under way, else when the last room is at rest', async () => {
    const it = await house();
    await it.children.quiet();
    await it.children.deliver(A, [repeat('1')]);
    let quiet = false;
    const waiting = it.children.quiet().then(() => {
      quiet = true;
    });
    await settled();
    expect(quiet).toBe(false);
    it.children.admit(A, { kind: 'settled', effect: '1', result: resultOf(true), at: 0 });
    await waiting;
  });

  it('is quiet when the last busy room was left', async () => {
    const it = await house({
      definition,
      newRecord: (room) => freshRecord(RoomId.parse(room)),
      readRecord: readRoomRecord,
      isAtRest: roomIsAtRest,
    });
    await it.children.deliver(A, [textInput(1), ...toStreaming(1)]);
    let quiet = false;
    void it.children.quiet().then(() => {
      quiet = true;
    });
    await it.children.deliver(A, [input({ type: 'room.left' })]);
    await until(() => it.children.counts().live === 0);
    await settled();
    expect(quiet).toBe(true);
  });

  it('is quiet when the last busy room was parked', async () => {
    const it = await house({ policy: { budget: 0 } });
    await it.children.deliver(A, [repeat('1')]);
    let quiet = false;
    void it.children.quiet().then(() => {
      quiet = true;
    });
    it.breaks.set(A, 1);
    it.children.admit(A, repeat('2'));
    await until(() => it.children.counts().parked === 1);
    await settled();
    expect(quiet).toBe(true);
  });
});
