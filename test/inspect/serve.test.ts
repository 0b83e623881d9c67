/** Stately's own receiver on a running service, over a real socket. */
import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
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
import { serveInspector } from '../../src/inspect/serve.ts';
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
  expect(heard.map(({ event }) => event.type)).toEqual([
    ...['xstate.init', 'room.adopted', 'text.received', 'place.granted', 'connection.opened'],
    ...['agent.ready', 'answer.shown', 'turn.ended', 'answer.delivered'],
  ]);
  const adopted = heard.find(({ event }) => event.type === 'room.adopted');
  expect(adopted?.sourceId).toBe(sessionOf(person));
  expect(
    seen.every((event) => event.type !== '@xstate.event' || !['admit', 'written'].includes(event.event.type)),
  ).toBe(true);

  const snapshots = ofRoom.filter((event) => event.type === '@xstate.snapshot');
  const values = snapshots.map(({ snapshot }) => (snapshot as { value?: unknown }).value);
  const streaming = { conversation: { asking: { working: 'streaming' } }, tray: 'empty', dialog: 'none' };
  expect(values).toContainEqual({ serving: streaming });
  const sequences = snapshots.map(({ snapshot }) => JSON.stringify(snapshot));
  expect(new Set(sequences).size).toBe(sequences.length);
});

test('texts and names are masked, unless they are wanted', async () => {
  const masked = await watched(false);
  await converse(masked.service, SECRET);
  await until(() => masked.seen.some((event) => event.type === '@xstate.event' && event.event.type === 'turn.ended'));
  expect(JSON.stringify(masked.seen)).not.toContain(SECRET);
  expect(JSON.stringify(masked.seen)).toContain(`"body":"<${SECRET.length} characters>"`);

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
  await until(() => keys().includes(room) && keys().includes(person));
  expect(actorsIn(seen).length).toBeGreaterThanOrEqual(4);
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
