import { expect, test } from 'vitest';
import { RoomId } from '../../machines/ids.ts';
import { openAnswers } from '../../src/store/answers.ts';
import { filesIn, temporaryFolder } from './support.ts';

const room = RoomId.parse('!room:example.org');
const other = RoomId.parse('!other:example.org');

test('answers are kept by room and name until they are removed', async () => {
  const folder = await temporaryFolder();
  const answers = await openAnswers(folder, { fsync: true });
  await answers.write(room, 'turn-1', '# One');
  await answers.write(room, 'turn-2', '');
  await answers.write(other, 'turn-1', 'ü'.repeat(100_000));
  await answers.write(room, 'turn-1', '# Once more');

  const again = await openAnswers(folder, { fsync: true });
  expect(await again.read(room, 'turn-1')).toBe('# Once more');
  expect(await again.read(room, 'turn-2')).toBe('');
  expect(await again.read(other, 'turn-1')).toBe('ü'.repeat(100_000));
  expect(await again.read(other, 'turn-2')).toBeNull();

  await again.remove(room, 'turn-1');
  await again.remove(room, 'turn-1');
  await again.remove(other, 'turn-1');
  expect(await again.read(room, 'turn-1')).toBeNull();
  expect(await filesIn(folder)).toEqual(['03/03cbb71e7ec22cfce1875295478d262636197456.turn-2.md']);
});

test.each(['', '../x', 'a/b', 'a\\b', 'a\0', 'ü', 'a b', 'x'.repeat(101)])('the name %j is refused', async (name) => {
  const folder = await temporaryFolder();
  const answers = await openAnswers(folder, { fsync: false });
  const refusal = `${JSON.stringify(name)} is no name for an answer.`;
  await expect(answers.write(room, name, 'x')).rejects.toThrow(refusal);
  await expect(answers.read(room, name)).rejects.toThrow(refusal);
  await expect(answers.remove(room, name)).rejects.toThrow(refusal);
  expect(await filesIn(folder)).toEqual([]);
});
