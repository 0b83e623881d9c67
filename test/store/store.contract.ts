/** What every store does, whatever it is made of. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { ContextId, RoomId } from '../../machines/ids.ts';
import type { Letters, RecordTable, Store } from '../../src/ports.ts';

/** Opens the store of one test, time and again; the one before was closed. */
type Open = () => Promise<Store>;

/** `place`: where nothing is stored yet. */
export function describeStore(name: string, place: () => Promise<Open>): void {
  /** A store for one test, and how a later process opens it. */
  async function opened(): Promise<{ store: Store; reopened: Open; open: Open }> {
    const open = await place();
    let store = await open();
    onTestFinished(() => store.close());
    const reopened = async () => {
      await store.close();
      return (store = await open());
    };
    return { store, reopened, open };
  }

  async function all(records: Pick<Letters | RecordTable, 'entries'>): Promise<[string, unknown][]> {
    const found: [string, unknown][] = [];
    for await (const entry of records.entries()) found.push(entry);
    return found;
  }

  describe(`a store: ${name}`, () => {
    describe('its records', () => {
      test('are what was written last, for a later process too, and gone after they were removed', async () => {
        const { store, reopened } = await opened();
        expect(await store.rooms.read('!a:x')).toBeNull();
        await store.rooms.write('!a:x', { n: 1 });
        await store.rooms.write('!b:x', [null, 'ü\ud83d\ude00', { deep: [1] }]);
        await store.rooms.write('!a:x', { n: 2 });

        const again = (await reopened()).rooms;
        expect(await again.read('!a:x')).toEqual({ n: 2 });
        expect(await all(again)).toEqual([
          ['!a:x', { n: 2 }],
          ['!b:x', [null, 'ü\ud83d\ude00', { deep: [1] }]],
        ]);
        await again.remove('!a:x');
        await again.remove('!a:x');
        expect(await again.read('!a:x')).toBeNull();
        expect(await again.keys()).toEqual(['!b:x']);
      });

      test('have keys of any kind', async () => {
        const { store, reopened } = await opened();
        const keys = ['', '../../x', '/', 'a\0b', '!A:x', '!a:x', 'k'.repeat(5000), '__proto__', "';--"].sort();
        for (const key of keys) await store.rooms.write(key, { key });
        const again = (await reopened()).rooms;
        expect((await again.keys()).sort()).toEqual(keys);
        for (const key of keys) expect(await again.read(key)).toEqual({ key });
      });

      test('may be any JSON', async () => {
        const { store, reopened } = await opened();
        const records = [0, '', false, [], {}, 'a\0b'].map((record, n) => [String(n), record] as const);
        for (const [key, record] of records) await store.rooms.write(key, record);
        const again = (await reopened()).rooms;
        expect(await all(again)).toEqual(records);
        expect(await Promise.all(records.map(([key]) => again.read(key)))).toEqual(records.map(([, record]) => record));
      });

      test('are all there when many were written at once, at the same time, or while they were read', async () => {
        const { store } = await opened();
        const records = store.rooms;
        const keys = Array.from({ length: 600 }, (_, n) => `!${n}:x`).sort();
        await records.writeAll(keys.slice(0, 500).map((key) => [key, 'first']));
        await Promise.all(keys.slice(500).map((key) => records.write(key, 'first')));
        const seen: string[] = [];
        for await (const [key, record] of records.entries()) {
          expect(record).toBe('first');
          await records.write(key, 'second');
          seen.push(key);
        }
        expect(seen.sort()).toEqual(keys);
        expect(new Map(await all(records))).toEqual(new Map(keys.map((key) => [key, 'second'])));
      });

      test('are written all or none', async () => {
        const { store } = await opened();
        const records = [...['a', 'b'].map((key) => [key, key] as const), ['c', 10n] as const];
        await expect(store.rooms.writeAll(records)).rejects.toThrow('BigInt');
        expect(await store.rooms.keys()).toEqual([]);
      });

      test('that are no JSON keep nobody else from writing', async () => {
        const { store } = await opened();
        const results = await Promise.allSettled([10n, 1].map((record) => store.rooms.write(String(record), record)));
        expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
        expect(await all(store.rooms)).toEqual([['1', 1]]);
      });
    });

    test('keeps rooms and people apart', async () => {
      const { store } = await opened();
      await store.rooms.write('x', 'room');
      await store.people.write('x', 'person');
      expect([await store.rooms.read('x'), await store.people.read('x')]).toEqual(['room', 'person']);
    });

    describe('its dead letters', () => {
      const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => ({ id }));

      test.each([
        { what: 'one more', lists: [[a], [a, b], [a, b, c]] },
        { what: 'the first ones taken', lists: [[a, b, c], [c], [c, d]] },
        {
          what: 'one in the middle taken',
          lists: [
            [a, b, c],
            [a, c, d],
          ],
        },
        {
          what: 'another order',
          lists: [
            [a, b, c],
            [c, a, b],
          ],
        },
        { what: 'one twice', lists: [[a], [a, a, b], [a, b]] },
        {
          what: 'others with the same words',
          lists: [
            [a, b],
            [{ ...a }, b],
          ],
        },
        { what: 'fewer', lists: [[a, b, c], [a]] },
        { what: 'none, then some', lists: [[a], [], [b]] },
      ])('are the list that was written last: $what', async ({ lists }) => {
        const { store, reopened } = await opened();
        await store.deadLetters.write('@other', [d]);
        for (const list of lists) {
          await store.deadLetters.write('!a', list);
          expect(await store.deadLetters.read('!a')).toEqual(list.length === 0 ? null : list);
        }
        const again = (await reopened()).deadLetters;
        expect(await all(again)).toEqual([
          ['!a', lists.at(-1)],
          ['@other', [d]],
        ]);
        // What an earlier process wrote is replaced as well.
        await again.write('!a', [d, a]);
        expect(await again.read('!a')).toEqual([d, a]);
      });

      test('are gone after they were removed, and may come again', async () => {
        const { store } = await opened();
        const { deadLetters } = store;
        await deadLetters.write('!a', [a, b]);
        await deadLetters.remove('!a');
        await deadLetters.remove('!a');
        expect([await deadLetters.read('!a'), await deadLetters.keys()]).toEqual([null, []]);
        await deadLetters.write('!a', [a, b, c]);
        expect(await deadLetters.read('!a')).toEqual([a, b, c]);
      });

      test('are what was asked for last, when nobody waited in between', async () => {
        const { store } = await opened();
        const { deadLetters } = store;
        const changes = [deadLetters.write('!a', [a]), deadLetters.remove('!a'), deadLetters.write('!a', [a, b])];
        await Promise.all([...changes, deadLetters.write('!b', [c]), deadLetters.remove('!b')]);
        expect(await all(deadLetters)).toEqual([['!a', [a, b]]]);
        await deadLetters.write('!b', [c, d]);
        expect(await deadLetters.read('!b')).toEqual([c, d]);
      });

      test('get one more at the end, whatever an earlier process wrote', async () => {
        const { store, reopened } = await opened();
        await store.deadLetters.add('!a', a);
        await Promise.all([store.deadLetters.write('!a', [a, b]), store.deadLetters.add('!a', c)]);
        const again = (await reopened()).deadLetters;
        await again.add('!a', d);
        expect(await again.read('!a')).toEqual([a, b, c, d]);
        await again.write('!a', [d]);
        expect(await all(again)).toEqual([['!a', [d]]]);
      });

      test('are a list', async () => {
        const { store } = await opened();
        await expect(store.deadLetters.write('!a', { id: 'a' })).rejects.toThrow('Dead letters are a list.');
        expect(await store.deadLetters.keys()).toEqual([]);
      });
    });

    describe('its long answers', () => {
      const room = RoomId.parse('!room:example.org');
      const other = RoomId.parse('!other:example.org');

      test('are kept by room and name until they are removed', async () => {
        const { store, reopened } = await opened();
        await store.answers.write(room, 'turn-1', '# One');
        await store.answers.write(room, 'turn-2', '');
        await store.answers.write(other, 'turn-1', 'ü\0'.repeat(100_000));
        await store.answers.write(room, 'turn-1', '# Once more');

        const { answers } = await reopened();
        const found = async () => [
          ...[await answers.read(room, 'turn-1'), await answers.read(room, 'turn-2')],
          ...[await answers.read(other, 'turn-1'), await answers.read(other, 'turn-2')],
        ];
        expect(await found()).toEqual(['# Once more', '', 'ü\0'.repeat(100_000), null]);
        await answers.remove(room, 'turn-1');
        await answers.remove(room, 'turn-1');
        expect(await found()).toEqual([null, '', 'ü\0'.repeat(100_000), null]);
      });

      test('have names of letters, digits and a few signs', async () => {
        const { store } = await opened();
        for (const name of ['', '../x', 'a/b', 'a\\b', 'a\0', 'ü', 'a b', 'x'.repeat(101)]) {
          const refusal = `${JSON.stringify(name)} is no name for an answer.`;
          await expect(store.answers.write(room, name, 'x')).rejects.toThrow(refusal);
          await expect(store.answers.read(room, name)).rejects.toThrow(refusal);
          await expect(store.answers.remove(room, name)).rejects.toThrow(refusal);
        }
      });
    });

    test('finds the records in which something is written', async () => {
      const { store } = await opened();
      await store.rooms.writeAll([
        ...[['!a:test', { seen: ['$1'] }] as const, ['!b:test', { seen: ['$2', '$1'] }] as const],
        ['!c:test', { seen: [] }],
      ]);
      expect(await store.rooms.keysWith('$1', 5)).toEqual(['!a:test', '!b:test']);
      expect(await store.rooms.keysWith('$1', 1)).toEqual(['!a:test']);
      expect(await store.rooms.keysWith('%', 5)).toEqual([]);
    });

    describe('its host state', () => {
      const empty = {
        ...{ syncPosition: null, deviceId: null, instance: null, userId: null, memories: {} },
        ...{ lastContextId: null, lastSyncAt: null },
      };

      test('begins empty and comes back as it was written', async () => {
        const { store, reopened } = await opened();
        expect(store.host.read()).toEqual(empty);
        await store.host.update({ deviceId: 'DEVICE' });
        await store.host.update({ syncPosition: 's1', lastSyncAt: 5, lastContextId: ContextId.parse('7') });
        const written = { ...empty, deviceId: 'DEVICE', syncPosition: 's1', lastSyncAt: 5, lastContextId: '7' };
        expect(store.host.read()).toEqual(written);
        expect((await reopened()).host.read()).toEqual(written);
      });

      test('takes changes at the same time all, in order', async () => {
        const { store, reopened } = await opened();
        const positions = Array.from({ length: 30 }, (_, n) => `s${n}`);
        const states = await Promise.all([
          store.host.update({ deviceId: 'DEVICE' }),
          ...positions.map((syncPosition) => store.host.update({ syncPosition })),
        ]);
        expect(states.slice(1)).toEqual(
          positions.map((syncPosition) => ({ ...empty, deviceId: 'DEVICE', syncPosition })),
        );
        expect((await reopened()).host.read()).toEqual({ ...empty, deviceId: 'DEVICE', syncPosition: 's29' });
      });

      test('shows a change when it lasts, not before', async () => {
        const { store } = await opened();
        const changed = store.host.update({ syncPosition: 's1' });
        expect(store.host.read()).toEqual(empty);
        expect(await changed).toEqual({ ...empty, syncPosition: 's1' });
      });

      test('keeps what operators were told, and forgets only that where it cannot be read', async () => {
        const { store, reopened } = await opened();
        const cause = { about: 'store' as const, problem: 'full' };
        const told = { key: 'store', cause, since: 1, toldAt: null, isOpen: true, isTold: false, again: 0 };
        const operators = { rooms: { '@ann:test': '!a:test' }, told: [told], pending: [] };
        await store.host.update({ operators } as unknown as Parameters<typeof store.host.update>[0]);
        expect((await reopened()).host.read()).toEqual({ ...empty, operators });
      });

      test('refuses what is no state', async () => {
        const { store } = await opened();
        await expect(store.host.update({ lastSyncAt: 'now' as unknown as number })).rejects.toThrow();
        await expect(store.host.update({ other: 1 } as object)).rejects.toThrow();
        expect(store.host.read()).toEqual(empty);
      });
    });

    test('belongs to one at a time, and to the next one when it is closed', async () => {
      const { store, reopened, open } = await opened();
      await expect(open()).rejects.toThrow(expect.objectContaining({ name: 'FolderInUse' }));
      await store.rooms.write('!a', 1);
      expect(await (await reopened()).rooms.read('!a')).toBe(1);
    });

    test('ends what is under way before it is closed, and takes nothing afterwards', async () => {
      const { store, reopened } = await opened();
      const writing = store.rooms.write('!a', 1);
      await Promise.all([store.close(), writing]);
      await store.close();
      await expect(store.rooms.write('!a', 2)).rejects.toThrow(expect.objectContaining({ name: 'StoreFailure' }));
      expect(await (await reopened()).rooms.read('!a')).toBe(1);
    });
  });
}
