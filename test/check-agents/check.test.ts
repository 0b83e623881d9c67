/** Every agent is met as the service would meet it; what fails is a sentence, in time. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { agentForTest } from '../reference-agent/support.ts';
import { chunk, END, scripts, STATUS } from '../support/scripted-agent.ts';
import { until } from '../support/until.ts';
import { check, inShort, problems, scripted } from './house.ts';

test('an agent says STATUS, and its address is shown without its secrets', async () => {
  const { agent } = await agentForTest();
  const [report] = await check([{ url: `${agent.url.replace('//', '//user:hidden@')}?key=hidden` }]);
  expect(report).toEqual({
    ...{ agent: 'a', address: agent.url, workspace: '/agents', ok: true },
    checks: [{ name: 'STATUS', ok: true, result: 'ok', ms: expect.any(Number) as number, problems: [] }],
  });
});

test('each check is a connection of its own, under an id that no room has', async () => {
  const agent = await scripted(scripts.greet);
  const reports = await check([{ url: agent.url }, { url: agent.url }]);
  expect(reports.map(({ agent: id, ok }) => [id, ok])).toEqual([
    ['a', true],
    ['b', true],
  ]);
  const ids = agent.connections.map(({ contextId }) => contextId);
  expect(new Set(ids).size).toBe(2);
  expect(ids.filter((id) => !/^[1-9]\d{13}$/.test(id))).toEqual([]);
  expect(agent.messages).toEqual([]);
});

test('a message is a whole request', async () => {
  const agent = await scripted(async (connection) => {
    connection.send(STATUS);
    await connection.next();
    connection.send({ type: 'AGENT_EVENT_CUSTOM_UPDATE', data: { kind: 'confirmation', id: '1', text: 'May I?' } });
    const { approved } = await connection.next();
    for (const frame of [chunk('You said '), chunk(String(approved)), END]) connection.send(frame);
  });
  const [report] = await check([{ url: agent.url }], { message: 'Hello' });
  const time = expect.any(Number) as number;
  const result = expect.stringMatching(/^first words after \d+ ms, 14 characters$/) as string;
  expect(report?.checks).toEqual([
    { name: 'STATUS', ok: true, result: 'ok', ms: time, problems: [] },
    { name: 'message', ok: true, result, ms: time, problems: [] },
  ]);
  expect(agent.messages.map(({ text, user_id, room_id }) => [text, user_id, room_id])).toEqual([
    ['Hello', '@check-agents:roomkeeper.invalid', '!check-agents:roomkeeper.invalid'],
  ]);
});

test.each<[string, object[], string]>([
  ['without a word', [END], 'it ended without saying anything'],
  ['with ERROR', [{ type: 'ERROR', code: 'E7', details: 'tired\u001b[31m' }], 'it did not answer: ERROR E7: tired'],
])('a message that ends %s is no answer', async (_, frames, problem) => {
  const agent = await scripted(async (connection) => {
    connection.send(STATUS);
    await connection.next();
    for (const frame of frames) connection.send(frame);
  });
  const [report] = await check([{ url: agent.url }], { message: 'Hello' });
  expect([report?.ok, report?.checks.map(({ ok }) => ok), report && problems(report)]).toEqual([
    false,
    [true, false],
    [problem],
  ]);
});

/** A port that takes connections and says nothing. */
async function deaf(): Promise<string> {
  const server = createServer(() => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const refusing = async (refuse: number) => (await scripted(scripts.greet, { refuse })).url;

test.each<[string, () => Promise<string>, RegExp]>([
  [
    'nobody listens',
    async () => 'ws://127.0.0.1:1/',
    /^nobody listens there: .* \(connect ECONNREFUSED 127\.0\.0\.1:1\)$/,
  ],
  [
    'there is no such name',
    async () => 'ws://agent.invalid:8000/',
    /^the name of its host is not known here: .*(?:ENOTFOUND|EAI_AGAIN)/,
  ],
  [
    'the path is wrong',
    () => refusing(404),
    /^its server knows no such path \(HTTP 404\): is the path of base_url right\? \(/,
  ],
  [
    'the key is wrong',
    () => refusing(401),
    /^its server lets nobody in \(HTTP 401\): is the key in base_url right\? \(/,
  ],
  ['a proxy stands there alone', () => refusing(502), /^its server answers HTTP 502, and opens no WebSocket \(/],
  [
    'there is no TLS',
    async () => (await scripted()).url.replace('ws:', 'wss:'),
    /^its server speaks no TLS there: write ws:\/\/ for wss:\/\/, or another port \(/,
  ],
  [
    'something else speaks first',
    async () => (await scripted(scripts.garbage)).url,
    /^it took the connection, but: the first frame was .*, not STATUS$/,
  ],
])('an agent is told that cannot be reached since %s', async (_, url, sentence) => {
  const [report] = await check([{ url: await url() }], { message: 'Hello', files: true });
  expect(report && inShort(report)).toEqual(['STATUS failed', 'workspace does not work']);
  expect(report?.checks[0]?.problems).toEqual([expect.stringMatching(sentence) as string]);
});

test('what hangs is given up in time, and holds up nobody', async () => {
  const [{ agent }, silent, hanging] = await Promise.all([
    agentForTest(),
    scripted(scripts.neverStatus),
    scripted(scripts.hang),
  ]);
  const agents = [await deaf(), silent.url, hanging.url, agent.url].map((url) => ({ url }));
  const reports = await check(agents, { statusSeconds: 2, answerSeconds: 2, message: 'table' });
  expect(reports.map((report) => [report.ok, ...problems(report)])).toEqual([
    [false, 'there was no connection within 2 s: does a firewall drop what goes there?'],
    [false, 'it took the connection, and said no STATUS within 2 s'],
    [false, 'its answer was not over within 2 s'],
    [true],
  ]);
});

test('whoever calls it off is not kept waiting', async () => {
  const agent = await scripted(scripts.hang);
  const { signal, abort } = ((it) => ({ signal: it.signal, abort: () => it.abort() }))(new AbortController());
  const reports = check([{ url: agent.url }], { answerSeconds: 3600, message: 'Hello', signal });
  await until(() => agent.messages.length > 0);
  abort();
  const [report] = await reports;
  expect(report && [inShort(report), problems(report)]).toEqual([
    ['STATUS ok', 'message failed'],
    ['you did not wait for it'],
  ]);
  const [late] = await check([{ url: agent.url }], { signal });
  expect(late && problems(late)).toEqual(['you did not wait for it']);
});
