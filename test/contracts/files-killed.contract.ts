/** kill -9 of the bot while files come and go: one whole file, nothing hidden, and nothing is sent twice. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { download, message, upload, type Gate, type Moment } from '../support/gate.ts';
import { png } from '../support/media.ts';
import type { Person } from '../support/people.ts';
import { chunk, END, STATUS } from '../support/scripted-agent.ts';
import { contentOf, sendFile } from '../support/sent-files.ts';
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

/** Takes a while, so that the kill is certainly within it. */
const RESTART = { timeout: 20_000 };

export function describeKilledFiles(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`a bot that is killed over files on ${name}`, () => {
    const world = createWorld(start);
    const { annAlone } = createFileHouse(world);
    const content = Buffer.alloc(400_000, 'one whole file ');

    async function annAndABotToKill(...files: string[]) {
      const home = await annAlone(answering(...files));
      const bot = await world.killableBot(home.options);
      const first = bot.start();
      await first.running;
      return { ...home, bot, first, room: await roomWith(home.ann, bot.userId) };
    }

    /** The file is asked about once it lies there, and there is nothing else. */
    async function expectOneWholeFile(ann: Person, room: string, workspace: string) {
      await ann.message(room, (m) => m.body === waits(['one.txt', content.length]), RESTART);
      await hears(ann, room, 'read it', 'Answer to read it');
      await expectTheFileAlone(workspace);
      await hears(ann, room, '!list', words({ key: 'no files wait' }));
    }

    async function expectTheFileAlone(workspace: string) {
      await expect.poll(() => readdirSync(workspace)).toEqual(['one.txt']);
      expect(readFileSync(path.join(workspace, 'one.txt')).equals(content)).toBe(true);
    }

    test.each<Moment>(['before', 'midway', 'after'])('while a file is on its way: %s', async (moment) => {
      const { ann, agent, bot, first, room, gate, workspace } = await annAndABotToKill();
      const hold = gate.hold(download, moment);
      await sendFile(ann, room, { name: 'one.txt', content });
      await hold.held;
      await first.kill();
      hold.release();
      expect(visible(workspace)).toEqual([]);
      await bot.start().running;
      await expectOneWholeFile(ann, room, workspace);
      expect(asked(agent.messages)).toEqual([['read it', ['one.txt']]]);
    });

    test('while a file is on its way that a text waits for', async () => {
      const { ann, agent, bot, first, room, gate, workspace } = await annAndABotToKill();
      const hold = gate.hold(download, 'midway');
      await sendFile(ann, room, { name: 'one.txt', content });
      await hold.held;
      await ann.say(room, 'read it');
      await says(ann, room, words({ key: 'text waits for its files' }));
      await first.kill();
      hold.release();
      await bot.start().running;
      await ann.message(room, (m) => m.body === 'Answer to read it', RESTART);
      await expectTheFileAlone(workspace);
      await hears(ann, room, 'again', 'Answer to again');
      expect(asked(agent.messages)).toEqual([
        ['read it', ['one.txt']],
        ['again', undefined],
      ]);
    });

    test.each(['effect sent', 'record decided', 'record written', 'effect acknowledged'] as const)(
      'when the file is there, at: %s',
      async (boundary) => {
        const { ann, agent, bot, first, room, gate, workspace } = await annAndABotToKill();
        const hold = gate.hold(download, 'midway');
        await sendFile(ann, room, { name: 'one.txt', content });
        await hold.held;
        // Within the second in which nobody is told of the file yet: nothing else is decided.
        await first.arm({ boundary, nth: 1 });
        hold.release();
        expect(await first.ended).toBe('SIGKILL');
        expect(visible(workspace)).toEqual(['one.txt']);
        await bot.start().running;
        await expectOneWholeFile(ann, room, workspace);
        expect(asked(agent.messages)).toEqual([['read it', ['one.txt']]]);
      },
    );

    const picture = png(8, 6);
    const moments: { of: 'upload' | 'message'; moment: Moment; nth: 1 | 2 }[] = (
      ['upload', 'message'] as const
    ).flatMap((of) =>
      (['before', 'midway', 'after'] as const).flatMap((moment) =>
        ([1, 2] as const).map((nth) => ({ of, moment, nth })),
      ),
    );

    test.each(moments)('when the agent sends files: $moment the $of of number $nth', async ({ of, moment, nth }) => {
      const { ann, agent, bot, first, room, gate, workspace } = await annAndABotToKill(
        'out/a.png',
        'out/b.txt',
        'end.txt',
      );
      mkdirSync(path.join(workspace, 'out'));
      writeFileSync(path.join(workspace, 'out/a.png'), picture);
      writeFileSync(path.join(workspace, 'out/b.txt'), 'text of the agent');
      writeFileSync(path.join(workspace, 'end.txt'), 'behind what may be sent twice');
      const hold = await holding(gate, of, { moment, nth, begin: () => ann.say(room, 'send them') });
      await first.kill();
      hold.release();
      const second = bot.start();
      await second.running;
      await ann.message(room, (m) => m.body === 'end.txt', RESTART);
      const sent = ann.timeline(room).filter((m) => m.sender === bot.userId && m.msgtype !== 'm.notice');
      expect(sent.map(({ msgtype, body }) => [msgtype, body])).toEqual([
        ['m.text', 'Answer to send them'],
        ['m.image', 'a.png'],
        ['m.file', 'b.txt'],
        ['m.file', 'end.txt'],
      ]);
      expect(await contentOf(ann, sent[1]!)).toEqual(picture);
      expect(await contentOf(ann, sent[2]!)).toEqual(bytes('text of the agent'));
      expect(asked(agent.messages)).toEqual([['send them', undefined]]);
    });

    test.each<Moment>(['before', 'midway', 'after'])(
      'when an answer that is too long to show goes as a file: %s the upload',
      async (moment) => {
        const long = Array.from({ length: 2_000 }, (_, line) => `Line ${line} of an answer that fills messages.`);
        const home = await annAlone(
          async (connection) => {
            connection.send(STATUS);
            await connection.next();
            connection.send(chunk(long.join('\n\n')));
            connection.send(END);
            await connection.closed;
          },
          { reply: { mostParts: 1 } },
        );
        const { ann, agent, gate } = home;
        const bot = await world.killableBot(home.options);
        const first = bot.start();
        await first.running;
        const room = await roomWith(ann, bot.userId);
        const hold = gate.hold(upload, moment);
        await ann.say(room, 'at length');
        await hold.held;
        await first.kill();
        hold.release();
        await bot.start().running;
        const file = await ann.message(room, (m) => m.msgtype === 'm.file', RESTART);
        expect(String(await contentOf(ann, file))).toBe(long.join('\n\n'));
        await hears(ann, room, '!stop', words({ key: 'nothing runs' }));
        const sent = ann.timeline(room).filter((m) => m.sender === bot.userId && m.msgtype !== 'm.notice');
        expect(sent.map(({ msgtype }) => msgtype)).toEqual(['m.text', 'm.file']);
        expect(asked(agent.messages)).toEqual([['at length', undefined]]);
      },
    );

    test('what could not be sent is told also after it', async () => {
      const { ann, bot, first, room, gate, workspace } = await annAndABotToKill('a.txt', 'none.txt', 'b.txt', 'c.txt');
      for (const file of ['a.txt', 'b.txt', 'c.txt']) writeFileSync(path.join(workspace, file), `in ${file}`);
      const begun = gate.hold(upload, 'before');
      await ann.say(room, 'send them');
      await begun.held;
      const second = gate.hold(upload, 'before');
      begun.release();
      await second.held;
      const third = gate.hold(upload, 'before');
      second.release();
      await third.held;
      await first.kill();
      third.release();
      await bot.start().running;
      const files = [{ path: 'none.txt', why: 'missing' as const }];
      await ann.message(room, (m) => m.body === words({ key: 'files were not sent', files }), RESTART);
      const sent = ann.timeline(room).filter((m) => m.sender === bot.userId && m.msgtype === 'm.file');
      expect(sent.map(({ body }) => body)).toEqual(['a.txt', 'b.txt', 'c.txt']);
    });

    test('an agent that is asked again sends each file once', async () => {
      const answer = answering('a.txt', 'end.txt');
      const ready = { type: 'STATUS', capabilities: { idempotent: true, request_id: true } };
      const seen = Promise.withResolvers<void>();
      let isFirst = true;
      const home = await annAlone(async (connection) => {
        if (!isFirst) return answer(connection);
        isFirst = false;
        connection.send(ready);
        await connection.next();
        connection.send({ type: 'AGENT_EVENT_SEND_FILE', path: 'a.txt' });
        connection.send(chunk('The beginning'));
        seen.resolve();
        await connection.closed;
      });
      const { ann, agent, workspace } = home;
      const bot = await world.killableBot(home.options);
      const first = bot.start();
      await first.running;
      const room = await roomWith(ann, bot.userId);
      for (const file of ['a.txt', 'end.txt']) writeFileSync(path.join(workspace, file), `in ${file}`);
      await ann.say(room, 'send it');
      await seen.promise;
      await ann.message(room, (m) => m.body.startsWith('The beginning'));
      await first.kill();
      await bot.start().running;
      await ann.message(room, (m) => m.body === 'end.txt', RESTART);
      expect(asked(agent.messages)).toEqual([
        ['send it', undefined],
        ['send it', undefined],
      ]);
      const sent = ann.timeline(room).filter((m) => m.sender === bot.userId && m.msgtype === 'm.file');
      expect(sent.map(({ body }) => body)).toEqual(['a.txt', 'end.txt']);
    });

    test('when the agent may have begun, the files wait again, and !retry takes them along', async () => {
      const { ann, agent, bot, first, room } = await annAndABotToKill();
      await sendFile(ann, room, { name: 'one.txt', content });
      await ann.message(room, (m) => m.body === waits(['one.txt', content.length]));
      await first.arm({ boundary: 'user message written', nth: 1 });
      await ann.say(room, 'read it');
      expect(await first.ended).toBe('SIGKILL');
      await bot.start().running;
      await ann.message(room, (m) => m.body === words({ key: 'files are kept', files: 1, again: true }), RESTART);
      await hears(ann, room, '!retry', 'Answer to read it');
      expect(asked(agent.messages)).toEqual([
        ['read it', ['one.txt']],
        ['read it', ['one.txt']],
      ]);
      await hears(ann, room, '!list', words({ key: 'no files wait' }));
    });

    test('files that are sent while it is dead are there with the text', async () => {
      const { ann, agent, bot, first, room, workspace } = await annAndABotToKill();
      await first.kill();
      await sendFile(ann, room, { name: 'one.txt', content });
      await ann.say(room, 'read it');
      await bot.start().running;
      await ann.message(room, (m) => m.body === 'Answer to read it', RESTART);
      await expectTheFileAlone(workspace);
      expect(asked(agent.messages)).toEqual([['read it', ['one.txt']]]);
    });
  });
}

/** Holds the upload of the file of that number, or its message. */
async function holding(
  gate: Gate,
  of: 'upload' | 'message',
  { moment, nth, begin }: { moment: Moment; nth: 1 | 2; begin(): Promise<unknown> },
) {
  let uploading = gate.hold(upload, of === 'upload' && nth === 1 ? moment : 'before');
  await begin();
  await uploading.held;
  if (nth === 2) {
    const next = gate.hold(upload, of === 'upload' ? moment : 'before');
    uploading.release();
    await next.held;
    uploading = next;
  }
  if (of === 'upload') return uploading;
  const sending = gate.hold(message, moment);
  uploading.release();
  await sending.held;
  return sending;
}
