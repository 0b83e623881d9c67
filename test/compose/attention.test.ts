import { describe, expect, it } from 'vitest';
import type { HostDocument } from '../../src/ports.ts';
import { createAttention } from '../../src/compose/attention.ts';

const HOUR = 3_600_000;
const policy = { texts: 'notify', maxDowntimeHours: 24 } as const;

/** A service that begins at `now`; the state of the one before says when that was last there. */
function service(now: number, lastSyncAt: number | null) {
  let document: HostDocument = {
    ...{ syncPosition: 'old', deviceId: null, instance: null, userId: null },
    ...{ memories: {}, lastContextId: null, lastSyncAt },
  };
  const written: (number | null)[] = [];
  const clock = { now };
  const host = {
    read: () => document,
    async update(patch: Partial<HostDocument>) {
      document = { ...document, ...patch };
      written.push(document.lastSyncAt);
      return document;
    },
  };
  return { attention: createAttention(host, () => clock.now, policy), clock, written, document: () => document };
}

describe('what is read', () => {
  it('first came while the service was away, until it is in records', async () => {
    const { attention, clock } = service(3 * HOUR, 0);
    expect(attention.absence()).toEqual({ ms: 3 * HOUR, missed: 'told' });
    clock.now += HOUR;
    expect(attention.absence()).toEqual({ ms: 3 * HOUR, missed: 'told' });
    await attention.caughtUp('new');
    expect(attention.absence()).toBeNull();
  });

  it('was missed by the next process as well where this one was killed before', () => {
    const { document } = service(3 * HOUR, 0);
    expect(service(4 * HOUR, document().lastSyncAt).attention.absence()).toEqual({ ms: 4 * HOUR, missed: 'told' });
  });

  it('was missed by nobody once the first position is on disk', async () => {
    const { attention, document } = service(3 * HOUR, 0);
    await attention.caughtUp('old');
    expect(document().lastSyncAt).toBe(3 * HOUR);
    expect(service(3 * HOUR + 1, document().lastSyncAt).attention.absence()).toBeNull();
  });
});

describe('that the service is there', () => {
  it('is noted with each position, and while nothing happens once a minute', async () => {
    const { attention, clock, written } = service(0, null);
    await attention.caughtUp('old');
    for (const [now, position] of [
      [30_000, 'old'],
      [59_999, 'old'],
      [60_000, 'old'],
      [60_001, 'new'],
    ] as const) {
      clock.now = now;
      await attention.caughtUp(position);
    }
    expect(written).toEqual([0, 60_000, 60_001]);
  });

  it('is noted anew when the clock was set back', async () => {
    const { attention, clock, written } = service(HOUR, null);
    await attention.caughtUp('old');
    clock.now = 5;
    await attention.caughtUp('old');
    expect(written).toEqual([HOUR, 5]);
  });
});
