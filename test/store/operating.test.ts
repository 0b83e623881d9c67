/** What docs/operating.md tells an operator to ask, asked of records as the service writes them. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { AgentId, ContextId, UserId } from '../../machines/ids.ts';
import { sql, temporaryFolder, temporaryStore } from './support.ts';

const page = await readFile(path.join(import.meta.dirname, '../../docs/operating.md'), 'utf8');
const queries = [...page.matchAll(/```sql\n([^]+?)```/g)].map(([, query = '']) => query);
const golden = path.join(import.meta.dirname, '../actors/golden');

/** Every golden record as a room or a person of its own; rooms are named after the file. */
async function inhabited(): Promise<string> {
  const folder = await temporaryFolder();
  const store = await temporaryStore(folder);
  for (const name of (await readdir(golden)).filter((file) => file.endsWith('.json'))) {
    const record = JSON.parse(await readFile(path.join(golden, name), 'utf8')) as { machine: string };
    await store[record.machine === 'room' ? 'rooms' : 'people'].write(path.basename(name, '.json'), record);
  }
  await store.deadLetters.write('!a', [{ at: 2000 }, { at: 1000 }]);
  await store.deadLetters.write('@b', [{ at: 3000 }]);
  const [one, two] = ['agent-1', 'agent-2'].map((id) => AgentId.parse(id)) as [AgentId, AgentId];
  const ann = UserId.parse('@ann:test');
  const said = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
  ];
  await store.conversations.write(one, ContextId.parse('7'), { said, forgotten: 4 });
  await store.host.update({ syncPosition: 's7', lastSyncAt: 4000, memories: { [one]: ann, [two]: ann } });
  return folder;
}

test('the questions are answered beside a running service', async () => {
  const folder = await inhabited();
  const [parked = '', waiting = '', answered = '', letters = '', host = '', languages = '', ...more] = queries;
  const [files = '', conversations = '', anew = '', forget = ''] = more;
  expect(sql(folder, parked)).toEqual([
    { room: 'v1-parked', person: '@ann:test', events: 1, last: '2026-09-21 14:13:20', error: 'no turn is running' },
  ]);
  const oldest = sql(folder, waiting)
    .filter(({ room }) => room !== 'v2-pushes')
    .slice(0, 2);
  expect(oldest.map(({ room, person, what }) => [room, person, what]).sort()).toEqual([
    [null, 'v1-person-ready', 'say'],
    ['v1-unclaimed', null, 'say'],
  ]);
  for (const { seconds } of oldest) expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(10);
  expect(sql(folder, answered).slice(0, 2)).toEqual([
    {
      ...{ room: 'v1-finishing', person: '@ann:test', agent: 'agent-0' },
      ...{ conversation: '{"asking":"finishing"}', waiting: 2 },
    },
    {
      ...{ room: 'v1-stopping', person: '@ann:test', agent: 'agent-0' },
      ...{ conversation: '{"asking":"stopping"}', waiting: 2 },
    },
  ]);
  expect(sql(folder, languages)).toEqual([{ person: 'v1-person-language', language: 'ru' }]);
  expect(sql(folder, files)).toEqual([
    { room: 'v2-files', person: '@ann:test', name: 'a.pdf', path: null, came: '1970-01-01 00:01:44' },
  ]);
  expect(sql(folder, conversations)).toEqual([
    { agent: 'agent-1', context: '7', messages: 2, forgotten: 4, bytes: 89 },
  ]);
  expect(sql(folder, letters)).toEqual([
    { actor: '!a', letters: 2, first: '1970-01-01 00:00:01' },
    { actor: '@b', letters: 1, first: '1970-01-01 00:00:03' },
  ]);
  expect(sql(folder, host)).toEqual([{ synced: '1970-01-01 00:00:04', position: 's7', damaged: 0 }]);
  sql(folder, anew.replace('!room:example.org', 'v1-parked'));
  expect(sql(folder, "SELECT record FROM rooms WHERE id = 'v1-parked'")).toEqual([{ record: '' }]);
  sql(folder, forget);
  expect(sql(folder, "SELECT record ->> '$.memories' AS memories FROM host")).toEqual([
    { memories: '{"agent-2":"@ann:test"}' },
  ]);
  expect(queries).toHaveLength(10);
});
