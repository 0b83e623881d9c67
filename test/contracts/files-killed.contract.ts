/** kill -9 of the bot while files come and go: one whole file, nothing hidden, and nothing is sent twice. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { download, message, upload, type Gate, type Moment } from '../support/gate.ts';
import { png } from '../support/media.ts';
import type { Person } from '../support/people.ts';
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
      const { ann, agent, bot, first, room, gate, workspace } = await annAndABotToKill('out/a.png', 'out/b.txt');
      mkdirSync(path.join(workspace, 'out'));
      writeFileSync(path.join(workspace, 'out/a.png'), picture);
      writeFileSync(path.join(workspace, 'out/b.txt'), 'text of the agent');
      const hold = await holding(gate, of, { moment, nth, begin: () => ann.say(room, 'send them') });
      await first.kill();
      hold.release();
      const second = bot.start();
      await second.running;
      await ann.message(room, (m) => m.body === 'b.txt', RESTART);
      await hears(ann, room, '!whoami', words({ key: 'you are', person: ann.userId as never }));
      const sent = ann.timeline(room).filter((m) => m.sender === bot.userId && m.msgtype !== 'm.notice');
      expect(sent.map(({ msgtype, body }) => [msgtype, body])).toEqual([
        ['m.text', 'Answer to send them'],
        ['m.image', 'a.png'],
        ['m.file', 'b.txt'],
      ]);
      expect(await contentOf(ann, sent[1]!)).toEqual(picture);
      expect(await contentOf(ann, sent[2]!)).toEqual(bytes('text of the agent'));
      expect(asked(agent.messages)).toEqual([['send them', undefined]]);
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
