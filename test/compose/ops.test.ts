import { expect, onTestFinished, test } from 'vitest';
import { EventId, RoomId, UserId } from '../../machines/ids.ts';
import { restartPolicy } from '../../machines/restart-policy.ts';
import { nothingKnown } from '../../machines/supervisor-vocabulary.ts';
import { failed, type SupervisorContext } from '../../machines/supervisor-words.ts';
import { createDirectory } from '../../src/actors/directory.ts';
import type { Household } from '../../src/compose/household.ts';
import { composeOps } from '../../src/compose/ops.ts';
import { createRoster } from '../../src/compose/roster.ts';
import { createOpsParts } from '../../src/compose/ops-parts.ts';
import type { Health } from '../../src/ops/health.ts';
import type { HostDocument, Outgoing } from '../../src/ports.ts';
import { noMeter } from '../../src/ports/meter.ts';
import { freshRecord } from '../actors/support.ts';
import { botConfig } from '../support/bot.ts';
import { createFakeAlarm } from '../support/fake-alarm.ts';
import { silentLog } from '../support/log-book.ts';
import { temporaryStore } from '../store/support.ts';

const [ann, bob] = ['@ann:test', '@bob:test'].map((id) => UserId.parse(id)) as [UserId, UserId];
const [ROOM, BROKEN, BOBS] = ['!ops:test', '!broken:test', '!bobs:test'].map((id) => RoomId.parse(id)) as [
  RoomId,
  RoomId,
  RoomId,
];

const known = nothingKnown({ input: { policy: restartPolicy } });
/** A room that failed too often. */
const withParked: SupervisorContext = {
  ...known,
  ...failed({ ...known, live: 1 }, { key: BROKEN, error: 'bang' }, { kind: 'park', crashes: [1] }),
};

async function ops() {
  const { rooms: records, host: stored } = await temporaryStore();
  const alarm = createFakeAlarm();
  const { now } = alarm;
  const config = botConfig({
    ...{
      homeserver: 'http://test',
      userId: '@bot:test',
      password: '',
      agents: { one: 'ws://127.0.0.1:1/' },
      stateDir: '/none',
    },
    operators: [ann],
  });
  const roster = createRoster(config);
  const directory = createDirectory();
  const sent: Outgoing[] = [];
  const unparked: string[] = [];
  const is: { context: SupervisorContext; health: Health } = {
    context: known,
    health: {
      ...{ state: 'running', lastSyncAgeMs: 10, syncStaleAfterMs: 90_000, storeWritable: true, parkedRooms: 0 },
      ...{ registry: null, trouble: null, suspended: null, refusedMessages: 0, damagedRecords: 0, workspaces: [] },
    },
  };
  let document: HostDocument = stored.read();
  const actors = {
    unpark: (key: string) => unparked.push(key) > 0 && key === BROKEN,
    recordOf: () => null,
    deliver: async () => {},
  };
  const composed = composeOps({
    ...{ config, records, alarm, now, device: 'DEVICE', log: silentLog, directory },
    parts: createOpsParts({
      config,
      // Nobody looks at agents here.
      roster: { ...roster, agents: () => [] },
      baseOf: () => null,
      meter: noMeter,
      now,
      chance: () => 0,
      log: silentLog,
    }),
    household: { rooms: actors, people: actors } as unknown as Household,
    host: { read: () => document, update: async (patch) => (document = { ...document, ...patch }) },
    roster,
    send: async (message) => {
      sent.push(message);
      return { ok: true, eventId: EventId.parse('$sent') };
    },
    health: () => is.health,
    supervisor: () => is.context,
  });
  onTestFinished(() => composed.close());
  return {
    ...{ composed, is, sent, unparked, directory },
    ask: async (words: string, sender = ann, room = ROOM) =>
      (await composed.answerOperator({ room, sender, words, replyTo: null }, 'en')).body,
    operate: (...operators: UserId[]) => roster.take({ ...config, policy: { ...config.policy, operators } }),
    /** What is told by now. */
    async told() {
      alarm.advance(2_000);
      await new Promise((resolve) => setImmediate(resolve));
      return sent
        .splice(0)
        .map(({ room, msgtype, content, mentions = null }) => [room, msgtype, content.body, mentions]);
    },
  };
}

test('an operator who has asked is told there of what goes wrong, once, and when it is over', async () => {
  const { ask, told, is } = await ops();
  await ask('status');
  is.context = { ...withParked, store: 'disk full' };
  is.health = {
    ...{ ...is.health, storeWritable: false, lastSyncAgeMs: 90_000 },
    workspaces: [{ agent: 'one', folder: '/w', code: 'missing', says: 'It is not there.' }],
    registry: { since: '2026-11-28T12:00:00.000Z', problems: ['agents.yaml: agents is missing'], atNextStart: [] },
  };
  const lines = [
    '⚠️ `!broken:test` is parked: it failed too often (`bang`). `!ops unpark !broken:test` tries it again.',
    '⚠️ The state can’t be written (`disk full`). Nothing is lost, and nothing goes on until it can.',
    '⚠️ Nothing has come from the homeserver for 2 minutes.',
    '⚠️ The registry file is refused, so the one before stays: `agents.yaml: agents is missing`.',
    '⚠️ Files of agent `one` don’t come through: `missing`.',
  ];
  expect(await told()).toEqual([[ROOM, 'm.text', lines.join('\n'), [ann]]]);
  expect(await told()).toEqual([]);
  is.context = { ...known, store: 'disk full' };
  expect(await told()).toEqual([
    [ROOM, 'm.notice', '✅ `!broken:test` is not parked any more. That lasted 4 seconds.', null],
  ]);
});

test('who is no operator any more is told nothing from then on, and who has become one is', async () => {
  const { ask, told, is, operate } = await ops();
  await ask('status');
  operate();
  is.context = withParked;
  expect(await told()).toEqual([]);
  expect(await ask('status')).toMatch(/^Operators write /);
  operate(bob);
  await ask('status', bob);
  expect((await told()).map(([room, , , mentions]) => [room, mentions])).toEqual([[ROOM, [bob]]]);
  operate(ann, bob);
  is.context = known;
  expect((await told()).map(([, msgtype]) => msgtype)).toEqual(['m.notice']);
});

test('in the chat of somebody else an operator is answered, and not told of everything from then on', async () => {
  const { ask, told, is, directory } = await ops();
  await ask('status');
  directory.noteRoom(freshRecord(BOBS, { person: bob }));
  await ask('why $never', ann, BOBS);
  is.context = withParked;
  expect((await told()).map(([room]) => room)).toEqual([ROOM]);
});

test('while the service does not run nobody is told anything', async () => {
  const { ask, told, is } = await ops();
  await ask('status');
  is.context = withParked;
  is.health = { ...is.health, state: 'waking' };
  expect(await told()).toEqual([]);
});

test('what is asked is answered, to operators alone', async () => {
  const { ask, unparked, is } = await ops();
  is.context = withParked;
  expect(await ask('status')).toContain('All is well; I’ve been up for a moment.');
  expect(await ask('rooms')).toBe('There are none.');
  expect(await ask('why $never')).toContain('`$never`: I don’t know it.');
  expect(await ask(`unpark ${BROKEN}`)).toBe('`!broken:test` is tried again now.');
  expect(await ask('unpark !other:test')).toBe('I don’t know a room `!other:test`.');
  expect(await ask(`unpark ${BROKEN}`, bob)).toMatch(/^Operators write /);
  expect(unparked).toEqual([BROKEN, '!other:test']);
});

test('in somebody else’s chat nothing is said of other rooms', async () => {
  const { ask, unparked, directory, is } = await ops();
  is.context = withParked;
  directory.noteRoom(freshRecord(BOBS, { person: bob }));
  const elsewhere = await ask('status', ann, BOBS);
  expect(elsewhere).toMatch(/^In somebody else’s chat /);
  for (const words of ['rooms', `unpark ${BROKEN}`, 'why $never']) expect(await ask(words, ann, BOBS)).toBe(elsewhere);
  expect(unparked).toEqual([]);
  expect(await ask('status')).toContain('All is well');
});
