import { expect, test } from 'vitest';
import {
  bodies,
  createRoom,
  filter,
  id,
  joined,
  type Lab,
  type MatrixEvent,
  now,
  putState,
  roomOf,
  say,
  sayMany,
  sync,
  types,
} from './lab.ts';

/** The way back from a limited timeline. */
export function gaps(lab: Lab): void {
  /** What `who` gets by walking forward from `from` to `to` in pages of `limit`. */
  async function walk(
    who: Parameters<typeof sync>[0],
    room: string,
    from: string,
    to: string,
    limit: number,
  ): Promise<MatrixEvent[]> {
    const events: MatrixEvent[] = [];
    for (let position: string | undefined = from; position !== undefined;) {
      const page: { chunk: MatrixEvent[]; end?: string } = await who.get(`/rooms/${id(room)}/messages`, {
        dir: 'f',
        from: position,
        to,
        limit,
      });
      events.push(...page.chunk);
      position = page.chunk.length === 0 ? undefined : page.end;
    }
    return events;
  }

  test.each([1, 3, 50])('is filled exactly and in order from since to prev_batch in pages of %i', async (limit) => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const room = await roomOf(alice, bob);
    await say(alice, room, 'before');
    const since = await now(bob);
    const said = await sayMany(alice, room, 'word', 9);
    const { timeline } = joined(await sync(bob, { since, filter: filter({ room: { timeline: { limit: 2 } } }) }), room);
    expect(timeline.limited).toBe(true);
    const missed = await walk(bob, room, since, timeline.prev_batch, limit);
    expect([...bodies(missed), ...bodies(timeline.events)]).toEqual(said);
  });

  test('holds state changes at their place', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const since = await now(alice);
    await say(alice, room, 'one');
    await putState(alice, room, 'm.room.topic', { topic: 'two' });
    await sayMany(alice, room, 'three', 2);
    const { timeline } = joined(
      await sync(alice, { since, filter: filter({ room: { timeline: { limit: 1 } } }) }),
      room,
    );
    expect(types(await walk(alice, room, since, timeline.prev_batch, 10))).toEqual([
      'm.room.message',
      'm.room.topic',
      'm.room.message',
    ]);
  });

  test('is nothing when the timeline is not limited', async () => {
    const alice = await lab.person();
    const room = await createRoom(alice);
    const since = await now(alice);
    await sayMany(alice, room, 'word', 2);
    const { timeline } = joined(await sync(alice, { since }), room);
    expect(await walk(alice, room, since, timeline.prev_batch, 10)).toEqual([]);
  });
}
