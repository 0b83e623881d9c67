/** The pure heart alone: whole turns through `step`, one input at a time, and what the records weigh. */
import { work } from './alone.ts';
import type { Figure } from './figures.ts';
import { ownTime } from './usage.ts';
import { definition, eventOf, idleRecord, personOf, roomOf } from './rooms.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { step } from '../../src/durable/step.ts';
import type { Input } from '../../src/durable/definition.ts';

const SECONDS = 2;
const WARM_UP_SECONDS = 1;
const ANSWER = 'An answer of a usual length, with a few words more than one line needs. '.repeat(5);
const QUESTION = 'A question of a usual length, as a person writes it without much thought.';

await work(async (): Promise<Figure[]> => {
  const room = roomOf(1);
  const fresh = idleRecord(room, 0);
  let record = idleRecord(room, 250);
  let texts = 0;
  const run = (seconds: number) => {
    let events = 0;
    const [started, before] = [performance.now(), ownTime()];
    while (performance.now() - started < seconds * 1000) {
      const turn = turnOf(record, ++texts);
      for (const input of turn) record = step(definition, record, [input]).record;
      record = deliver(record);
      events += turn.length + 1;
    }
    return events / ((ownTime() - before) / 1000);
  };
  run(WARM_UP_SECONDS);
  const perSecond = run(SECONDS);
  if (record.parked.length > 0) throw new Error(`the chart threw: ${record.parked[0]?.error}`);
  const size = (one: Envelope<RoomContext>) => Buffer.byteLength(JSON.stringify({ key: room, record: one }));
  return [
    { name: 'events per second of CPU', value: perSecond, unit: '/s', note: `${(1e6 / perSecond).toFixed(0)} µs each` },
    { name: 'record of a room just greeted', value: size(fresh), unit: 'B' },
    { name: 'record of a room, 250 texts later', value: size(record), unit: 'B' },
    {
      name: 'record of a busy room',
      value: size(busy(record)),
      unit: 'B',
      note: 'a turn, 20 texts waiting, 20 notices',
    },
  ];
});

function turnOf({ context }: Envelope<RoomContext>, number: number): Input[] {
  const turn = context.turns + 1;
  return [
    text(number),
    ...[
      { type: 'place.granted', turn },
      { type: 'connection.opened', turn },
      { type: 'agent.ready', turn, idempotent: false, confirmations: false, session: null },
      { type: 'answer.shown', turn, eventId: eventOf(`preview-${number}-`) },
      { type: 'turn.ended', turn, outcome: 'done', answer: { markdown: ANSWER }, trouble: null, tokens: 7 },
    ].map((event): Input => ({ kind: 'event', id: null, at: 1_790_000_000_000, event })),
  ];
}

function text(number: number): Input {
  const eventId = eventOf(`text-${number}-`);
  const said = { eventId, sender: personOf(), body: QUESTION, replyTo: null };
  return { kind: 'event', id: eventId, at: 1_790_000_000_000, event: { type: 'text.received', text: said } };
}

/** The homeserver has the answer. */
function deliver(record: Envelope<RoomContext>): Envelope<RoomContext> {
  const [item] = record.outbox;
  if (item === undefined) throw new Error('there is no answer to deliver');
  return step(definition, record, [{ kind: 'settled', effect: item.id, result: { ok: true }, at: 1_790_000_000_000 }])
    .record;
}

function busy(record: Envelope<RoomContext>): Envelope<RoomContext> {
  const texts = Array.from({ length: 21 }, (_, number) => text(1_000_000 + number));
  return step(definition, record, texts).record;
}
