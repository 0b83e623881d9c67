/** Stately's own receiver on a running service, over a real socket. */
import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
import { once } from 'node:events';
import WebSocket from 'ws';
import { expect, onTestFinished, test } from 'vitest';
import { personMachine } from '../../machines/person.machine.ts';
import { roomMachine } from '../../machines/room.machine.ts';
import { supervisorMachine } from '../../machines/supervisor.machine.ts';
import { createCall } from '../../src/demo/call.ts';
import { openConversation } from '../../src/demo/conversation.ts';
import { acceptFirstChat } from '../../src/demo/first-chat.ts';
import { createPeople } from '../../src/demo/people.ts';
import { startService } from '../../src/demo/service.ts';
import { chartsOnly } from '../../src/durable/inspection.ts';
import { masked } from '../../src/inspect/mask.ts';
import { serveInspector } from '../../src/inspect/serve.ts';
import { build } from '../durable/house.ts';
import { temporaryStore } from '../store/support.ts';
import { silentLog } from '../support/log-book.ts';
import { until } from '../support/until.ts';

const SECRET = 'a secret of hers';

/** A service with an inspector, and somebody who looks on from the beginning. */
async function watched(texts: boolean) {
  const inspector = await serveInspector({ port: 0, texts, log: silentLog });
  const seen = await lookOn(inspector.url);
  const service = await startService({
    ...{ state: null, provider: null, pace: 0, log: silentLog },
    inspect: inspector.inspect,
  });
  onTestFinished(async () => {
    await service.stop();
    await inspector.close();
  });
  return { inspector, service, seen };
}

/** Actors of a toy on a clock that the test moves. */
async function watchedHouse(texts = false) {
  const inspector = await serveInspector({ port: 0, texts, log: silentLog });
  onTestFinished(inspector.close);
  const { rooms: records, deadLetters } = await temporaryStore();
  return { inspector, house: build({ records, deadLetters, inspect: chartsOnly(inspector.inspect) }) };
}

async function lookOn(server: string): Promise<StatelyInspectionEvent[]> {
  const seen: StatelyInspectionEvent[] = [];
  const { subscribe } = createWebSocketReceiver({ server });
  subscribe((event) => void seen.push(event));
  // The receiver does not say when it is connected; a second client that is was let in after it.
  const other = new WebSocket(server);
  await new Promise((resolve) => other.once('open', resolve));
  other.terminate();
  return seen;
}

/** Somebody comes, says this in their first chat and is answered. */
async function converse({ homeserver, bot }: Awaited<ReturnType<typeof startService>>, text: string) {
  const { accessToken, userId } = await createPeople(homeserver, bot).arrive();
  const call = createCall(homeserver.url, accessToken);
  const room = await acceptFirstChat(call, bot, 20_000);
  const conversation = openConversation(call, { room, bot });
  // Not before the bot: until it greets, the room is only being introduced.
  await until(async () => (await conversation.hear(1_000)).said.length > 0);
  await conversation.say(text);
  await until(async () => (await conversation.hear(1_000)).said.some(({ isNotice }) => !isNotice));
  return { room, person: userId };
}

const actorsIn = (seen: readonly StatelyInspectionEvent[]) => seen.filter((event) => event.type === '@xstate.actor');
const charts = { room: roomMachine.config, person: personMachine.config, supervisor: supervisorMachine.config };

function isOf(session: string) {
  return (event: StatelyInspectionEvent) => event.sessionId === session;
}

test('an inspector sees the root, each room and person with its chart, and what they hear and become', async () => {
  const { service, seen } = await watched(false);
  const { room, person } = await converse(service, SECRET);
  const sessionOf = (key: string) =>
    seen.find((event) => event.type === '@xstate.snapshot' && (event.snapshot as { key?: string }).key === key)
      ?.sessionId;
  await until(() => {
    const session = sessionOf(room);
    const last = session === undefined ? undefined : seen.filter(isOf(session)).at(-1);
    return last?.type === '@xstate.snapshot' && JSON.stringify(last.snapshot).includes('"conversation":"idle"');
  });

  const definitions = actorsIn(seen).map(
    ({ definition }) => JSON.parse(definition ?? 'null') as { id: keyof typeof charts; context: unknown },
  );
  expect(new Set(definitions.map(({ id }) => id))).toEqual(new Set(['supervisor', 'person', 'room']));
  // What the chart begins with is a function: only its name is shown.
  for (const { context: _, ...one } of definitions) expect(one).toEqual(JSON.parse(JSON.stringify(charts[one.id])));

  const session = sessionOf(room);
  const ofRoom = seen.filter((event) => event.sessionId === session);
  const heard = ofRoom.filter((event) => event.type === '@xstate.event');
  // An answer that ends at once has no beginning of its own.
  expect(heard.map(({ event }) => event.type).filter((type) => type !== 'answer.shown')).toEqual([
    ...['xstate.init', 'room.adopted', 'text.received', 'place.granted', 'connection.opened'],
    ...['agent.ready', 'turn.ended', 'answer.delivered'],
  ]);
  const adopted = heard.find(({ event }) => event.type === 'room.adopted');
  expect(adopted?.sourceId).toBe(sessionOf(person));
  expect(
    seen.every((event) => event.type !== '@xstate.event' || !['admit', 'written'].includes(event.event.type)),
  ).toBe(true);

  const snapshots = ofRoom.filter((event) => event.type === '@xstate.snapshot');
  const values = snapshots.map(({ snapshot }) => (snapshot as { value?: unknown }).value);
  const streaming = {
    conversation: { asking: { working: 'streaming' } },
    line: 'nothing waits',
    tray: 'empty',
    burst: 'nothing new',
    dialog: 'none',
    pushes: 'nothing is held back',
  };
  expect(values).toContainEqual({ serving: streaming });
  const sequences = snapshots.map(({ snapshot }) => JSON.stringify(snapshot));
  expect(new Set(sequences).size).toBe(sequences.length);
});

test('texts and names are masked, unless they are wanted', async () => {
  const hidden = await watched(false);
  await converse(hidden.service, SECRET);
  await until(() => hidden.seen.some((event) => event.type === '@xstate.event' && event.event.type === 'turn.ended'));
  expect(JSON.stringify(hidden.seen)).not.toContain(SECRET);
  expect(JSON.stringify(hidden.seen)).toContain(`"body":"<${SECRET.length} characters>"`);

  const open = await watched(true);
  await converse(open.service, SECRET);
  await until(() => JSON.stringify(open.seen).includes(SECRET));
});

test('whoever comes later sees who is there already', async () => {
  const { service, inspector } = await watched(false);
  const { room, person } = await converse(service, SECRET);
  const seen = await lookOn(inspector.url);
  const keys = () =>
    seen.flatMap((event) => (event.type === '@xstate.snapshot' ? [(event.snapshot as { key?: string }).key] : []));
  // The root, the person, the entry room and the chat.
  await until(() => keys().includes(room) && keys().includes(person) && actorsIn(seen).length >= 4);
});

test('whoever comes later sees nobody who is gone', async () => {
  const { inspector, house } = await watchedHouse();
  const input = (id: string) => ({ kind: 'event' as const, id, at: 0, event: { type: 'count' } });
  await house.children.deliver('gone', [input('1')]);
  await house.children.deliver('a', [input('1')]);
  house.alarm.advance(120_000);
  await until(() => house.children.counts().live === 0);
  await house.children.deliver('a', [input('2')]);
  house.breaks.set('b', 1);
  await house.children.deliver('b', [{ ...input('1'), event: { type: 'all' } }]);
  await until(() => house.children.counts().backingOff === 1);
  house.alarm.advance(200);
  await until(() => house.children.counts().live === 2);

  const seen = await lookOn(inspector.url);
  await until(() => actorsIn(seen).length >= 3);
  await house.children.deliver('a', [input('3')]);
  await until(() => seen.some((event) => event.type === '@xstate.event'));
  expect(
    actorsIn(seen)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(['a', 'b', 'supervisor']);
});

test('an inspector that does not read is let go of', async () => {
  const { inspector, house } = await watchedHouse(true);
  const slow = new WebSocket(inspector.url);
  await once(slow, 'open');
  slow.pause();
  const quick = await lookOn(inspector.url);
  const store = (n: number) => ({ type: 'store.failed' as const, detail: `${n} ${'x'.repeat(1_000_000)}` });
  for (let n = 1; n <= 40; n++) {
    house.root.root.send(store(n));
    await until(() => quick.filter(({ type }) => type === '@xstate.snapshot').length > n);
  }
  const closed = once(slow, 'close');
  slow.resume();
  await closed;
});

test('a ninth inspector is sent away', async () => {
  const { url, close } = await serveInspector({ port: 0, texts: false, log: silentLog });
  onTestFinished(close);
  for (let n = 1; n <= 8; n++) await once(new WebSocket(url), 'open');
  const [code] = (await once(new WebSocket(url), 'close')) as [number];
  expect(code).toBe(1013);
});

test('of what somebody said nothing is shown, whatever it looks like', () => {
  const texts = { body: '@ann:example.org', name: '!agent:x', more: ['+491701234567', '#secret', '@ann', '$5000'] };
  expect(masked({ type: 'text.received', sender: '@ann:example.org', id: 'all of it', ...texts })).toEqual({
    ...{ type: 'text.received', sender: '@ann:example.org', id: '<9 characters>', body: '<16 characters>' },
    ...{ name: '<8 characters>', more: ['<13 characters>', '<7 characters>', '<4 characters>', '<5 characters>'] },
  });
});

test.each([
  ['http://evil.example', 'refused'],
  ['https://stately.ai', 'refused'],
  ['http://127.0.0.1:8080', 'open'],
  ['http://localhost', 'open'],
])('a page of %s is %s', async (origin, outcome) => {
  const { url, close } = await serveInspector({ port: 0, texts: false, log: silentLog });
  onTestFinished(close);
  const socket = new WebSocket(url, { origin });
  const result = await new Promise<string>((resolve) => {
    socket.on('open', () => resolve('open'));
    socket.on('error', () => resolve('refused'));
  });
  socket.terminate();
  expect(result).toBe(outcome);
});
