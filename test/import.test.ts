/** `roomkeeper import` as a process: exit codes, what is printed, what a kill leaves. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockFolder } from '../src/store/lock.ts';
import { chat, oldBot, usual, type Rows } from './import/old-bot.ts';
import { filesIn, sql, temporaryFolder } from './store/support.ts';
import { startCommand } from './support/command.ts';
import { until } from './support/until.ts';

const environment = (state: string): Record<string, string> => ({
  MATRIX_HOMESERVER: 'http://127.0.0.1:9',
  MATRIX_USER_ID: '@bot:example.org',
  MATRIX_PASSWORD: 'hidden',
  MATRIX_PLATFORM_BACKEND: 'mock',
  STATE_DIR: state,
});

function start(args: string[], state: string) {
  const child = startCommand(['import', ...args], environment(state));
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const run = (args: string[], state: string) => start(args, state).finished;

/** How many rows a table has; none where a kill came before the tables. */
function countIn(state: string, table: string): unknown {
  const [made] = sql(state, 'SELECT count(*) AS tables FROM sqlite_schema');
  return made?.['tables'] === 0 ? 0 : sql(state, `SELECT count(*) AS n FROM ${table}`)[0]?.['n'];
}

test('a dry run makes nothing, the import makes the records, and a second one says that all is there', async () => {
  const [file, parent] = [await oldBot(), await temporaryFolder()];
  const state = path.join(parent, 'state');
  const dry = await run([file, '--dry-run'], state);
  expect({ ...dry, files: await filesIn(parent) }).toEqual({ code: 0, out: dry.out, err: '', files: [] });
  expect(dry.out).toContain('\nThis is a dry run: nothing was changed.\n');
  expect(dry.out).toContain(`\n3 chats (1 archived), 1 entry room, 2 people would be taken into ${state} `);
  const done = await run([file], state);
  expect(done).toEqual({ code: 0, out: done.out, err: '' });
  expect(done.out).toContain(`\n3 chats (1 archived), 1 entry room, 2 people taken into ${state} `);
  const records = () => sql(state, 'SELECT * FROM rooms UNION ALL SELECT * FROM people UNION ALL SELECT * FROM host');
  const before = records();
  const again = await run([file], state);
  expect(again.code).toBe(0);
  expect(again.out).toContain(`\nAll of it is there: nothing to take into ${state} `);
  expect(records()).toEqual(before);
});

test.each(['', '--dry-run'])('beside a running service it ends with 3 and changes nothing %s', async (option) => {
  const [file, state] = [await oldBot(), path.join(await temporaryFolder(), 'state')];
  await run([file], state);
  const lock = lockFolder(state);
  onTestFinished(() => lock.release());
  const { code, out, err } = await run([file, ...(option === '' ? [] : [option])], state);
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toContain(`The state folder ${state} is in use by another process (pid ${process.pid})`);
});

test('a file that is no database, or is not there, is told in a sentence, and no state folder is made', async () => {
  const parent = await temporaryFolder();
  const [file, state] = [path.join(parent, 'lambda_matrix.db'), path.join(parent, 'state')];
  const missing = await run([file], state);
  expect([missing.code, missing.err.split('\n')[0]]).toEqual([1, `${file} does not exist.`]);
  await writeFile(file, 'no database, but a text that is long enough');
  const wrong = await run([file], state);
  expect([wrong.code, wrong.err.split('\n')[0]]).toEqual([1, `${file} is no SQLite database.`]);
  expect(await filesIn(parent)).toEqual(['lambda_matrix.db']);
});

test('killed at any moment it has taken all or nothing, and the next one takes the rest', async () => {
  const many: Rows = { ...usual };
  for (let n = 0; n < 3000; n++)
    many[`matrix_room:!m${n}:example.org`] = chat(`@p${n}:example.org`, 'C1', String(100 + n));
  const [file, state] = [await oldBot(many), path.join(await temporaryFolder(), 'state')];
  const seen = new Set<unknown>();
  for (let round = 0; !seen.has(3004) && round < 30; round++) {
    const child = start([file], state);
    // Each one is killed a little later than the one before, from the moment on in which it has the folder.
    await until(async () => (await filesIn(path.dirname(state))).includes('state/state.db-wal'));
    for (const until = performance.now() + round * 40; performance.now() < until;) await new Promise(setImmediate);
    child.kill('SIGKILL');
    await child.finished;
    const rooms = countIn(state, 'rooms');
    seen.add(rooms);
    expect([rooms, countIn(state, 'people'), countIn(state, 'host')]).toEqual(
      rooms === 0 ? [0, 0, 0] : [3004, 3002, 1],
    );
  }
  const last = await run([file], state);
  expect(last.code).toBe(0);
  expect([countIn(state, 'rooms'), countIn(state, 'people')]).toEqual([3004, 3002]);
  expect(seen.has(0)).toBe(true);
}, 120_000);
