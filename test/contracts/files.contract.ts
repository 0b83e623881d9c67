/** Files of people into the workspace of their agent, and files of the agent to them (seed story 004). */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { en } from '../../src/text/en.ts';
import { download } from '../support/gate.ts';
import { png, wav } from '../support/media.ts';
import type { Message } from '../support/room-view.ts';
import { chunk, END, STATUS, type AgentScript } from '../support/scripted-agent.ts';
import { contentOf, sendFile, sendFileAt, uploaded } from '../support/sent-files.ts';
import {
  answering,
  asked,
  bytes,
  createFileHouse,
  hears,
  roomWith,
  says,
  visible,
  waits,
  words,
} from './file-house.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

/** Breaks off the first turn. */
const failingFirst = (): AgentScript => {
  let isFirst = true;
  return async (connection) => {
    if (!isFirst) return answering()(connection);
    connection.send(STATUS);
    await connection.next();
    isFirst = false;
    connection.send({ type: 'ERROR', code: 'BROKEN' });
  };
};

/** Says this to the first text, with these files before it. */
const saying =
  (answer: string, ...files: string[]): AgentScript =>
  async (connection) => {
    connection.send(STATUS);
    await connection.next();
    for (const file of files) connection.send({ type: 'AGENT_EVENT_SEND_FILE', path: file });
    connection.send(chunk(answer));
    connection.send(END);
    await connection.closed;
  };

export function describeFiles(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`files on ${name}`, () => {
    const world = createWorld(start);

    const { annAlone, annAtHome } = createFileHouse(world);

    test('three files are told of together, one is removed, two go with the text, and two come back', async () => {
      const picture = Buffer.concat([png(40, 30), Buffer.alloc(3_000, 7)]);
      const { ann, agent, bot, room, workspace } = await annAtHome(answering('out/plan.png', 'out/words.txt'));
      mkdirSync(path.join(workspace, 'out'));
      writeFileSync(path.join(workspace, 'out/plan.png'), picture);
      writeFileSync(path.join(workspace, 'out/words.txt'), 'All said.');
      const large = Buffer.alloc(300_000, 'abcdefg');
      await sendFile(ann, room, { name: 'one.txt', content: bytes('first') });
      await sendFile(ann, room, { name: 'two.txt', content: bytes('second!') });
      await sendFile(ann, room, { name: 'three.bin', content: large });
      await says(ann, room, waits(['one.txt', 5], ['two.txt', 7], ['three.bin', 300_000]));
      const notices = ann.timeline(room).filter((m) => m.sender === bot.userId && m.msgtype === 'm.notice');
      expect(notices.filter((m) => m.body.includes('one.txt'))).toHaveLength(1);

      const files = [
        { name: 'one.txt', bytes: 5 },
        { name: 'two.txt', bytes: 7 },
        { name: 'three.bin', bytes: 300_000 },
      ] as const;
      await hears(ann, room, '!list', words({ key: 'your files', files: [...files] }));
      const left = words({ key: 'your files', files: [files[0], files[2]], removed: 'two.txt' });
      await hears(ann, room, '!remove 2', left);
      await expect.poll(() => readdirSync(workspace).toSorted()).toEqual(['one.txt', 'out', 'three.bin']);

      const question = await ann.say(room, 'compare these');
      const sent = await ann.waitFor(room, ({ messages }) => {
        const at = messages.findIndex(({ eventId }) => eventId === question);
        const [, text, first, second] = at === -1 ? [] : messages.slice(at);
        return text && first && second && ([text, first, second] as const);
      });
      expect(sent.map(({ msgtype, body, raw }) => ({ msgtype, body, answers: repliedTo(raw) }))).toEqual([
        { msgtype: 'm.text', body: 'Answer to compare these', answers: null },
        { msgtype: 'm.image', body: 'plan.png', answers: question },
        { msgtype: 'm.file', body: 'words.txt', answers: question },
      ]);
      expect(sent[1].raw.content?.info).toEqual({ mimetype: 'image/png', size: picture.length, w: 40, h: 30 });
      expect(await contentOf(ann, sent[1])).toEqual(picture);
      expect(await contentOf(ann, sent[2])).toEqual(bytes('All said.'));
      expect(agent.messages.map(({ text, attachments }) => ({ text, attachments }))).toEqual([
        { text: 'compare these', attachments: ['one.txt', 'three.bin'] },
      ]);
      expect(readFileSync(path.join(workspace, 'one.txt'))).toEqual(bytes('first'));
      expect(readFileSync(path.join(workspace, 'three.bin'))).toEqual(large);
      await hears(ann, room, '!list', words({ key: 'no files wait' }));
      expect(readdirSync(workspace).toSorted()).toEqual(['one.txt', 'out', 'three.bin']);
    });

    test('a text waits for a file that is on its way', async () => {
      const { ann, agent, room, gate, workspace } = await annAtHome(answering());
      const hold = gate.hold(download, 'midway');
      await sendFile(ann, room, { name: 'slow.txt', content: bytes('slowly') });
      await hold.held;
      await ann.say(room, 'read it');
      await says(ann, room, words({ key: 'text waits for its files' }));
      await hears(ann, room, '!list', words({ key: 'no files wait', inLine: 1 }));
      expect([agent.messages, visible(workspace)]).toEqual([[], []]);
      hold.release();
      await says(ann, room, 'Answer to read it');
      expect(asked(agent.messages)).toEqual([['read it', ['slow.txt']]]);
      expect(readFileSync(path.join(workspace, 'slow.txt'))).toEqual(bytes('slowly'));
      await ann.waitFor(room, ({ messages }) =>
        messages.every(({ body }) => body !== words({ key: 'text waits for its files' })),
      );
    });

    test('a file with a caption goes at once, also while another one waits', async () => {
      const { ann, agent, room } = await annAtHome(answering());
      await sendFile(ann, room, { name: 'one.txt', content: bytes('1') });
      await says(ann, room, waits(['one.txt', 1]));
      await sendFile(ann, room, { name: 'two.txt', content: bytes('2'), caption: 'what is this?' });
      await says(ann, room, 'Answer to what is this?');
      expect(asked(agent.messages)).toEqual([['what is this?', ['one.txt', 'two.txt']]]);
    });

    test('a caption that comes later takes its file along', async () => {
      const { ann, agent, room } = await annAtHome(answering());
      const one = await sendFile(ann, room, { name: 'one.txt', content: bytes('1') });
      await says(ann, room, waits(['one.txt', 1]));
      const content = { msgtype: 'm.file', body: 'what is this?', filename: 'one.txt' };
      await ann.client.sendEvent(
        room,
        'm.room.message' as never,
        {
          ...{ ...content, body: '* what is this?', 'm.new_content': content },
          'm.relates_to': { rel_type: 'm.replace', event_id: one },
        } as never,
      );
      await says(ann, room, 'Answer to what is this?');
      expect(asked(agent.messages)).toEqual([['what is this?', ['one.txt']]]);
      await hears(ann, room, '!list', words({ key: 'no files wait' }));
    });

    test('a caption whose file cannot be taken is not asked without it, unless its person wants that', async () => {
      const { ann, agent, room } = await annAtHome(answering(), { files: { maxBytes: 10 } });
      await sendFile(ann, room, { name: 'one.txt', content: bytes('1') });
      await says(ann, room, waits(['one.txt', 1]));
      await sendFile(ann, room, { name: 'big.txt', content: Buffer.alloc(11), caption: 'what is this?' });
      const failed = [{ name: 'big.txt', why: 'too big' as const, silences: true as const }];
      const one = { name: 'one.txt', bytes: 1 };
      await says(ann, room, words({ key: 'files wait', files: [one], failed }, 10));
      expect(agent.messages).toEqual([]);
      await hears(ann, room, '!list', words({ key: 'your files', files: [one] }));
      await hears(ann, room, '!retry', 'Answer to what is this?');
      expect(asked(agent.messages).map(([text]) => text)).toEqual(['what is this?']);
    });

    test('without staging each file goes at once', async () => {
      const { ann, agent, room } = await annAtHome(answering(), { files: { mode: 'immediate' } });
      await sendFile(ann, room, { name: 'one.txt', content: bytes('1') });
      await says(ann, room, 'Answer to (A file: one.txt)');
      expect(asked(agent.messages)).toEqual([['(A file: one.txt)', ['one.txt']]]);
      await hears(ann, room, '!list', words({ key: 'no files wait' }));
    });

    test('equal names at the same instant are two files', async () => {
      const { ann, agent, room, workspace } = await annAtHome(answering());
      const urls = await Promise.all(
        ['first', 'second'].map((text) => uploaded(ann, { name: 'a.txt', content: bytes(text) })),
      );
      await Promise.all(urls.map((url) => sendFileAt(ann, room, url, { name: 'a.txt', content: bytes('') })));
      await ann.message(room, (m) => /a\.txt.*\n.*a \(1\)\.txt|a \(1\)\.txt.*\n.*a\.txt/.test(m.body));
      await hears(ann, room, 'both', 'Answer to both');
      const [[, attachments = []] = []] = asked(agent.messages);
      expect(attachments.toSorted()).toEqual(['a (1).txt', 'a.txt']);
      const contents = attachments.map((file) => readFileSync(path.join(workspace, file), 'utf8'));
      expect(contents.toSorted()).toEqual(['first', 'second']);
    });

    test('a voice message and a sticker go along like any file', async () => {
      const { ann, agent, room, workspace } = await annAtHome(answering());
      const [voice, sticker] = [wav(500), png(20, 20)];
      await sendFile(ann, room, {
        ...{ name: 'Voice message', content: voice, mime: 'audio/wav', msgtype: 'm.audio' },
        more: { 'org.matrix.msc3245.voice': {} },
      });
      await sendFile(ann, room, { name: 'a cat', content: sticker, mime: 'image/png', type: 'm.sticker' });
      await ann.message(room, (m) => m.body.includes('2 files are waiting') && !m.body.includes('on its way'));
      await hears(ann, room, 'and these?', 'Answer to and these?');
      const [[, attachments = []] = []] = asked(agent.messages);
      expect(attachments.map((file) => readFileSync(path.join(workspace, file)))).toEqual([voice, sticker]);
      expect(attachments).toEqual(['Voice message', 'a cat']);
    });

    test('when the turn fails its files wait again, and !retry takes them along', async () => {
      const { ann, agent, room } = await annAtHome(failingFirst());
      await sendFile(ann, room, { name: 'one.txt', content: bytes('1') });
      await says(ann, room, waits(['one.txt', 1]));
      await ann.say(room, 'read it');
      await says(ann, room, words({ key: 'files are kept', files: 1, again: true }));
      await hears(ann, room, '!list', words({ key: 'your files', files: [{ name: 'one.txt', bytes: 1 }] }));
      await hears(ann, room, '!retry', 'Answer to read it');
      expect(asked(agent.messages)).toEqual([
        ['read it', ['one.txt']],
        ['read it', ['one.txt']],
      ]);
      await hears(ann, room, '!list', words({ key: 'no files wait' }));
    });

    test('files come behind all of a long answer, and stand in its thread', async () => {
      const long = Array.from({ length: 900 }, (_, line) => `Line ${line} of an answer that fills several messages.`);
      const { ann, bot, room, workspace } = await annAtHome(async (connection) => {
        connection.send(STATUS);
        await connection.next();
        connection.send({ type: 'AGENT_EVENT_SEND_FILE', path: 'early.txt' });
        connection.send(chunk(long.join('\n\n')));
        connection.send(END);
        await connection.closed;
      });
      writeFileSync(path.join(workspace, 'early.txt'), 'early');
      const root = await ann.say(room, '!whoami');
      const relation = { rel_type: 'm.thread', event_id: root };
      const content = { msgtype: 'm.text', body: 'at length', 'm.relates_to': relation };
      await ann.client.sendEvent(room, 'm.room.message' as never, content as never);
      const file = await ann.message(room, (m) => m.msgtype === 'm.file');
      const ofTheBot = ann.timeline(room).filter((m) => m.sender === bot.userId && m.msgtype !== 'm.notice');
      expect(ofTheBot.at(-1)).toEqual(file);
      expect(ofTheBot.at(-2)?.body).toContain('Line 899 ');
      expect(ofTheBot.length).toBeGreaterThan(3);
      expect(file.raw.content?.['m.relates_to']).toEqual(expect.objectContaining(relation) as unknown);
    });

    test('an answer that is longer than is shown comes whole as a file', async () => {
      const long = Array.from({ length: 2_000 }, (_, line) => `Line ${line} of an answer that fills several messages.`);
      const { ann, bot, room } = await annAtHome(saying(long.join('\n\n')), { reply: { mostParts: 2 } });
      await ann.say(room, 'at length');
      const file = await ann.message(room, (m) => m.msgtype === 'm.file');
      expect(file.raw.content?.info).toEqual({ mimetype: 'text/markdown', size: long.join('\n\n').length });
      expect([file.body, String(await contentOf(ann, file))]).toEqual(['answer.md', long.join('\n\n')]);
      const texts = ann.timeline(room).filter((m) => m.sender === bot.userId && m.msgtype === 'm.text');
      expect(texts).toHaveLength(2);
      expect(texts.at(-1)?.body.endsWith(en.answers.tooLong)).toBe(true);
      expect(ann.timeline(room).at(-1)).toEqual(file);
      await hears(ann, room, '!stop', words({ key: 'nothing runs' }));
    });

    test('an image that the answer shows comes once, and what is not there is told', async () => {
      const answer =
        'Here it is: ![the plot](out/my%20plot.png)\n\n![more](./more.png) and ![web](https://a.test/x.png)';
      const { ann, bot, room, workspace } = await annAtHome(saying(answer, '/workspace/out/my plot.png'));
      mkdirSync(path.join(workspace, 'out'));
      writeFileSync(path.join(workspace, 'out/my plot.png'), png(40, 30));
      await ann.say(room, 'show me');
      const files = [{ path: './more.png', why: 'missing' as const }];
      await says(ann, room, words({ key: 'files were not sent', files }));
      const sent = ann.timeline(room).filter((m) => m.sender === bot.userId && m.msgtype !== 'm.notice');
      expect(sent.map(({ msgtype, body }) => [msgtype, body])).toEqual([
        ['m.text', 'Here it is: [image: the plot]\n\n[image: more] and ![web](https://a.test/x.png)'],
        ['m.image', 'my plot.png'],
      ]);
      expect(await contentOf(ann, sent[1]!)).toEqual(png(40, 30));
    });

    test('an answer of nothing but a file is an answer', async () => {
      const { ann, bot, room, workspace } = await annAtHome(async (connection) => {
        connection.send(STATUS);
        await connection.next();
        connection.send({ type: 'AGENT_EVENT_SEND_FILE', path: '/workspace/only.txt' });
        connection.send(END);
        await connection.closed;
      });
      writeFileSync(path.join(workspace, 'only.txt'), 'only');
      const known = ann.timeline(room).length;
      const question = await ann.say(room, 'just the file');
      const file = await ann.message(room, (m) => m.msgtype === 'm.file');
      expect([file.body, repliedTo(file.raw), await contentOf(ann, file)]).toEqual([
        'only.txt',
        question,
        bytes('only'),
      ]);
      await hears(ann, room, '!list', words({ key: 'no files wait' }));
      const said = ann.timeline(room).slice(known);
      expect(said.filter((m) => m.sender === bot.userId).map(({ body }) => body)).toEqual([
        'only.txt',
        words({ key: 'no files wait' }),
      ]);
    });

    test('an answer of nothing but a file that is not there rings, and one with words does not', async () => {
      const { ann, room } = await annAtHome(async (connection) => {
        connection.send(STATUS);
        for (;;) {
          const { text } = await connection.next();
          connection.send({ type: 'AGENT_EVENT_SEND_FILE', path: `${String(text)}.txt` });
          if (text === 'words') connection.send(chunk('Here it is.'));
          connection.send(END);
        }
      });
      const missing = (name: string) =>
        words({ key: 'files were not sent', files: [{ path: `${name}.txt`, why: 'missing' }] });
      await ann.say(room, 'alone');
      const alone = await says(ann, room, missing('alone'));
      await ann.say(room, 'words');
      const beside = await says(ann, room, missing('words'));
      expect([alone.mentions, alone.msgtype, beside.mentions, beside.msgtype]).toEqual([
        ...[[ann.userId], 'm.text', [], 'm.notice'],
      ]);
    });

    test('a file that is taken back leaves the tray and the folder', async () => {
      const { ann, agent, room, workspace } = await annAtHome(answering());
      const one = await sendFile(ann, room, { name: 'one.txt', content: bytes('1') });
      await sendFile(ann, room, { name: 'two.txt', content: bytes('2') });
      await says(ann, room, waits(['one.txt', 1], ['two.txt', 1]));
      await ann.client.redactEvent(room, one);
      await says(ann, room, waits(['two.txt', 1]));
      await expect.poll(() => readdirSync(workspace)).toEqual(['two.txt']);
      await hears(ann, room, 'read it', 'Answer to read it');
      expect(asked(agent.messages)).toEqual([['read it', ['two.txt']]]);
    });

    test('after !stop the file that a text waited for waits again', async () => {
      const { ann, agent, room, gate } = await annAtHome(answering());
      const hold = gate.hold(download, 'midway');
      await sendFile(ann, room, { name: 'slow.txt', content: bytes('slowly') });
      await hold.held;
      await ann.say(room, 'read it');
      await says(ann, room, words({ key: 'text waits for its files' }));
      await hears(ann, room, '!stop all', words({ key: 'files are kept', files: 1 }));
      hold.release();
      await hears(ann, room, 'now read it', 'Answer to now read it');
      expect(asked(agent.messages)).toEqual([['now read it', ['slow.txt']]]);
    });

    test('a service that is stopped while a file is on its way fetches it afterwards', async () => {
      const { ann, agent, gate, workspace, options } = await annAlone(answering());
      const bot = await world.restartableBot(options);
      await bot.start();
      const room = await roomWith(ann, bot.userId);
      const hold = gate.hold(download, 'midway');
      await sendFile(ann, room, { name: 'slow.txt', content: bytes('slowly') });
      await hold.held;
      await bot.stop();
      hold.release();
      expect(visible(workspace)).toEqual([]);
      await bot.start();
      await says(ann, room, waits(['slow.txt', 6]));
      await hears(ann, room, 'read it', 'Answer to read it');
      expect(asked(agent.messages)).toEqual([['read it', ['slow.txt']]]);
      await expect.poll(() => readdirSync(workspace)).toEqual(['slow.txt']);
    });

    test('a file that waits comes along to another agent', async () => {
      const { ann, agent, options, stateDir } = await annAlone(answering());
      const other = await world.agent(answering());
      const bot = await world.restartableBot({ ...options, agents: { a: agent.url, b: other.url } });
      await bot.start();
      const room = await roomWith(ann, bot.userId);
      await sendFile(ann, room, { name: 'one.txt', content: bytes('1') });
      await says(ann, room, waits(['one.txt', 1]));
      await bot.stop();
      const workspace = path.join(stateDir, 'workspace', 'b');
      mkdirSync(workspace);
      await bot.start({ userAgents: { [ann.userId]: 'b' } });
      await hears(ann, room, 'read it', 'Answer to read it');
      expect([agent.messages, asked(other.messages)]).toEqual([[], [['read it', ['one.txt']]]]);
      expect(readFileSync(path.join(workspace, 'one.txt'))).toEqual(bytes('1'));
    });

    test('twenty at once are told of in one notice, and go along in their order', async () => {
      const { ann, agent, bot, room, workspace } = await annAtHome(answering());
      const names = Array.from({ length: 20 }, (_, index) => `file ${index}.bin`);
      const content = (index: number) => Buffer.alloc(50_000 + index, index);
      const urls = await Promise.all(names.map((name, index) => uploaded(ann, { name, content: content(index) })));
      for (const [index, name] of names.entries())
        await sendFileAt(ann, room, urls[index]!, { name, content: content(index) });
      await says(ann, room, waits(...names.map((name, index): [string, number] => [name, 50_000 + index])));
      expect(ann.timeline(room).filter((m) => m.sender === bot.userId && m.body.includes('file 0'))).toHaveLength(1);
      await hears(ann, room, 'all', 'Answer to all');
      expect(asked(agent.messages)).toEqual([['all', names]]);
      const isWhole = names.map((name, index) => readFileSync(path.join(workspace, name)).equals(content(index)));
      expect([isWhole.every(Boolean), readdirSync(workspace).length]).toEqual([true, 20]);
    });
  });
}

/** The message that it is a reply to; null for none. */
function repliedTo({ content }: Message['raw']): string | null {
  const relation = content?.['m.relates_to'] as { 'm.in_reply_to'?: { event_id?: string } } | undefined;
  return relation?.['m.in_reply_to']?.event_id ?? null;
}
