import { expect, test } from 'vitest';
import { AgentId, ContextId } from '../../machines/ids.ts';
import { readState } from '../../src/store/contents.ts';
import { sql, temporaryFolder, temporaryStore } from './support.ts';

const [one, other] = [AgentId.parse('one'), AgentId.parse('other')];
const [first, second] = [ContextId.parse('1'), ContextId.parse('2')];

test('a conversation is kept for its agent, replaced, and removed', async () => {
  const { conversations } = await temporaryStore();
  expect(conversations.read(one, first)).toBeNull();
  await conversations.write(one, first, { said: ['a'] });
  await conversations.write(other, first, { said: ['b'] });
  await conversations.write(one, second, { said: [] });
  await conversations.write(one, first, { said: ['a', 'c'] });
  expect(conversations.read(one, first)).toEqual({ conversation: { said: ['a', 'c'] } });
  expect(conversations.read(other, first)).toEqual({ conversation: { said: ['b'] } });
  await conversations.remove(one, first);
  await conversations.remove(one, first);
  expect(conversations.read(one, first)).toBeNull();
  expect(await conversations.names()).toEqual([
    { agent: one, context: second },
    { agent: other, context: first },
  ]);
});

test('one that is no JSON is given as such, and a copy of it can be kept', async () => {
  const folder = await temporaryFolder();
  const { conversations, damaged } = await temporaryStore(folder);
  await conversations.write(one, first, {});
  sql(folder, "UPDATE conversations SET record = '{' WHERE agent = 'one'");
  expect(conversations.read(one, first)).toEqual({ conversation: undefined });
  expect(await conversations.keepCopy(one, first, 'torn')).toBe(1);
  expect(damaged.count()).toBe(1);
  expect(sql(folder, 'SELECT part, id, document, why FROM damaged')).toEqual([
    { part: 'conversations', id: 'one 1', document: '{', why: 'torn' },
  ]);
});

test('a state folder of before is given the table, and is counted without it', async () => {
  const folder = await temporaryFolder();
  await (await temporaryStore(folder)).close();
  sql(folder, 'DROP TABLE conversations');
  const counted = () => readState(folder)?.parts.find(({ name }) => name === 'conversations');
  expect(counted()).toEqual({ name: 'conversations', records: 0, damaged: 0 });
  const { conversations } = await temporaryStore(folder);
  await conversations.write(one, first, {});
  expect(counted()).toEqual({ name: 'conversations', records: 1, damaged: 0 });
});
