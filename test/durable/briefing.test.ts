import { describe, expect, it } from 'vitest';
import type { Input } from '../../src/durable/definition.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { temporaryStore } from '../store/support.ts';
import { input } from '../support/inputs.ts';
import { settled, until } from '../support/until.ts';
import { build } from './house.ts';

const A = 'a';
const repeat = (n: string): Input => input({ type: 'repeat', n }, 0, n);

/** Children on the real store whose inputs are briefed when the test says so. */
async function house() {
  const { rooms: records, deadLetters } = await temporaryStore();
  const briefings: { inputs: readonly Input[]; done(): void; fail(error: Error): void }[] = [];
  const brief = (_: Envelope, inputs: readonly Input[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Input[]>();
    briefings.push({ inputs, done: () => resolve(inputs), fail: reject });
    return promise;
  };
  const it = build({ records, deadLetters, brief });
  const told: string[] = [];
  const deliver = (...names: string[]) =>
    it.children.deliver(A, names.map(repeat)).then(() => void told.push(names.join()));
  const taken = async () => ((await records.read(A)) as Envelope | null)?.outbox.map(({ params }) => params['n']) ?? [];
  return { ...it, briefings, deliver, told, taken, letters: () => deadLetters.read(A) as Promise<Input[] | null> };
}

describe('inputs of which something has to be found out', () => {
  it('are taken in order when it is, with all that came behind them', async () => {
    const { briefings, deliver, told, taken } = await house();
    void deliver('1', '2');
    await until(() => briefings.length === 1);
    void deliver('3');
    void deliver('4');
    await settled();
    expect([briefings.length, told]).toEqual([1, []]);
    briefings[0]?.done();
    await until(() => briefings.length === 2);
    expect(briefings[1]?.inputs).toEqual([repeat('3'), repeat('4')]);
    briefings[1]?.done();
    await until(() => told.length === 3);
    expect([told, await taken()]).toEqual([
      ['1,2', '3', '4'],
      ['1', '2', '3', '4'],
    ]);
  });

  it('are letters where that takes long, also what comes behind them, and are taken in the end', async () => {
    const { briefings, deliver, told, taken, alarm, letters } = await house();
    void deliver('1');
    await until(() => briefings.length === 1);
    alarm.advance(1_000);
    await until(() => told.length === 1);
    await deliver('2');
    expect(await letters()).toEqual([repeat('1'), repeat('2')]);
    briefings[0]?.done();
    await until(() => briefings.length === 2);
    briefings[1]?.done();
    await until(async () => (await taken()).length === 2);
    await until(async () => (await letters()) === null);
    expect(await taken()).toEqual(['1', '2']);
  });

  it('are briefed anew where it failed, and nothing of the first try counts', async () => {
    const { briefings, deliver, told, taken, alarm, children } = await house();
    void deliver('1');
    await until(() => briefings.length === 1);
    briefings[0]?.fail(new Error('nobody knows'));
    await until(() => children.counts().backingOff === 1);
    await until(() => told.length === 1);
    alarm.advance(200);
    await until(() => briefings.length === 2);
    briefings[0]?.done();
    briefings[1]?.done();
    await until(async () => (await taken()).length === 1);
    expect(await taken()).toEqual(['1']);
  });

  it('are taken where the actor failed while something was found out that takes long', async () => {
    const { rooms: records, deadLetters } = await temporaryStore();
    let briefings = 0;
    const never = new Promise<readonly Input[]>(() => {});
    const brief = (_: Envelope, inputs: readonly Input[]) => (++briefings === 2 ? never : inputs);
    const { children, alarm, breaks } = build({ records, deadLetters, brief });
    breaks.set(A, 1);
    const told = [children.deliver(A, [repeat('1')])];
    await until(() => briefings === 1);
    told.push(children.deliver(A, [repeat('2')]));
    await until(() => children.counts().backingOff === 1);
    alarm.advance(200);
    await until(() => briefings === 3);
    await Promise.all(told);
    alarm.advance(1_000);
    await children.deliver(A, [repeat('3')]);
    const taken = async () => ((await records.read(A)) as Envelope).outbox.map(({ params }) => params['n']);
    await until(async () => (await taken()).length === 3);
    expect(await taken()).toEqual(['1', '2', '3']);
  });
});
