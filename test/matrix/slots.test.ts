import { describe, expect, it } from 'vitest';
import { createSlots } from '../../src/matrix/slots.ts';
import { settled } from '../support/until.ts';

/** Slots, and calls that end when they are told to; `running` names those that have a place, in the order they got it. */
function stage(atOnce: number) {
  const { inPlace } = createSlots(atOnce);
  const running: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  return {
    running,
    ask(name: string, party = name, again = false) {
      return inPlace({ party, again }, () => {
        running.push(name);
        return new Promise<void>((resolve, reject) => {
          ends.set(name, (error) => (error === undefined ? resolve() : reject(error)));
        }).finally(() => running.splice(running.indexOf(name), 1));
      });
    },
    async end(name: string, error?: Error) {
      ends.get(name)?.(error);
      await settled();
    },
  };
}

describe('places', () => {
  it('are given to so many at once, in the order in which they are asked for', async () => {
    const { running, ask, end } = stage(2);
    for (const name of ['a', 'b', 'c', 'd']) void ask(name);
    await settled();
    expect(running).toEqual(['a', 'b']);
    await end('b');
    await end('a');
    expect(running).toEqual(['c', 'd']);
  });

  it('are never all of one party, whose calls wait while those of others pass', async () => {
    const { running, ask, end } = stage(8);
    for (let n = 0; n < 30; n++) void ask(`eager${n}`, 'eager');
    for (const name of ['b', 'c']) void ask(name);
    await settled();
    expect(running).toEqual(['eager0', 'eager1', 'b', 'c']);
    await end('eager0');
    expect(running).toEqual(['eager1', 'b', 'c', 'eager2']);
  });

  it('go to each party in turn', async () => {
    const { running, ask, end } = stage(1);
    void ask('busy');
    for (const name of ['a1', 'a2', 'b1']) void ask(name, name[0]);
    await settled();
    await end('busy');
    await end('a1');
    expect(running).toEqual(['b1']);
    await end('b1');
    expect(running).toEqual(['a2']);
  });

  it('go to what was not tried yet before what failed, which never has more than half of them', async () => {
    const { running, ask, end } = stage(4);
    for (const name of ['x', 'y', 'z']) void ask(name, name, true);
    await settled();
    expect(running).toEqual(['x', 'y']);
    for (const name of ['a', 'b', 'c']) void ask(name);
    await settled();
    expect(running).toEqual(['x', 'y', 'a', 'b']);
    await end('x');
    expect(running).toEqual(['y', 'a', 'b', 'c']);
    await end('y');
    expect(running).toEqual(['a', 'b', 'c', 'z']);
  });

  it('are free again after a call that failed', async () => {
    const { running, ask, end } = stage(1);
    const failed = ask('a').catch((error: unknown) => error);
    void ask('b');
    await settled();
    const error = new Error('no');
    await end('a', error);
    expect([await failed, running]).toEqual([error, ['b']]);
  });
});
