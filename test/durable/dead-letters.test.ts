import { describe, expect, it } from 'vitest';
import { createDeadLetterBox, type Held } from '../../src/durable/dead-letters.ts';
import type { Input } from '../../src/durable/definition.ts';
import { createFakeAlarm } from '../support/fake-alarm.ts';
import { settled } from '../support/until.ts';
import { input } from '../support/inputs.ts';
import { silentLog } from '../support/log-book.ts';
import { heldRecords } from '../support/held-records.ts';

const KEY = '!room:test';
const RETRY_MS = 1_000;
const said = (n: number): Input => input({ type: 'count', n }, 0, `$${n}`);

/** The letters of one actor, on a disk whose every write the test lets through. */
function box({ running = false } = {}) {
  const disk = heldRecords();
  const alarm = createFakeAlarm();
  const failures: unknown[] = [];
  const told: number[] = [];
  const open = new Set<Promise<void>>();
  const actor = { held: [] as Held[], running };
  const { keep, found, taken, forget } = createDeadLetterBox(
    { key: KEY, held: () => actor.held, isRunning: () => actor.running },
    {
      ...{ letters: disk, retryMs: RETRY_MS, alarm, now: alarm.now, log: silentLog },
      onFailed: (error) => failures.push(error),
      track(change) {
        open.add(change);
        void change.then(() => open.delete(change));
      },
    },
  );
  const hold = (n: number, byLetter = true) =>
    void actor.held.push({ input: said(n), onDisk: () => told.push(n), byLetter });
  return { actor, alarm, disk, failures, told, open, hold, keep, found, taken, forget };
}

/** Lets the one change that is under way onto the disk. */
async function release({ disk }: ReturnType<typeof box>): Promise<void> {
  expect(disk.held).toHaveLength(1);
  disk.held[0]?.release();
  await settled();
}

const onDisk = ({ disk }: ReturnType<typeof box>): unknown => JSON.parse(disk.disk.get(KEY) ?? 'null');

describe('dead letters', () => {
  it('are all that is held; who is content with them is told when they are on disk, once', async () => {
    const it = box();
    it.hold(1);
    it.hold(2, false);
    it.hold(3);
    it.keep();
    expect(it.told).toEqual([]);
    await release(it);
    expect(onDisk(it)).toEqual([said(1), said(2), said(3)]);
    expect(it.told).toEqual([1, 3]);
    it.keep();
    await release(it);
    expect(it.told).toEqual([1, 3]);
    expect(it.actor.held[1]?.onDisk).not.toBeNull();
  });

  it('are not written where nothing is held', () => {
    const it = box();
    it.keep();
    expect(it.disk.begun).toEqual([]);
  });

  it('are written one after the other; what came meanwhile is in the next', async () => {
    const it = box();
    it.hold(1);
    it.keep();
    it.hold(2);
    it.keep();
    it.hold(3);
    it.keep();
    expect(it.disk.begun).toHaveLength(1);
    await release(it);
    expect(it.told).toEqual([1]);
    await release(it);
    expect(it.disk.begun).toHaveLength(2);
    expect(onDisk(it)).toEqual([said(1), said(2), said(3)]);
    expect(it.told).toEqual([1, 2, 3]);
  });

  it('are not written again when the actor runs by then', async () => {
    const it = box();
    it.hold(1);
    it.keep();
    it.hold(2);
    it.keep();
    it.actor.running = true;
    await release(it);
    expect(it.disk.held).toEqual([]);
    expect(onDisk(it)).toEqual([said(1)]);
  });

  it('that the disk refuses are told of, and tried again after a while', async () => {
    const it = box();
    const full = new Error('the disk is full');
    it.hold(1);
    it.keep();
    it.disk.held[0]?.fail(full);
    await settled();
    expect({ failures: it.failures, told: it.told }).toEqual({ failures: [full], told: [] });
    it.alarm.advance(RETRY_MS - 1);
    expect(it.disk.held).toEqual([]);
    it.alarm.advance(1);
    await release(it);
    expect(it.told).toEqual([1]);
    expect(it.alarm.pending()).toEqual([]);
  });

  it('go when all is in the record, those of an earlier process as well', async () => {
    const it = box();
    it.forget();
    expect(it.disk.begun).toEqual([]);
    it.found([]);
    it.forget();
    await release(it);
    it.forget();
    expect(it.disk.begun).toEqual([{ key: KEY, record: undefined }]);
  });

  it('go behind the write that is under way, and come behind their removal', async () => {
    const it = box();
    it.hold(1);
    it.keep();
    it.actor.held.length = 0;
    it.forget();
    expect(it.disk.begun).toHaveLength(1);
    await release(it);
    it.hold(2);
    it.keep();
    expect(it.disk.begun.map(({ record }) => record)).toEqual([[said(1)], undefined]);
    await release(it);
    await release(it);
    expect(onDisk(it)).toEqual([said(2)]);
    expect(it.told).toEqual([1, 2]);
  });

  it('that cannot be removed do no harm', async () => {
    const it = box();
    it.found([]);
    it.forget();
    it.disk.held[0]?.fail(new Error('the disk is away'));
    await settled();
    it.hold(1);
    it.keep();
    await release(it);
    expect(it.failures).toEqual([]);
    expect(it.told).toEqual([1]);
  });

  it('that cannot be removed are removed later, unless others took their place', async () => {
    const it = box();
    it.found([said(1)]);
    it.forget();
    it.disk.held[0]?.fail(new Error('the disk is away'));
    await settled();
    it.alarm.advance(RETRY_MS);
    expect(it.disk.begun).toHaveLength(2);
    it.disk.held[0]?.fail(new Error('the disk is away'));
    await settled();
    it.hold(2);
    it.keep();
    await release(it);
    it.alarm.advance(RETRY_MS);
    expect({ held: it.disk.held, onDisk: onDisk(it) }).toEqual({ held: [], onDisk: [said(2)] });
  });

  it('go when each of them is in the record, whatever else is held', async () => {
    const it = box();
    it.hold(1);
    it.hold(2);
    it.keep();
    await release(it);
    const [one, two] = it.actor.held.splice(0).map(({ input }) => input) as [Input, Input];
    it.hold(3);
    it.taken([one]);
    expect(it.disk.held).toEqual([]);
    it.taken([two]);
    await release(it);
    expect(it.disk.begun.at(-1)).toEqual({ key: KEY, record: undefined });
  });

  it('are waited for while they are on their way', async () => {
    const it = box();
    it.hold(1);
    it.keep();
    expect(it.open.size).toBe(1);
    await release(it);
    expect(it.open.size).toBe(0);
  });
});
