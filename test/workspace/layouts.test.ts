import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RoomId, UserId } from '../../machines/ids.ts';
import { folderOf, layoutIn, placeOf, withoutTime } from '../../src/workspace/layouts.ts';

const [person, room] = [UserId.parse('@ann:example.org'), RoomId.parse('!Chat:example.org')];
const landing = { person, room, name: 'a.txt', at: Date.UTC(2026, 10, 28, 4, 16, 48, 999) };
const roomFolder = folderOf(room);

describe('the place of a file', () => {
  test('is that of the layout', () => {
    expect(placeOf('flat', landing)).toEqual(['a.txt']);
    expect(placeOf('incoming', landing)).toEqual(['incoming', 'a.txt']);
    expect(placeOf('inbox', landing)).toEqual([
      ...['surfaces', 'matrix', 'ann_example.org', roomFolder, 'inbox', '20261128-041648-a.txt'],
    ]);
  });

  test('is an inbox where several people share the workspace', () => {
    expect(layoutIn({ folder: '/agents/1', servesSeveral: true }, 'flat')).toBe('inbox');
    expect(layoutIn({ folder: '/agents/1', servesSeveral: false }, 'flat')).toBe('flat');
  });

  test('takes no name of a folder of ours', () => {
    const names = ['contexts', 'Incoming', 'surfaces', 'surfaces.txt'].map((name) =>
      placeOf('flat', { ...landing, name }),
    );
    expect(names).toEqual([['_contexts'], ['_Incoming'], ['_surfaces'], ['surfaces.txt']]);
  });

  test.each([
    [NaN, '19700101-000000'],
    [-1, '19700101-000000'],
    [Infinity, '99991231-235959'],
    [8.64e15 + 1, '99991231-235959'],
  ])('has a stamp, also where it is said to be sent at %s', (at, stamp) => {
    expect(placeOf('inbox', { ...landing, at }).at(-1)).toBe(`${stamp}-a.txt`);
  });
});

test('what its person reads of a file is without the time that the layout put before it, and with any of their own', () => {
  const own = '20250101-120000-scan.pdf';
  expect(withoutTime('inbox', placeOf('inbox', { ...landing, name: own }).at(-1) ?? '')).toBe(own);
  expect(withoutTime('inbox', '20261128-041648-a (1).txt')).toBe('a (1).txt');
  expect([withoutTime('flat', own), withoutTime('incoming', own)]).toEqual([own, own]);
});

describe('the folder of a person', () => {
  test.each([
    ['@ann:example.org', /^ann_example\.org$/],
    ['@ann.b-c_d:example.org', /^ann\.b-c_d_example\.org$/],
    ['@Ann:example.org', /^Ann_example\.org_-[0-9a-f]{16}$/],
    ['@ann:example.org:8448', /^ann_example\.org_8448_-[0-9a-f]{16}$/],
    ['@../../etc:x', /^etc_x_-[0-9a-f]{16}$/],
    ['@..:..', /^unknown_-[0-9a-f]{16}$/],
    ['@家:例', /^unknown_-[0-9a-f]{16}$/],
    [`@${'a'.repeat(300)}:b`, /^a{100}_-[0-9a-f]{16}$/],
  ])('of %s', (id, folder) => {
    expect(folderOf(id as UserId)).toMatch(folder);
  });

  const id = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc
      .array(fc.constantFrom(...'aAbB._-:/@!é\ud800\udc00'.split(''), 'ann', '_-0123456789abcdef'), { maxLength: 6 })
      .map((all) => all.join('')),
  );

  test('is one safe name, and of no two people or rooms the same, upper or lower case aside', () => {
    fc.assert(
      fc.property(id, id, fc.constantFrom('@', '!'), (one, other, sigil) => {
        const [a, b] = [`${sigil}${one}`, `${sigil}${other}`] as [UserId, UserId];
        const [folder, another] = [folderOf(a), folderOf(b)];
        expect(folder).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/);
        expect(folder.toLowerCase() === another.toLowerCase()).toBe(a === b);
        const places = [a, b].map((who) => placeOf('inbox', { ...landing, person: who }).join('/'));
        expect(new Set(places).size).toBe(a === b ? 1 : 2);
      }),
      { numRuns: 2_000 },
    );
  });

  test('stays apart where ids look alike', () => {
    const alike = [
      ...['@a_b:c', '@a:b:c', '@a/b:c', '@A_b:c', '@a_b:C', '@a_b_c:d', '@a:b_c', '@_a_b:c', '@a_b:c-', '@a_b:c.'],
      ...['@a:0', '@a_:0', '@a:_-0', '@a\ud800:b', '@a\ud801:b'],
    ];
    const folders = alike.map((one) => folderOf(one as UserId).toLowerCase());
    expect(new Set(folders).size).toBe(alike.length);
  });
});
