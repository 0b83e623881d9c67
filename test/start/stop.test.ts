/** A service that is told to stop before it serves anybody: nobody answers where its homeserver should be. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startApp } from '../../src/app.ts';
import type { Config } from '../../src/config/config.ts';
import { lockFolder } from '../../src/store/lock.ts';
import { sql, temporaryFolder } from '../store/support.ts';
import { botConfig } from '../support/bot.ts';
import { logBook } from '../support/log-book.ts';

async function start(changes: Partial<Config> = {}) {
  const stateDir = await temporaryFolder();
  const homeserver = 'http://127.0.0.1:9';
  const config = botConfig({ homeserver, userId: '@bot:test', password: 'secret', agents: { a: '' }, stateDir });
  const log = logBook();
  return { stateDir, log, app: await startApp({ ...config, ...changes }, { log }) };
}

test('a store that fails on the way out is the reason of the end, and the folder is free', async () => {
  const { app, stateDir } = await start();
  sql(stateDir, 'DROP TABLE host');
  await app.stop();
  expect((await app.ended)?.message).toMatch(/^Cannot write .*state\.db: .*no such table: host/);
  lockFolder(stateDir).release();
});

test('an agent of this process that is only being started is closed, too', async () => {
  const { app, log } = await start({ backend: 'mock' });
  await app.stop();
  expect(await app.ended).toBe(null);
  const url = log.lines.flatMap(({ fields }) => ('url' in fields ? [String(fields.url)] : []))[0] ?? '';
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const [refused] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  expect(refused.code).toBe('ECONNREFUSED');
});
