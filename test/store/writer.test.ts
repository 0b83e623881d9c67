import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writerInThread } from '../../src/store/writer.ts';
import { sql, temporaryFolder } from './support.ts';

const table = ['CREATE TABLE IF NOT EXISTS notes (text TEXT)'] as const;
const note = (text: string) => ['INSERT INTO notes VALUES (?)', text] as const;

test('a thread that died is told with its reason, and replaced at the next write', async () => {
  const folder = path.join(await temporaryFolder(), 'state');
  const writer = writerInThread(path.join(folder, 'state.db'));
  onTestFinished(() => writer.close());
  const broken = expect.objectContaining({ errcode: 14, message: 'unable to open database file' }) as Error;
  await expect(writer.write([table])).rejects.toEqual(broken);
  await expect(writer.write([table])).rejects.toEqual(broken);
  await mkdir(folder);
  await writer.write([table, note('a')]);
  await writer.write([note('b')]);
  expect(sql(folder, 'SELECT * FROM notes')).toEqual([{ text: 'a' }, { text: 'b' }]);
});

test('what fails in the middle is undone, and the thread goes on', async () => {
  const folder = await temporaryFolder();
  const writer = writerInThread(path.join(folder, 'state.db'));
  onTestFinished(() => writer.close());
  await writer.write([table]);
  await expect(writer.write([note('a'), ['INSERT INTO nowhere VALUES (1)']])).rejects.toThrow('no such table: nowhere');
  await writer.write([note('b')]);
  expect(sql(folder, 'SELECT * FROM notes')).toEqual([{ text: 'b' }]);
});
