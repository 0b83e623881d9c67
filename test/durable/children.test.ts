import { describe, expect, it } from 'vitest';
import type { Envelope } from '../../src/durable/record.ts';
import type { Input } from '../../src/durable/definition.ts';
import { temporaryStore } from '../store/support.ts';
import { createFakeAlarm } from '../support/fake-alarm.ts';
import { settled, until } from '../support/until.ts';
import { build, Outage, type House, type HouseOptions } from './house.ts';
import { input, resultOf } from '../support/inputs.ts';
import { countOf, toyRecord } from './toy.ts';
import { heldRecords } from '../support/held-records.ts';

const A = 'a';
const B = 'b';

const count = (id: string): Input => input({ type: 'count' }, 0, id);
const repeat = (n: string): Input => input({ type: 'repeat', n }, 0, n);

async function realRecords() {
  const { rooms: records, deadLetters } = await temporaryStore();
  const stored = async (actor: string) => (await records.read(actor)) as Envelope | null;
  const letters = async (actor: string) => (await deadLetters.read(actor)) as Input[] | null;
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
function deliver({ children }: House, actor: string, ...inputs: Input[]) {
  const delivery = { settled: false, done: Promise.resolve() };
  delivery.done = children.deliver(actor, inputs).then(() => {
    delivery.settled = true;
  });
  return delivery;
}

const nameOf = (input: Input) => (input.kind === 'event' ? String(input.id) : input.kind);
const order = (record: Envelope | null) => record?.outbox.map(({ params }) => params['n']);

/** What the outbox of an actor holds when all inputs were taken once and in order. */
async function untilOrder(look: () => Promise<Envelope | null>, expected: string[]): Promise<void> {
  await until(async () => (order(await look())?.length ?? 0) >= expected.length);
  expect(order(await look())).toEqual(expected);
}

describe('an actor', () => {
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
    expect(countOf((await stored(A)) as Envelope)).toBe(2);
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
    expect(made.map(([actor]) => actor)).toEqual([A, A]);
    expect(countOf((await stored(A)) as Envelope)).toBe(1);
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

  it('that ends leaves to the next one what stood behind its end in the same batch', async () => {
    const it = await house();
    it.breaks.set(A, 1);
    await it.children.deliver(A, [repeat('1')]);
    await until(() => it.children.counts().backingOff === 1);
    // Dead letters settle both; the restarted actor takes them at once.
    await it.children.deliver(A, [input({ type: 'end' }, 0, 'end')]);
    await it.children.deliver(A, [repeat('later')]);
    it.alarm.advance(200);
    await until(() => it.made.length === 2);
    await until(async () => (await it.letters(A)) === null);
    expect(order(await it.stored(A))).toEqual(['later']);
    expect(it.made.map(([, first]) => first)).toEqual([repeat('1'), repeat('later')]);
  });

  it('takes a delivery of many inputs once, however often it comes', async () => {
    const { children, stored } = await house();
    await children.deliver(A, [count('$0')]);
    const inputs = Array.from({ length: 300 }, (_, index) => count(`$${index + 1}`));
    await children.deliver(A, inputs);
    await children.deliver(A, inputs);
    expect(countOf((await stored(A)) as Envelope)).toBe(301);
  });
});

describe('what changes around actors', () => {
  /** Each is to have counted this far. */
  function wish() {
    const it = { wanted: 1, asked: [] as number[] };
    const changes = (record: Envelope): Input[] => {
      it.asked.push(countOf(record));
      return countOf(record) === it.wanted ? [] : [input({ type: 'count' }, 0)];
    };
    return { it, changes };
  }

  it('is heard by those in memory that it concerns, and by nobody else', async () => {
    const { it, changes } = wish();
    const { children, stored } = await house({ changes });
    await Promise.all([children.deliver(A, [count('$1'), count('$2')]), children.deliver(B, [count('$1')])]);
    it.wanted = 2;
    children.hearOfChanges();
    await until(async () => countOf((await stored(B)) ?? toyRecord()) === 2);
    expect([it.asked, (await stored(A))?.context]).toEqual([[2, 1], { count: 2 }]);
    it.wanted = 3;
    children.hearOfChanges('nobody');
    children.hearOfChanges(A);
    await until(async () => countOf((await stored(A)) ?? toyRecord()) === 3);
    expect(it.asked).toEqual([2, 1, 2]);
  });

  it('is judged by what is on disk: behind all that is on its way there', async () => {
    const { it, changes } = wish();
    const { children, records } = await heldHouse({ changes });
    void children.deliver(A, [count('$1')]);
    const first = await until(() => records.held[0]);
    void children.deliver(A, [count('$2')]);
    await settled();
    it.wanted = 2;
    children.hearOfChanges();
    children.hearOfChanges();
    first.release();
    const second = await until(() => records.held[0]);
    expect(it.asked).toEqual([]);
    second.release();
    await settled();
    expect([it.asked, records.held.length, records.begun.length]).toEqual([[2], 0, 2]);
    // Nothing is asked again that was answered.
    void children.deliver(A, [count('$3')]);
    (await until(() => records.held[0])).release();
    await settled();
    expect([it.asked, records.held.length]).toEqual([[2], 0]);
  });
});

describe('a crash', () => {
  it('is told in the log with its actor and its cause: each restart with its pause, the parking at last', async () => {
    const it = await house({ policy: { budget: 1 } });
    it.breaks.set(A, 2);
    await it.children.deliver(A, [repeat('1')]);
    await until(() => it.children.counts().backingOff === 1);
    it.alarm.advance(200);
    await until(() => it.children.counts().parked === 1);
    const fields = { actor: A, error: new Error('an effect of a is broken') };
    expect(it.lines).toEqual([
      { level: 'error', message: 'actor crashed, restarting', fields: { ...fields, afterMs: 200 } },
      { level: 'error', message: 'actor parked', fields },
    ]);
  });

  it('restarts the actor after a pause from its record, and what was held comes once and in order', async () => {
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

  it('does not take an actor’s inputs with it whose write was refused', async () => {
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

  it('leaves no letters of what is in the record, also while more comes than is written', async () => {
    const it = await heldHouse();
    const first = deliver(it, A, repeat('1'));
    await until(() => it.records.held.length === 1);
    it.records.held[0]?.fail(new Error('the disk is full'));
    await first.done;
    const second = deliver(it, A, repeat('2'));
    await second.done;
    it.alarm.advance(200);
    await until(() => it.records.held.length === 1);
    const third = deliver(it, A, repeat('3'));
    it.records.held[0]?.release();
    await until(async () => (await it.letters(A)) === null);
    expect([order(JSON.parse(it.records.disk.get(A) ?? 'null') as Envelope), third.settled]).toEqual([
      ['1', '2'],
      false,
    ]);
    await until(() => it.records.held.length === 1);
    it.records.held[0]?.release();
    await third.done;
  });

  it('waits longer each time, and past the budget the actor is parked and says so', async () => {
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

  it('of a parked actor is told to those whose words it holds, and to those who come later', async () => {
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

  it('of a parked actor: what comes for it is kept as dead letters, which settles the delivery', async () => {
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

  it('of a parked actor: beyond the bounds one input stands for all that is not kept, over restarts as well', async () => {
    const insteadOf = (input: Input) =>
      input.kind === 'event' && input.id?.startsWith('news') ? null : repeat(`instead of ${nameOf(input)}`);
    const it = await house({ policy: { budget: 0 }, insteadOf });
    it.breaks.set(A, 1);
    await it.children.deliver(A, [repeat('first')]);
    await until(() => it.children.counts().parked === 1);
    const kept = Array.from({ length: 500 }, (_, n) => `${n}`);
    await it.children.deliver(A, kept.slice(0, 400).map(repeat));
    // What is not kept is settled with what stands for it, also where nothing else came.
    await it.children.deliver(A, [...kept.slice(400), 'too much'].map(repeat));
    await it.children.deliver(A, [repeat('more')]);
    await it.children.deliver(A, [repeat('more'), repeat('news'), repeat('and more')]);
    const expected = [...kept, 'instead of too much', 'news'];
    expect(await it.letters(A)).toEqual(expected.map(repeat));
    expect(it.lines.filter(({ message }) => message.startsWith('too much waits')).map(({ fields }) => fields)).toEqual([
      { actor: A },
    ]);

    const next = build({ records: it.records, deadLetters: it.deadLetters, insteadOf });
    next.children.redeliver(A, (await it.letters(A)) ?? []);
    await untilOrder(() => it.stored(A), ['first', ...expected]);
    await until(async () => (await it.letters(A)) === null);
  });

  it('of a parked actor: what comes behind its return is kept again, and what stands for others is heard once', async () => {
    const it = await house({ policy: { budget: 0, parkedMs: 1_000 }, insteadOf: () => repeat('instead') });
    it.breaks.set(A, 1);
    await it.children.deliver(A, [repeat('first')]);
    await until(() => it.children.counts().parked === 1);
    const kept = Array.from({ length: 501 }, (_, n) => repeat(`${n}`));
    await it.children.deliver(A, kept);
    it.alarm.advance(1_000);
    await until(async () => (await it.letters(A)) === null);
    await it.children.deliver(A, [repeat('last')]);
    const taken = Array.from({ length: 500 }, (_, n) => `${n}`);
    expect(order(await it.stored(A))).toEqual(['first', ...taken, 'instead', 'last']);
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

  it('of an actor whose inputs are dead letters: what was admitted is told only when it is in the record', async () => {
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

  it('at loading is a crash like another: a record that cannot be read parks its actor', async () => {
    const it = await house({ policy: { budget: 0 } });
    await it.records.write(A, { ...toyRecord(), version: 99 });
    await Promise.all([it.children.deliver(A, [repeat('1')]), it.children.deliver(B, [repeat('1')])]);
    expect(it.children.counts()).toEqual({ live: 1, backingOff: 0, parked: 1 });
    expect(await it.letters(A)).toEqual([repeat('1')]);
    expect(await it.stored(A)).toEqual({ ...toyRecord(), version: 99 });
  });

  it('of what stands in the place of its record begins it anew: a copy is kept first, and it hears of that first', async () => {
    const disk = await realRecords();
    const kept: unknown[] = [];
    const damaged = {
      async keepCopy(actor: string, why: string) {
        kept.push([await disk.records.read(actor), why]);
        return disk.records.keepCopy(actor, why);
      },
      isLost: () => true,
      news: () => repeat('damaged'),
    };
    const it = { ...disk, ...build({ ...disk, damaged }) };
    await it.records.write(A, 'half of it');
    await it.children.deliver(A, [repeat('1')]);
    expect(order(await it.stored(A))).toEqual(['damaged', '1']);
    expect(kept).toEqual([['half of it', 'the record is not an object']]);
    expect(it.made.map(([actor, first]) => [actor, first])).toEqual([[A, repeat('damaged')]]);
  });

  it('of the record itself is heard of first, by those whose new record tells that there was one', async () => {
    const disk = await realRecords();
    const damaged = {
      keepCopy: () => Promise.reject(new Error('nothing is there')),
      isLost: ({ origin }: Envelope) => origin === 'known',
      news: () => repeat('lost'),
    };
    const newRecord = (actor: string) => ({ ...toyRecord(), origin: actor === A ? 'known' : 'new' });
    const it = { ...disk, ...build({ ...disk, damaged, newRecord }) };
    await Promise.all([A, B].map((actor) => it.children.deliver(actor, [repeat('1')])));
    await it.children.deliver(A, [repeat('lost'), repeat('2')]);
    expect([order(await it.stored(A)), order(await it.stored(B))]).toEqual([['lost', '1', '2'], ['1']]);
    const lines = it.lines.filter(({ message }) => message === 'record is missing, and begun anew');
    expect(lines.map(({ fields }) => fields)).toEqual([{ actor: A }]);
  });

  it('of what the host adds at the beginning is felt by that actor alone', async () => {
    const broken = () => {
      throw new Error('the host is broken');
    };
    const it = await house({ rest: { mayLeaveMemory: () => true, holdsAStop: () => false, hearsResumed: broken } });
    it.children.wake(A, toyRecord());
    await it.children.deliver(B, [repeat('1')]);
    await until(() => it.children.counts().backingOff === 2);
    for (const pause of [200, 400, 800]) {
      it.alarm.advance(pause);
      await until(() => it.children.counts().live === 0);
    }
    expect(it.children.counts()).toEqual({ live: 0, backingOff: 0, parked: 2 });
    expect(it.root.status()).toBe('active');
    expect(await it.letters(B)).toEqual([repeat('1')]);
  });

  it('of 100 among 1,000 actors is felt by these alone', async () => {
    const it = await house();
    const actors = Array.from({ length: 1_000 }, (_, index) => `${index}`);
    const broken = actors.filter((_, index) => index % 10 === 0);
    await Promise.all(actors.map((actor) => it.children.deliver(actor, [repeat('1')])));
    for (const actor of broken) it.breaks.set(actor, 1);
    await Promise.all(actors.map((actor) => it.children.deliver(actor, [repeat('2')])));
    await until(() => it.children.counts().backingOff === 100);
    expect(it.children.counts()).toEqual({ live: 900, backingOff: 100, parked: 0 });

    const whole = actors.filter((actor) => !broken.includes(actor));
    await Promise.all(whole.map((actor) => it.children.deliver(actor, [repeat('3')])));
    expect(it.children.counts().backingOff).toBe(100);
    it.alarm.advance(200);
    await Promise.all(broken.map((actor) => it.children.deliver(actor, [repeat('3')])));
    expect(it.children.counts()).toEqual({ live: 1_000, backingOff: 0, parked: 0 });
    const orders = await Promise.all(actors.map(async (actor) => order(await it.stored(actor))?.join()));
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

  it('writes the dead letters of an actor one after the other', async () => {
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

describe('an outage of what all share', () => {
  it('parks nobody, keeps what comes as letters, and is over within the longest wait', async () => {
    const it = await heldHouse({ policy: { budget: 0 } });
    const actors = Array.from({ length: 20 }, (_, index) => `${index}`);
    const deliveries = actors.map((actor) => deliver(it, actor, repeat('1')));
    for (let round = 0; round < 30; round++) {
      await settled();
      for (const write of [...it.records.held]) write.fail(new Outage('the disk is full'));
      await until(() => it.children.counts().backingOff === actors.length);
      it.alarm.advance(1_000);
    }
    await Promise.all(deliveries.map((one) => one.done));
    expect(it.children.counts().parked).toBe(0);
    it.alarm.advance(1_000);
    await until(() => {
      for (const write of [...it.records.held]) write.release();
      return it.records.disk.size === actors.length;
    });
    for (const actor of actors) expect(order(JSON.parse(it.records.disk.get(actor) ?? '') as Envelope)).toEqual(['1']);
    await until(async () => (await Promise.all(actors.map(it.letters))).every((letters) => letters === null));
  });

  it('leaves a parked actor its hour, after which it is tried once more', async () => {
    const it = await house({ policy: { budget: 0, parkedMs: 3_600_000 } });
    await it.children.deliver(A, [repeat('1')]);
    it.breaks.set(A, 1);
    await it.children.deliver(A, [repeat('2')]);
    await until(() => it.children.counts().parked === 1);
    await it.children.deliver(A, [repeat('3')]);
    it.alarm.advance(3_599_999);
    await settled();
    expect(order(await it.stored(A))).toEqual(['1', '2']);
    it.alarm.advance(1);
    await untilOrder(() => it.stored(A), ['1', '2', '3']);
    expect(it.children.counts()).toEqual({ live: 1, backingOff: 0, parked: 0 });
  });
});

describe('leaving memory', () => {
  it('is for actors at rest that were not used for a while; they come back as they were', async () => {
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
    expect(countOf((await it.stored(A)) as Envelope)).toBe(3);
    expect(it.made.map(([actor]) => actor)).toEqual([A, B]);
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

  it('is not for an actor with a timer', async () => {
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
    expect([await it.stored(A), await it.stored(B)].map((record) => countOf(record as Envelope))).toEqual([1, 0]);
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

  it('keep their deadline over a crash of their actor', async () => {
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
  it('does the outbox again under the same ids, and brings the news that something was under way', async () => {
    const before = await house();
    await before.children.deliver(A, [repeat('1'), input({ type: 'start' }, before.alarm.now())]);
    await before.children.close();
    const record = (await before.stored(A)) as Envelope;

    const it = { ...before, ...build(before) };
    it.children.wake(A, record);
    expect(it.performed).toEqual([{ actor: A, effect: { ...record.outbox[0], class: 'repeatable' }, record }]);
    await until(async () => countOf((await it.stored(A)) as Envelope) === 1);
  });

  it('says nothing to an actor at rest, and wakes an actor once', async () => {
    const it = await house();
    it.children.wake(A, toyRecord());
    it.children.wake(A, { ...toyRecord(), context: { count: 99 } });
    await settled();
    expect(it.happened).toEqual([]);
    expect(await it.stored(A)).toBe(null);
    expect(it.children.counts().live).toBe(1);
  });

  it('brings its news before the events that come after it', async () => {
    const it = await house();
    const { children: earlier, ...before } = await house();
    await earlier.deliver(A, [repeat('1')]);
    const record = (await before.stored(A)) as Envelope;
    await it.records.write(A, record);
    it.children.wake(A, record);
    await it.children.deliver(A, [repeat('2')]);
    const stored = (await it.stored(A)) as Envelope;
    expect([countOf(stored), order(stored)]).toEqual([1, ['1', '2']]);
  });
});

describe('what is settled or due', () => {
  const late: [string, Input][] = [
    ['an effect', { kind: 'settled', effect: '1', result: resultOf(true), at: 0 }],
    ['a part of an effect', { kind: 'partly settled', effect: '1', cursor: 1 }],
    ['a timer', { kind: 'timer', timer: { id: 't', at: 0, event: 'x' }, at: 0 }],
  ];

  it.each(late)('%s makes no actor that is not there', async (_, one) => {
    const it = await house();
    it.children.admit(A, one);
    await settled();
    expect([it.made, it.children.counts().live]).toEqual([[], 0]);
    it.children.admit(A, repeat('1'));
    await until(() => it.made.length === 1);
  });

  it('is left out of the dead letters of an actor that is gone', async () => {
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

describe('an actor that takes long to load', () => {
  it('holds nobody up, neither at first nor with what comes later', async () => {
    const { records, deadLetters, letters } = await realRecords();
    const it = build({ deadLetters, records: { ...records, read: () => new Promise(() => {}) } });
    const first = deliver(it, A, repeat('1'));
    await settled();
    expect(first.settled).toBe(false);
    it.alarm.advance(1_000);
    await first.done;
    await it.children.deliver(A, [repeat('2')]);
    expect(await letters(A)).toEqual([repeat('1'), repeat('2')]);
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

  it('is quiet at once where nothing is under way, else when the last actor is at rest', async () => {
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

  it('is quiet when the last busy actor was parked', async () => {
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
