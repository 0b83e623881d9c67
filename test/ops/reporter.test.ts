import { expect, onTestFinished, test } from 'vitest';
import { AgentId, EventId, RoomId, UserId } from '../../machines/ids.ts';
import { createReporter } from '../../src/ops/reporter.ts';
import { noMeter } from '../../src/ports/meter.ts';
import type { Cause } from '../../src/ports/ops.ts';
import type { OperatorsDocument } from '../../src/ports/store.ts';
import { createFakeAlarm } from '../support/fake-alarm.ts';
import { silentLog } from '../support/log-book.ts';

const [ann, olga] = ['@ann:test', '@olga:test'].map((id) => UserId.parse(id)) as [UserId, UserId];
const [DM, OPS] = ['!dm:test', '!ops:test'].map((id) => RoomId.parse(id)) as [RoomId, RoomId];
const down: Cause = { about: 'agent', agent: AgentId.parse('one'), trouble: 'unreachable' };
const nobodyTold: OperatorsDocument = { rooms: {}, told: [], pending: [] };

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A reporter over this document; `refuses`: rooms that the homeserver refuses, `hangs`: it answers nothing. */
function reporter(
  document = nobodyTold,
  { refuses = [] as RoomId[], hangs = false, isFull = false, operators = [ann, olga] } = {},
) {
  const alarm = createFakeAlarm();
  const sent: [room: RoomId, id: string, device: string | null][] = [];
  const state = { causes: [] as Cause[], document };
  let ids = 0;
  const made = createReporter({
    operators: () => operators,
    look: () => {},
    seen: () => ({ causes: state.causes, unknown: new Set() }),
    roomOf: (operator) => (operator === ann ? DM : null),
    host: {
      read: () => state.document,
      async write(next) {
        if (isFull) throw new Error('disk full');
        state.document = next;
      },
    },
    send({ room, id, device }) {
      sent.push([room, id, device]);
      if (hangs) return new Promise(() => {});
      const isRefused = refuses.includes(room);
      return Promise.resolve(
        isRefused ? { ok: false, code: 'M_FORBIDDEN' } : { ok: true, eventId: EventId.parse('$sent') },
      );
    },
    ...{ device: 'DEVICE', alarm, newId: () => `id-${++ids}`, meter: noMeter, now: alarm.now, log: silentLog },
  });
  onTestFinished(() => made.close());
  return {
    ...{ made, sent, state, alarm },
    async pass(ms = 2_000) {
      alarm.advance(ms);
      await settled();
    },
  };
}

test('an operator is told in the room where they wrote last, else in one of theirs; who has none is not', async () => {
  const { made, sent, state, pass } = reporter();
  state.causes = [down];
  await pass();
  expect(sent).toEqual([[DM, 'id-1', 'DEVICE']]);
  made.reads(ann, OPS);
  made.reads(olga, OPS);
  state.causes = [];
  await pass();
  expect(sent.slice(1)).toEqual([[OPS, 'id-2', 'DEVICE']]);
  expect([state.document.pending, state.document.rooms, made.causes()]).toEqual([
    ...[[], { [ann]: OPS, [olga]: OPS }, []],
  ]);
});

test('after a kill a report is sent again under its id, and not made anew', async () => {
  const before = reporter(nobodyTold, { hangs: true });
  before.state.causes = [down];
  await before.pass();
  const next = reporter(before.state.document);
  next.state.causes = [down];
  await next.pass();
  expect([before.sent, next.sent, next.state.document.pending]).toEqual([
    ...[[[DM, 'id-1', 'DEVICE']], [[DM, 'id-1', 'DEVICE']], []],
  ]);
});

test('what waits for who is no operator any more is not sent after a restart', async () => {
  const before = reporter(nobodyTold, { hangs: true });
  before.state.causes = [down];
  await before.pass();
  expect(before.state.document.pending.map(({ room }) => room)).toEqual([DM]);
  for (const operators of [[olga], []]) {
    const after = reporter(before.state.document, { operators });
    await settled();
    expect([after.sent, after.state.document.pending]).toEqual([[], []]);
  }
});

test('a room that refuses is read by nobody any more', async () => {
  const { sent, state, pass } = reporter({ ...nobodyTold, rooms: { [olga]: OPS } }, { refuses: [OPS] });
  state.causes = [down];
  await pass();
  expect(sent.map(([room]) => room)).toEqual([DM, OPS]);
  expect(state.document.rooms).toEqual({});
});

test('a full disk is told although nothing of it can be noted', async () => {
  const { sent, state, pass } = reporter(nobodyTold, { isFull: true });
  state.causes = [{ about: 'store', problem: 'disk full' }];
  await pass();
  await pass();
  expect(sent.map(([room]) => room)).toEqual([DM]);
});

test('of reports that wait more than 50 the oldest go', async () => {
  const { state, pass } = reporter(nobodyTold, { hangs: true });
  for (let round = 0; round < 60; round++) {
    state.causes = [{ about: 'room', room: `!${round}:test`, error: 'broken' }];
    await pass();
  }
  expect([state.document.pending.length, state.document.pending.at(-1)?.id]).toEqual([50, 'id-60']);
});
