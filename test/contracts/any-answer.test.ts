/** A whole service whose homeserver answers with any JSON in any place: whoever is not concerned is served, each time and once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anything, inJson, pathsOf, withAt, type Path } from '../matrix/any-json.ts';
import { scripts } from '../support/scripted-agent.ts';
import { openWay } from '../support/way.ts';
import { startEmbedded } from './embedded.ts';
import { createWorld } from './world.ts';

const world = createWorld(() => startEmbedded());

interface Change {
  /** Which of the places, as a part of all. */
  place: number;
  put: unknown;
}

/** Changes what is not of the room, and lets the position be. */
function changed(answer: string, room: string, { place, put }: Change): string {
  const whole = JSON.parse(answer) as { rooms?: { join?: object; invite?: object } };
  const stranger = { timeline: { events: [{ type: 'm.room.message' }], limited: true, prev_batch: 'p' } };
  const invited = { invite_state: { events: [{ type: 'm.room.member', content: { membership: 'invite' } }] } };
  const more = {
    ...whole,
    rooms: {
      ...whole.rooms,
      join: { ...whole.rooms?.join, '!stranger:embedded.test': stranger },
      invite: { ...whole.rooms?.invite, '!invited:embedded.test': invited },
    },
  };
  const isFree = (path: Path) =>
    path.length > 1 && path[0] !== 'next_batch' && !path.includes(room) && path.join('.') !== 'rooms.join';
  const places = pathsOf(more).filter(isFree);
  return inJson(withAt(more, places[Math.floor(place * places.length)] ?? ['nothing'], put));
}

test('any JSON in any place of a sync answer that is not of a person’s room', { timeout: 120_000 }, async () => {
  const way = await openWay(world.homeserver().url);
  world.later(() => way.close());
  const agent = await world.agent(scripts.echo);
  const bot = await world.bot({ homeserver: way.url, agents: { a: agent.url } });
  const [someone, other] = await Promise.all([world.person(), world.person()]);
  const [room, others] = await Promise.all([someone.createDm(bot.userId), other.createDm(bot.userId)]);
  await someone.message(room, (m) => m.sender === bot.userId);
  await other.message(others, (m) => m.sender === bot.userId);
  let change: Change | null = null;
  way.trouble = ({ path }) => {
    const what = change;
    return what === null || !path.includes('/sync')
      ? null
      : { kind: 'changed', change: (body) => changed(body, room, what) };
  };
  let said = 0;
  const changes = fc.record({ place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), put: anything });
  await fc.assert(
    fc.asyncProperty(changes, async (one) => {
      change = one;
      said += 1;
      await other.say(others, `other ${said}`);
      await someone.say(room, `text ${said}`);
      await someone.message(room, (m) => m.body === `You said: text ${said}`);
    }),
    { numRuns: 40, endOnFailure: true },
  );
  expect(way.met).toBeGreaterThanOrEqual(said);
  expect(bot.app.health().parkedRooms).toBe(0);
  const asked = agent.messages.map(({ text }) => String(text)).filter((text) => text.startsWith('text'));
  expect(asked).toEqual(Array.from({ length: said }, (_, n) => `text ${n + 1}`));
});
