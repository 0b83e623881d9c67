import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UserId } from '../../machines/ids.ts';
import { personFolder } from '../../src/workspace/person-folder.ts';

const folderOf = (id: string) => personFolder(id as UserId);

test('is what sha256sum says of the id', () => {
  expect(folderOf('@ann:example.org')).toBe('a11de4e3ffb1e423b5a391db3eca7dde');
});

test('is a safe name that says nothing, whatever the id is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (rest) => {
      expect(folderOf(`@${rest}`)).toMatch(/^[0-9a-f]{32}$/);
    }),
  );
});

test('is another one for each person, however alike their ids are', () => {
  const ids = [
    '@ann:a',
    '@Ann:a',
    '@ann:A',
    '@ann:a ',
    '@a/../ann:a',
    '@\ud800:a',
    '@\ud801:a',
    '@\ufffd:a',
    '@\u00e9:a',
    '@e\u0301:a',
  ];
  expect(new Set(ids.map(folderOf)).size).toBe(ids.length);
});
