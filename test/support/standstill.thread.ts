/** The thread of `otherSide`, never imported: an agent, and a homeserver, that answer while the test's thread stands still. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { chunk, END, startScriptedAgent, STATUS } from './scripted-agent.ts';

const { answered } = workerData as { answered: Int32Array };

/** What was written by now is with the operating system. */
function tell(): void {
  setImmediate(() => {
    Atomics.store(answered, 0, 1);
    Atomics.notify(answered, 0);
  });
}

const agent = await startScriptedAgent(async (connection) => {
  connection.send(STATUS);
  await connection.next();
  connection.send(chunk('All of it.'));
  connection.send(END);
  tell();
  await connection.closed;
});
const server = createServer((_, response) => response.end('{"all":"of it"}', tell)).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
parentPort?.postMessage({ agent: agent.url, homeserver: `http://127.0.0.1:${port}` });
