/** A language model and nothing else (`kind: provider`): the service hosts the agent, and forgets nothing. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { Notice, Trouble } from '../../machines/notices.ts';
import type { Boundary } from '../../src/actors/boundaries.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { temporaryFolder } from '../support/bot.ts';
import { png } from '../support/media.ts';
import {
  delta,
  finish,
  lastWords,
  refuses,
  says,
  SSE,
  startModelProvider,
  wordsOf,
  type ModelProvider,
  type ModelReply,
  type ModelRequest,
} from '../support/model-provider.ts';
import type { Person } from '../support/people.ts';
import { sendFile } from '../support/sent-files.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

const words = (notice: Notice) => renderNotice(en)(notice).body;
const example = path.join(import.meta.dirname, '../../config/examples/provider.yaml');

/** What was said of a conversation: roles and words, without the system prompt. */
const toldTo = ({ body }: ModelRequest) =>
  body.messages.slice(1).map(({ role, content }) => `${role}: ${wordsOf(content)}`);

export function describeProviders(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`a language model and nothing else on ${name}`, () => {
    const world = createWorld(start);

    async function model(): Promise<ModelProvider> {
      const provider = await startModelProvider();
      world.later(() => provider.close());
      return provider;
    }

    /** One room of each person is their chat; the lines are of the agent. */
    const registryOf = ({ url }: ModelProvider, lines: Record<string, string | number> = {}) =>
      [
        'agents:',
        ...['  - id: assistant', '    kind: provider', `    base_url: ${url}`, '    model: small'],
        ...Object.entries(lines).map(([key, value]) => `    ${key}: ${value}`),
        'policy: { onboarding: { mode: dm }, access: { allowed: ["@*:*"] }, reply: { first_edit_ms: 200 } }',
      ].join('\n');

    async function chatWith(bot: { userId: string }): Promise<{ ann: Person; room: string }> {
      const ann = await world.person();
      const room = await ann.createDm(bot.userId);
      return { ann, room };
    }

    /** Says it and waits for what the bot says to it. */
    async function hears(person: Person, room: string, text: string, like: string | RegExp): Promise<string> {
      const known = new Set(person.timeline(room).map(({ eventId }) => eventId));
      await person.say(room, text);
      const { body } = await person.message(room, (m) => {
        const isNew = !known.has(m.eventId) && m.sender !== person.userId;
        return isNew && (typeof like === 'string' ? m.body === like : like.test(m.body));
      });
      return body;
    }

    function conversationsIn(stateDir: string): string[] {
      const database = new DatabaseSync(path.join(stateDir, 'state.db'), { readOnly: true });
      try {
        return database
          .prepare('SELECT record FROM conversations')
          .all()
          .map(({ record }) => String(record));
      } finally {
        database.close();
      }
    }

    test('the shipped example: a person meets the bot, gets a Space of chats, and talks to the model', async () => {
      const provider = await model();
      const shipped = readFileSync(example, 'utf8');
      expect(shipped).toContain('http://ollama:11434/v1');
      const registry = shipped.replace('http://ollama:11434/v1', provider.url);
      const bot = await world.bot({ agents: {}, registry });
      const ann = await world.person();
      await ann.createDm(bot.userId);
      const chat = await ann.invite((room) => room.name === 'Chat 1');
      await ann.client.joinRoom(chat);
      await hears(ann, chat, 'hello', 'You said: hello');
      expect(provider.requests.map(({ path: asked, key, body }) => [asked, key, body.model])).toEqual([
        ['/v1/chat/completions', null, 'llama3.2'],
      ]);
    });

    test('after a restart the model still sees what was said; !context tells of it, !clear deletes it', async () => {
      const provider = await model();
      const bot = await world.restartableBot({
        ...{ agents: {}, registry: registryOf(provider, { system_prompt: 'You bake.' }) },
      });
      await bot.start();
      const { ann, room } = await chatWith(bot);
      await hears(ann, room, 'the cake is blue', 'You said: the cake is blue');
      await bot.stop();
      await bot.start();
      await hears(ann, room, 'which colour?', 'You said: which colour?');
      expect(provider.requests.at(-1)?.body).toEqual({
        model: 'small',
        stream: true,
        stream_options: { include_usage: true },
        messages: [
          { role: 'system', content: 'You bake.' },
          { role: 'user', content: 'the cake is blue' },
          { role: 'assistant', content: 'You said: the cake is blue' },
          { role: 'user', content: 'which colour?' },
        ],
      });
      const told = await hears(ann, room, '!context', /What the agent knows here/);
      expect(told.match(/^- (?:Tokens|Remembered).*$/gm)).toEqual([
        '- Tokens: 42 for the last answer, 84 in all',
        '- Remembered: the last 4 messages, about 21 of at most 8000 tokens',
      ]);
      expect(ann.timeline(room).map(({ body }) => body)).not.toContain(words({ key: 'agent starts afresh' }));

      await hears(ann, room, '!clear', words({ key: 'cleared', waiting: 0 }));
      await hears(ann, room, 'what colour?', 'You said: what colour?');
      expect(toldTo(provider.requests.at(-1) as ModelRequest)).toEqual(['user: what colour?']);
      await bot.stop();
      const kept = conversationsIn(bot.stateDir);
      expect(kept).toHaveLength(1);
      expect(kept.join()).not.toContain('blue');
    });

    test('beyond the budget of tokens the oldest is forgotten, never the prompt and the newest', async () => {
      const provider = await model();
      provider.replies((response, request) => says(`Noted ${lastWords(request).slice(0, 5)}`)(response));
      const registry = registryOf(provider, { context_tokens: 500, system_prompt: 'You bake.' });
      const bot = await world.bot({ agents: {}, registry });
      const { ann, room } = await chatWith(bot);
      const long = (number: number) => `text${number} ${'x'.repeat(790)}`;
      for (const number of [1, 2, 3, 4]) await hears(ann, room, long(number), `Noted text${number}`);
      const { messages } = (provider.requests.at(-1) as ModelRequest).body;
      expect(messages.map(({ role, content }) => [role, wordsOf(content).slice(0, 11)])).toEqual([
        ['system', 'You bake.'],
        ['user', 'text3 xxxxx'],
        ['assistant', 'Noted text3'],
        ['user', 'text4 xxxxx'],
      ]);
      const told = await hears(ann, room, '!context', /What the agent knows here/);
      expect(/^- Remembered.*$/m.exec(told)?.[0]).toBe(
        '- Remembered: the last 4 messages, about 404 of at most 500 tokens; 4 older ones are forgotten',
      );
    });

    test('a picture is shown to the model, also later; a text is read to it, another file is named', async () => {
      const provider = await model();
      provider.replies((_response, _request, count) => says(`Seen ${count}`)(_response));
      const bot = await world.bot({ agents: {}, registry: registryOf(provider) });
      const { ann, room } = await chatWith(bot);
      const picture = png(3, 2);
      await sendFile(ann, room, { name: 'cat.png', content: picture, mime: 'image/png', msgtype: 'm.image' });
      await sendFile(ann, room, { name: 'notes.txt', content: Buffer.from('milk, bread\n') });
      await sendFile(ann, room, { name: 'tune.bin', content: Buffer.from([0, 1, 2, 255]) });
      await hears(ann, room, 'what is this?', 'Seen 1');
      const text = [
        ...['what is this?', '[attached picture: cat.png]', '[attached file: notes.txt]', 'milk, bread', ''],
        ...['[end of notes.txt]', '[attached file, whose content cannot be read here: tune.bin]'],
      ].join('\n');
      const shown = [
        { type: 'text', text },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${picture.toString('base64')}` } },
      ];
      expect(provider.requests[0]?.body.messages.slice(1)).toEqual([{ role: 'user', content: shown }]);
      await hears(ann, room, 'and its eyes?', 'Seen 2');
      expect(provider.requests[1]?.body.messages.slice(1)).toEqual([
        { role: 'user', content: shown },
        { role: 'assistant', content: 'Seen 1' },
        { role: 'user', content: 'and its eyes?' },
      ]);
    });

    test.each<[Trouble, string, ModelReply]>([
      ['model-denied', '', refuses(401, { message: 'bad key' })],
      ['model-denied', '', refuses(403, { message: 'not yours' })],
      ['model-denied', '', refuses(429, { message: 'pay', code: 'insufficient_quota' })],
      ['model-not-found', '', refuses(404, { message: 'model "small" not found' })],
      ['model-busy', '', refuses(429, { message: 'slow down' }, { 'retry-after': '600' })],
      ['model-failed', '', refuses(500, 'oops')],
      ['model-failed', '', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
      ['model-failed', '', (response) => response.writeHead(200, SSE).end('data: <html>\n\n')],
      ['model-prompt-too-long', '', refuses(400, { message: 'too long', code: 'context_length_exceeded' })],
      ['model-filtered', '', refuses(400, { message: 'no', code: 'content_filter' })],
      [
        'model-filtered',
        'It begins,',
        (response) => response.writeHead(200, SSE).end(delta('It begins,') + finish('content_filter')),
      ],
      [
        'model-answer-cut',
        'It begins,',
        (response) => response.writeHead(200, SSE).end(delta('It begins,') + finish('length')),
      ],
      ['model-broke-off', 'It begins,', (response) => response.writeHead(200, SSE).end(delta('It begins,'))],
      [
        'model-broke-off',
        'It begins,',
        (response) => {
          response.writeHead(200, SSE).write(delta('It begins,'), () => response.destroy());
        },
      ],
      [
        'model-broke-off',
        'It begins,',
        (response) => {
          response.writeHead(200, SSE).end(delta('It begins,') + 'data: {"error":{"message":"overloaded"}}\n\n');
        },
      ],
    ])('%s is told in plain words, and the next message is answered (%#)', async (trouble, said, reply) => {
      const provider = await model();
      const bot = await world.bot({ agents: {}, registry: registryOf(provider) });
      const { ann, room } = await chatWith(bot);
      provider.replies(reply);
      await hears(ann, room, 'hello', words({ key: 'trouble', trouble }));
      provider.replies(says('Here I am.'));
      await hears(ann, room, 'still there?', 'Here I am.');
      const heard = ann.timeline(room).flatMap(({ sender, body }) => (sender === bot.userId ? [body] : []));
      expect(heard.filter((body) => body.includes('begins'))).toEqual(said === '' ? [] : [said]);
      // What is no whole answer is not remembered, unless the person has it as one.
      const isRemembered = trouble === 'model-answer-cut';
      expect(toldTo(provider.requests.at(-1) as ModelRequest)).toEqual([
        ...(isRemembered ? ['user: hello', `assistant: ${said}`] : []),
        'user: still there?',
      ]);
    });

    test('a provider that is away is told, an empty answer too', async () => {
      const provider = await model();
      const bot = await world.bot({ agents: {}, registry: registryOf(provider) });
      const { ann, room } = await chatWith(bot);
      provider.replies((response) => response.writeHead(200, SSE).end(finish('stop')));
      await hears(ann, room, 'hello', words({ key: 'empty answer' }));
      await provider.close();
      await hears(ann, room, 'anybody?', words({ key: 'trouble', trouble: 'model-unreachable' }));
    });

    test('a key that was changed is read again when the provider refuses the old one', async () => {
      const provider = await model();
      const folder = await temporaryFolder();
      world.later(() => folder.remove());
      const file = path.join(folder.path, 'key');
      writeFileSync(file, 'sk-old\n');
      const bot = await world.bot({ agents: {}, registry: registryOf(provider, { api_key_file: file }) });
      const { ann, room } = await chatWith(bot);
      await hears(ann, room, 'hello', 'You said: hello');
      writeFileSync(file, 'sk-new\n');
      provider.replies((response, request) =>
        request.key === 'sk-new' ? says('Let in.')(response) : refuses(401, { message: 'bad sk-old' })(response),
      );
      await hears(ann, room, 'and now?', 'Let in.');
      expect(provider.requests.map(({ key }) => key)).toEqual(['sk-old', 'sk-old', 'sk-new']);
      expect(JSON.stringify(bot.log.lines)).not.toMatch(/sk-(?:old|new)/);
    });

    test('!stop ends the request, and what was said so far is remembered', async () => {
      const provider = await model();
      const bot = await world.bot({ agents: {}, registry: registryOf(provider) });
      const { ann, room } = await chatWith(bot);
      const dropped = Promise.withResolvers<void>();
      provider.replies((response) => {
        response.on('close', dropped.resolve);
        response.writeHead(200, SSE).write(delta('Once upon a time there was a cake.'));
      });
      await ann.say(room, 'tell me');
      await ann.message(room, (m) => m.body.startsWith('Once upon a time'));
      await hears(ann, room, '!stop', words({ key: 'stopped' }));
      await dropped.promise;
      provider.replies(says('Shorter.'));
      await hears(ann, room, 'shorter', 'Shorter.');
      expect(toldTo(provider.requests.at(-1) as ModelRequest)).toEqual([
        ...['user: tell me', 'assistant: Once upon a time there was a cake.', 'user: shorter'],
      ]);
    });

    test.each<Boundary>([
      'user message written',
      'first text received',
      'end received',
      'record written',
      'effect sent',
    ])('killed at "%s": the person has one answer, and the memory has it once', async (boundary) => {
      const provider = await model();
      const bot = await world.killableBot({ agents: {}, registry: registryOf(provider) });
      const first = bot.start();
      await first.running;
      const { ann, room } = await chatWith(bot);
      await hears(ann, room, 'hello', 'You said: hello');
      await first.arm({ boundary, nth: 1 });
      await ann.say(room, 'tell me');
      expect(await first.ended).toBe('SIGKILL');
      await bot.start().running;
      await ann.message(room, (m) => m.body === 'You said: tell me');
      await hears(ann, room, 'thanks', 'You said: thanks');
      expect(ann.timeline(room).filter(({ body }) => body === 'You said: tell me')).toHaveLength(1);
      expect(toldTo(provider.requests.at(-1) as ModelRequest)).toEqual([
        ...['user: hello', 'assistant: You said: hello', 'user: tell me', 'assistant: You said: tell me'],
        'user: thanks',
      ]);
    });

    test('killed within an answer: the model is asked again, the person has one answer, the memory has it once', async () => {
      const provider = await model();
      const bot = await world.killableBot({ agents: {}, registry: registryOf(provider) });
      const first = bot.start();
      await first.running;
      const { ann, room } = await chatWith(bot);
      await hears(ann, room, 'hello', 'You said: hello');
      const asked = Promise.withResolvers<void>();
      provider.replies((response) => {
        response.writeHead(200, SSE).write(delta('It begins'));
        asked.resolve();
      });
      await ann.say(room, 'tell me');
      await asked.promise;
      await first.kill();
      provider.replies(says('It ends well.'));
      await bot.start().running;
      await ann.message(room, (m) => m.body === 'It ends well.');
      await hears(ann, room, 'thanks', 'It ends well.');
      expect(toldTo(provider.requests.at(-1) as ModelRequest)).toEqual([
        ...['user: hello', 'assistant: You said: hello', 'user: tell me', 'assistant: It ends well.', 'user: thanks'],
      ]);
    });
  });
}
