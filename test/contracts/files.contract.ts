/** Files of people into the workspace of their agent, and files of the agent to them (seed story 004). */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { download } from '../support/gate.ts';
import { png, wav } from '../support/media.ts';
import type { Message } from '../support/room-view.ts';
import { STATUS, type AgentScript } from '../support/scripted-agent.ts';
import { contentOf, sendFile, sendFileAt, uploaded } from '../support/sent-files.ts';
import { answering, asked, bytes, createFileHouse, hears, says, visible, waits, words } from './file-house.ts';
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

export function describeFiles(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`files on ${name}`, () => {
    const world = createWorld(start);

    const { annAtHome } = createFileHouse(world);

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
      await hears(ann, room, '!list', words({ key: 'no files wait' }));
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
  });
}

/** The message that it is a reply to; null for none. */
function repliedTo({ content }: Message['raw']): string | null {
  const relation = content?.['m.relates_to'] as { 'm.in_reply_to'?: { event_id?: string } } | undefined;
  return relation?.['m.in_reply_to']?.event_id ?? null;
}
