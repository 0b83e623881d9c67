import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { text as readText } from 'node:stream/consumers';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MOST_PICTURES, MOST_TEXT } from '../../src/reference-agent/attachments.ts';
import type { Provider } from '../../src/reference-agent/provider.ts';
import { agentForTest, CHUNK, END, greetedBot, textOf } from './support.ts';

const route = 'v1/agent_ws/5/';
const KEY = 'sk-very-secret';

interface Request {
  path: string | undefined;
  authorization: string | undefined;
  body: Record<string, unknown>;
}

/** A provider that answers each request by `reply`. */
async function providerForTest(reply: (response: ServerResponse, index: number) => void) {
  const requests: Request[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    void readText(request).then((body) => {
      requests.push({
        path: request.url,
        authorization: request.headers.authorization,
        body: JSON.parse(body) as Record<string, unknown>,
      });
      reply(response, requests.length);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`, requests };
}

const delta = (content: string | null) => ({ choices: [{ delta: { content }, finish_reason: null }] });
const FINISH = { choices: [{ delta: {}, finish_reason: 'stop' }] };
const event = (data: object | string) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
const stream = (response: ServerResponse, ...events: (object | string)[]) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events.map(event).join(''));

async function botAndFolder(url: string, more: Partial<Provider> = {}) {
  const { agent, workspace } = await agentForTest({ provider: { url, apiKey: KEY, model: 'small', ...more } });
  return { bot: await greetedBot(`${agent.url}${route}`), workspace };
}
const unread = (name: string) => `[attached file, whose content cannot be read here: ${name}]`;
const botOf = async (url: string, more: Partial<Provider> = {}) => (await botAndFolder(url, more)).bot;

test('an answer is streamed, its tokens are the provider’s, and the conversation is remembered', async () => {
  const { url, requests } = await providerForTest((response, index) => {
    const usage = { choices: [], usage: { prompt_tokens: 30, completion_tokens: 12, total_tokens: 42 } };
    stream(response, delta(null), delta(`Answer ${index}`), delta(', done.'), FINISH, usage, '[DONE]');
  });
  const bot = await botOf(url);
  expect(await bot.ask('Hello')).toEqual([
    { type: CHUNK, text: 'Answer 1' },
    { type: CHUNK, text: ', done.' },
    { type: END, tokens_used: 42 },
  ]);
  await bot.ask('And this?', { attachments: ['inbox/a.png'] });
  const system = { role: 'system', content: expect.stringContaining('Matrix') as string };
  expect(requests).toEqual([
    {
      path: '/v1/chat/completions',
      authorization: `Bearer ${KEY}`,
      body: {
        model: 'small',
        stream: true,
        stream_options: { include_usage: true },
        messages: [system, { role: 'user', content: 'Hello' }],
      },
    },
    {
      path: '/v1/chat/completions',
      authorization: `Bearer ${KEY}`,
      body: {
        model: 'small',
        stream: true,
        stream_options: { include_usage: true },
        messages: [
          system,
          { role: 'user', content: 'Hello' },
          { role: 'assistant', content: 'Answer 1, done.' },
          { role: 'user', content: `And this?\n${unread('a.png')}` },
        ],
      },
    },
  ]);
});

test('without a usage of the provider the tokens are estimated', async () => {
  const { url } = await providerForTest((response) => stream(response, delta('12345678'), FINISH));
  expect((await (await botOf(url)).ask('1234')).at(-1)).toEqual({ type: END, tokens_used: 3 });
});

const json =
  (status: number, body: object | string, headers: Record<string, string> = {}) =>
  (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

const LATER = { 'retry-after': '3600' };

test.each<[string, string, string, (response: ServerResponse) => void]>([
  [
    'MODEL_DENIED',
    'The model provider refused the API key (401): bad key [key]',
    '',
    json(401, { error: { message: `bad key ${KEY}` } }),
  ],
  ['MODEL_DENIED', 'The model provider wants to be paid (402).', '', json(402, {})],
  ['MODEL_BUSY', 'The model provider takes no more requests at the moment (429).', '', json(429, {}, LATER)],
  ['MODEL_FAILED', 'The model provider is in trouble itself (503).', '', json(503, 'oops', LATER)],
  [
    'MODEL_FAILED',
    'The model provider refused the request (400): no model for [key]',
    '',
    json(400, { error: { message: `no model for ${KEY}` } }),
  ],
  ['MODEL_NOT_FOUND', 'The model provider knows no such model, or no such path (404).', '', json(404, 'gone')],
  [
    'MODEL_BROKE_OFF',
    'The model provider broke off: overloaded',
    'Well,',
    (response) => stream(response, delta('Well,'), { error: { message: 'overloaded' } }),
  ],
  [
    'MODEL_BROKE_OFF',
    'The model provider broke off its answer.',
    'Well,',
    (response) => stream(response, delta('Well,')),
  ],
  [
    'MODEL_BROKE_OFF',
    'The model provider broke off its answer.',
    'Well,',
    (response) => {
      response.writeHead(200).write(event(delta('Well,')), () => response.destroy());
    },
  ],
  [
    'MODEL_FAILED',
    'The model provider sent something that is not a chat completion: is base_url right?',
    '',
    (response) => stream(response, '<html>', '[DONE]'),
  ],
  ['MODEL_BROKE_OFF', 'The model provider broke off its answer.', '', json(200, { choices: [] })],
])('ERROR %s: %s', async (code, details, said, reply) => {
  const { url } = await providerForTest(reply);
  const frames = await (await botOf(url)).ask('Hello');
  expect(frames.at(-1)).toEqual({ type: 'ERROR', code, details });
  expect(textOf(frames)).toBe(said);
});

const TOO_LONG = {
  type: 'ERROR',
  code: 'MODEL_BROKE_OFF',
  details: 'The model provider sent more than an answer may have.',
};
const forEver = (part: string) =>
  Readable.from(
    (function* () {
      for (;;) yield part;
    })(),
  );

test.each([
  ['words', event(delta('x'.repeat(100_000)))],
  ['one letter after the other', event({ ...delta('x'), padding: ' '.repeat(4_000) }).repeat(10)],
  ['nothing but comments', ': still here\n'.repeat(10_000)],
])('a provider that sends %s for ever, however small it is on the way, is left', async (_, part) => {
  const left = new Set<unknown>();
  const { url } = await providerForTest((response, index) => {
    response.on('close', () => left.add(index));
    const isPacked = part.startsWith(':');
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      ...(isPacked && { 'content-encoding': 'gzip' }),
    });
    const sent = isPacked ? pipeline(forEver(part), createGzip(), response) : pipeline(forEver(part), response);
    void sent.catch(() => undefined);
  });
  const frames = await (await botOf(url)).ask('Hello');
  expect(frames.at(-1)).toEqual(TOO_LONG);
  await expect.poll(() => [...left]).toEqual([1]);
});

test.each(['file:///etc/passwd', 'http://127.0.0.1:1/', '//127.0.0.1/v1/chat/completions'])(
  'a provider that points to %s is not followed: neither the key nor the words go there',
  async (location) => {
    for (const status of [302, 307]) {
      const { url, requests } = await providerForTest((response) => response.writeHead(status, { location }).end());
      const frames = await (await botOf(url)).ask('Hello');
      const details = `The model provider redirects elsewhere, which is not followed (${status}).`;
      expect(frames).toEqual([{ type: 'ERROR', code: 'MODEL_FAILED', details }]);
      expect(requests).toHaveLength(1);
    }
  },
);

test('ERROR: a provider that is not there', async () => {
  const { url } = await providerForTest(() => undefined);
  const bot = await botOf(url.replace(/:\d+/, ':1'));
  expect(await bot.ask('Hello')).toEqual([
    { type: 'ERROR', code: 'MODEL_UNREACHABLE', details: 'The model provider could not be reached.' },
  ]);
});

test.each([
  ['before', 0, 'MODEL_UNREACHABLE'],
  ['within', 1, 'MODEL_BROKE_OFF'],
])('ERROR: a provider that falls silent %s the answer', async (_, chunks, code) => {
  const { url } = await providerForTest((response) => {
    if (chunks > 0) response.writeHead(200).write(event(delta('Well,')));
  });
  const frames = await (await botOf(url, { silence: 200 })).ask('Hello');
  expect(frames.at(-1)).toEqual({
    type: 'ERROR',
    code,
    details: 'The model provider fell silent.',
  });
});

test('a provider that is slow but not silent is waited for', async () => {
  const { url } = await providerForTest((response) => {
    const pieces = ['1', '2', '3', '4', '5', '6', '7'];
    response.writeHead(200);
    const beat = setInterval(() => {
      const piece = pieces.shift();
      if (piece !== undefined) return response.write(event(delta(piece)));
      clearInterval(beat);
      return response.end(event(FINISH));
    }, 100);
  });
  const frames = await (await botOf(url, { silence: 600 })).ask('Hello');
  expect(textOf(frames)).toBe('1234567');
  expect(frames.at(-1)?.type).toBe(END);
});

test('STOP ends the request to the provider, and what was said stays remembered', async () => {
  const { promise: dropped, resolve } = Promise.withResolvers<void>();
  const { url, requests } = await providerForTest((response, index) => {
    if (index > 1) return stream(response, delta('Fine.'), FINISH);
    response.on('close', resolve);
    return response.writeHead(200).write(event(delta('Once upon')));
  });
  const bot = await botOf(url);
  bot.send({ type: 'USER_MESSAGE', text: 'Tell me' });
  expect(await bot.next()).toEqual({ type: CHUNK, text: 'Once upon' });
  bot.send({ type: 'STOP' });
  expect(await bot.next()).toEqual({ type: END, tokens_used: 4 });
  await dropped;
  await bot.ask('Shorter');
  expect((requests[1]?.body.messages as object[]).slice(1)).toEqual([
    { role: 'user', content: 'Tell me' },
    { role: 'assistant', content: 'Once upon' },
    { role: 'user', content: 'Shorter' },
  ]);
});

test('a turn that failed is not remembered', async () => {
  const { url, requests } = await providerForTest((response, index) => {
    if (index === 1) json(500, {})(response);
    else stream(response, delta('Fine.'), FINISH);
  });
  const bot = await botOf(url);
  await bot.ask('First');
  await bot.ask('Second');
  expect((requests[1]?.body.messages as object[]).slice(1)).toEqual([{ role: 'user', content: 'Second' }]);
});

describe('what is mended within a turn', () => {
  const messagesOf = ({ body }: Request) => body.messages as { role: string; content: unknown }[];

  test('a conversation that is too long is shortened, once', async () => {
    const { url, requests } = await providerForTest((response, index) => {
      if (index === 3) return json(400, { error: { message: 'Your prompt is too long' } })(response);
      return stream(response, delta(`Answer ${index}`), FINISH);
    });
    const bot = await botOf(url, { contextTokens: 1_000 });
    await bot.ask('a'.repeat(1_200));
    await bot.ask('b'.repeat(1_200));
    expect(textOf(await bot.ask('c'.repeat(400)))).toBe('Answer 4');
    const lengths = requests.slice(2).map((request) => messagesOf(request).length);
    expect(lengths).toEqual([6, 4]);
  });

  test.each([
    [429, { 'retry-after': '0' }],
    [503, { 'retry-after-ms': '1' }],
  ])('a provider that is busy (%i) is asked again when it says', async (status, headers) => {
    const { url } = await providerForTest((response, index) => {
      if (index < 3) return json(status, {}, headers)(response);
      return stream(response, delta('At last'), FINISH);
    });
    const frames = await (await botOf(url)).ask('Hello');
    expect(textOf(frames)).toBe('At last');
    const said = frames.flatMap(({ type, data }) => (type === 'AGENT_EVENT_CUSTOM_UPDATE' ? [data] : []));
    expect(said).toEqual(Array(2).fill({ kind: 'progress', text: 'The model is busy: once more in 1 s' }));
  });

  test('a provider that stays busy is asked three times', async () => {
    const { url, requests } = await providerForTest(json(429, {}, { 'retry-after': '0' }));
    expect((await (await botOf(url)).ask('Hello')).at(-1)).toEqual({
      ...{ type: 'ERROR', code: 'MODEL_BUSY' },
      details: 'The model provider takes no more requests at the moment (429).',
    });
    expect(requests).toHaveLength(3);
  });

  test('a model that takes no pictures is asked without, from then on', async () => {
    const { url, requests } = await providerForTest((response, index) => {
      if (index === 1) return json(400, { error: { message: 'this model does not support image input' } })(response);
      return stream(response, delta('Fine'), FINISH);
    });
    const { bot, workspace } = await botAndFolder(url, { images: true });
    await writeFile(join(workspace, 'a.png'), Buffer.from('89504e470d0a1a0a0000', 'hex'));
    expect(textOf(await bot.ask('Look', { attachments: ['a.png'] }))).toBe('Fine');
    await bot.ask('Again', { attachments: ['a.png'] });
    expect(requests.map((request) => typeof messagesOf(request).at(-1)?.content)).toEqual([
      'object',
      'string',
      'string',
    ]);
    expect(messagesOf(requests[1] as Request).at(-1)?.content).toBe(`Look\n${unread('a.png')}`);
  });

  test('a key that cannot be read is told as one that is refused', async () => {
    const { url } = await providerForTest(() => undefined);
    const { agent } = await agentForTest({
      provider: { url, model: 'small', readKey: () => Promise.reject(new Error('ENOENT: /secret')) },
    });
    const bot = await greetedBot(`${agent.url}${route}`);
    expect(await bot.ask('Hello')).toEqual([
      { type: 'ERROR', code: 'MODEL_DENIED', details: 'The file with the API key cannot be read.' },
    ]);
  });

  test('a server that streams nothing says all at once', async () => {
    const { url } = await providerForTest(
      json(200, {
        choices: [{ message: { content: 'All of it' }, finish_reason: 'stop' }],
        usage: { total_tokens: 9 },
      }),
    );
    const frames = await (await botOf(url)).ask('Hello');
    expect([textOf(frames), frames.at(-1)]).toEqual(['All of it', { type: END, tokens_used: 9 }]);
  });

  test('two messages in a row, as a stopped answer leaves them, are one to the model', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const { url, requests } = await providerForTest((response, index) => {
      if (index === 1) resolve();
      else stream(response, delta('Fine'), FINISH);
    });
    const bot = await botOf(url);
    bot.send({ type: 'USER_MESSAGE', text: 'First' });
    await asked;
    bot.send({ type: 'STOP' });
    await bot.until(END);
    await bot.ask('Second');
    expect(messagesOf(requests.at(-1) as Request).slice(1)).toEqual([{ role: 'user', content: 'First\n\nSecond' }]);
  });

  test('the address of the completions itself will do as a base', async () => {
    const { url, requests } = await providerForTest((response) => stream(response, delta('Fine'), FINISH));
    await (await botOf(`${url}chat/completions`)).ask('Hello');
    expect(requests.map(({ path }) => path)).toEqual(['/v1/chat/completions']);
  });
});

describe('files that come with a message', () => {
  const PNG = Buffer.from('89504e470d0a1a0a0000', 'hex');

  /** What the provider is told last; `files` lie in the workspace. */
  async function told(files: Record<string, string | Buffer>, more: Partial<Provider> = {}, others: string[] = []) {
    const { url, requests } = await providerForTest((response) => stream(response, delta('Yes'), FINISH, '[DONE]'));
    const { bot, workspace } = await botAndFolder(url, more);
    for (const [name, content] of Object.entries(files)) await writeFile(join(workspace, name), content);
    await symlink('/etc/hostname', join(workspace, 'link.txt'));
    await bot.ask('Look', { attachments: [...Object.keys(files), ...others] });
    const messages = requests[0]?.body['messages'] as { role: string; content: unknown }[];
    return messages.at(-1)?.content;
  }

  const tooLong = (name: string) => `[attached file: ${name}, which is too long to be read here]`;

  test('text is read, and nothing else, from the workspace only', async () => {
    const files = { 'a.txt': 'Grüße', 'b.bin': Buffer.from([0xff, 0xfe, 0]), 'c.txt': 'a\0b', 'd.txt': '' };
    const others = ['link.txt', '../x.txt', '/etc/hostname', 'none.txt', ''];
    expect(await told(files, {}, others)).toBe(
      [
        ...['Look', '[attached file: a.txt]', 'Grüße', '[end of a.txt]', unread('b.bin'), unread('c.txt')],
        ...[
          '[attached file: d.txt]',
          '',
          '[end of d.txt]',
          ...['link.txt', 'x.txt', 'hostname', 'none.txt', ''].map(unread),
        ],
      ].join('\n'),
    );
  });

  test('as much text as goes into a prompt, and no more', async () => {
    const half = 'x'.repeat(MOST_TEXT / 2);
    expect(await told({ 'a.txt': half, 'b.txt': `${half}y`, 'c.txt': half, 'd.txt': 'y' })).toBe(
      [
        ...['Look', '[attached file: a.txt]', half, '[end of a.txt]', tooLong('b.txt')],
        ...['[attached file: c.txt]', half, '[end of c.txt]', tooLong('d.txt')],
      ].join('\n'),
    );
  });

  test('pictures are shown to a model that sees', async () => {
    const jpeg = Buffer.from('ffd8ffe0', 'hex');
    const files = {
      'a.png': PNG,
      'b.JPG': jpeg,
      'c.png': 'no picture',
      'd.gif': 'GIF89a',
      'e.webp': 'RIFF1234WEBPVP8',
    };
    const picture = (mime: string, content: Buffer | string) => ({
      type: 'image_url',
      image_url: { url: `data:${mime};base64,${Buffer.from(content).toString('base64')}` },
    });
    const words = [
      ...['Look', '[attached picture: a.png]', '[attached picture: b.JPG]'],
      ...['[attached file: c.png]', 'no picture', '[end of c.png]'],
      ...['[attached picture: d.gif]', '[attached picture: e.webp]'],
    ];
    expect(await told(files, { images: true })).toEqual([
      { type: 'text', text: words.join('\n') },
      ...[picture('image/png', PNG), picture('image/jpeg', jpeg)],
      ...[picture('image/gif', 'GIF89a'), picture('image/webp', 'RIFF1234WEBPVP8')],
    ]);
  });

  test('pictures are named to one that does not, and so are those that are too big', async () => {
    expect(await told({ 'a.png': PNG })).toBe(`Look\n${unread('a.png')}`);
    const big = Buffer.concat([PNG, Buffer.alloc(MOST_PICTURES)]);
    expect(await told({ 'a.png': big }, { images: true })).toBe(`Look\n${unread('a.png')}`);
  });
});
