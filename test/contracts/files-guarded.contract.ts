/** What is not fetched, not taken, not sent, and not somebody's: files where something is wrong with them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FileFailure } from '../../machines/files.ts';
import type { UserId } from '../../machines/ids.ts';
import { readiness } from '../../src/ops/health.ts';
import { ready, unlinked } from '../support/entry-words.ts';
import { download } from '../support/gate.ts';
import type { Person } from '../support/people.ts';
import { chunk, END, STATUS, type AgentScript } from '../support/scripted-agent.ts';
import { contentOf, sendFile, sendFileAt } from '../support/sent-files.ts';
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
import { until } from '../support/until.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

/** Sends the file that it is asked for, and says so. */
const sendingWhatIsWanted: AgentScript = async (connection) => {
  connection.send(STATUS);
  for (;;) {
    const text = String((await connection.next()).text);
    connection.send(chunk(`Answer to ${text}`));
    connection.send({ type: 'AGENT_EVENT_SEND_FILE', path: text });
    connection.send(END);
  }
};

export function describeGuardedFiles(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`files with which something is wrong on ${name}`, () => {
    const world = createWorld(start);
    const { house, annAlone, annAtHome } = createFileHouse(world);

    const youAre = (person: Person) => words({ key: 'you are', person: person.userId as UserId });

    test('of a bystander nothing is fetched', async () => {
      const home = await annAlone(answering(), { onboarding: { groups: 'accept' } });
      const { ann, agent, gate, workspace } = home;
      const [bot, bob] = await Promise.all([world.bot(home.options), world.person()]);
      const room = await roomWith(ann, bot.userId);
      await ann.client.invite(room, bob.userId);
      await bob.client.joinRoom(room);
      await sendFile(bob, room, { name: 'bobs.txt', content: bytes('of Bob'), caption: `${bot.userId}: look!` });
      await says(ann, room, words({ key: 'only for', person: ann.userId as UserId }));
      await sendFile(bob, room, { name: 'bobs.txt', content: bytes('of Bob') });
      await hears(ann, room, '!list', words({ key: 'no files wait' }));
      expect([gate.asked.filter((line) => download.test(line)), visible(workspace), agent.messages]).toEqual([
        [],
        [],
        [],
      ]);
    });

    test('in an entry room and in one of somebody refused nothing is fetched', async () => {
      const home = await annAlone(answering(), { onboarding: { mode: 'spaces' } });
      const { ann, agent, gate, workspace } = home;
      const [bot, bob] = await Promise.all([world.bot(home.options), world.person()]);
      const entry = await ann.createDm(bot.userId);
      await ann.message(entry, (m) => unlinked(m.body) === ready('Chat 1', 1));
      await sendFile(ann, entry, { name: 'anns.txt', content: bytes('of Ann') });
      await hears(ann, entry, '!whoami', youAre(ann));
      const refused = await bob.createDm(bot.userId);
      await says(bob, refused, words({ key: 'no agent for you', contact: null }));
      await sendFile(bob, refused, { name: 'bobs.txt', content: bytes('of Bob') });
      await hears(bob, refused, '!whoami', youAre(bob));
      expect([gate.asked.filter((line) => download.test(line)), visible(workspace), agent.messages]).toEqual([
        [],
        [],
        [],
      ]);
    });

    test('what is too big and what is gone is told in one word, and the text goes without', async () => {
      const { ann, agent, room, workspace } = await annAtHome(answering(), { files: { maxBytes: 1_000 } });
      await sendFile(ann, room, { name: 'big.bin', content: Buffer.alloc(1_001, 1) });
      const gone = `mxc://${world.homeserver().serverName}/nothinglikethatisherenow`;
      await sendFileAt(ann, room, gone, { name: 'gone.txt', content: bytes('gone') });
      await sendFile(ann, room, { name: 'fits.bin', content: Buffer.alloc(1_000, 1) });
      const failed: FileFailure[] = [
        { name: 'big.bin', why: 'too big' },
        { name: 'gone.txt', why: 'gone' },
      ];
      const told = [failed, failed.toReversed()].map((all) =>
        words({ key: 'files wait', files: [{ name: 'fits.bin', bytes: 1_000 }], failed: all }, 1_000),
      );
      await ann.message(room, (m) => told.includes(m.body));
      await hears(ann, room, 'and now?', 'Answer to and now?');
      await hears(ann, room, '!list', words({ key: 'no files wait' }));
      expect([asked(agent.messages), visible(workspace)]).toEqual([[['and now?', ['fits.bin']]], ['fits.bin']]);
      expect(ann.timeline(room).filter(({ body }) => body.includes('gone.txt') && told.includes(body))).toHaveLength(1);
    });

    test('without staging, a file that is not taken is told of, and nothing goes to the agent', async () => {
      const files = { mode: 'immediate' as const, maxBytes: 1_000 };
      const { ann, agent, room } = await annAtHome(answering(), { files });
      await sendFile(ann, room, { name: 'big.bin', content: Buffer.alloc(1_001, 1) });
      await says(
        ann,
        room,
        words({ key: 'files wait', files: [], failed: [{ name: 'big.bin', why: 'too big' }] }, 1_000),
      );
      await hears(ann, room, 'and now?', 'Answer to and now?');
      expect(asked(agent.messages)).toEqual([['and now?', undefined]]);
    });

    test('where the agent has no folder, a word says so, and the text goes without', async () => {
      const { ann, agent, room, workspace } = await annAtHome(answering());
      rmSync(workspace, { recursive: true });
      await sendFile(ann, room, { name: 'one.txt', content: bytes('1') });
      const failed: FileFailure[] = [{ name: 'one.txt', why: 'no workspace' }];
      await says(ann, room, words({ key: 'files wait', files: [], failed }));
      await hears(ann, room, 'read it', 'Answer to read it');
      expect(asked(agent.messages)).toEqual([['read it', undefined]]);
    });

    test('what is gone from the folder is told, and the text goes without', async () => {
      const { ann, agent, room, workspace } = await annAtHome(answering());
      await sendFile(ann, room, { name: 'one.txt', content: bytes('1') });
      await says(ann, room, waits(['one.txt', 1]));
      rmSync(path.join(workspace, 'one.txt'));
      await ann.say(room, 'read it');
      await says(ann, room, words({ key: 'files are gone', names: ['one.txt'] }));
      await says(ann, room, 'Answer to read it');
      expect(asked(agent.messages)).toEqual([['read it', undefined]]);
    });

    test('that the folder is not there is seen at the start, and keeps nobody from being answered', async () => {
      const { ann, options, workspace } = await annAlone(answering());
      rmSync(workspace, { recursive: true });
      const { app, log, userId } = await world.bot(options);
      await until(() => app.health().workspaces.length > 0);
      const health = app.health();
      expect(health.workspaces.map(({ agent, folder, code }) => [agent, folder, code])).toEqual([
        ['a', workspace, 'missing'],
      ]);
      expect(readiness({ ...health, lastSyncAgeMs: 0 })).toEqual({ ready: true, missing: [] });
      const lines = log.lines.filter(({ message }) => message === 'workspace does not work');
      expect(lines.map(({ level, fields }) => [level, (fields as { folder: string }).folder])).toEqual([
        ['error', workspace],
      ]);
      await hears(ann, await roomWith(ann, userId), 'hello', 'Answer to hello');
    });

    test('what the agent has not got, since its folder is another one, is told, logged and shown', async () => {
      const { ann, bot, room, workspace } = await annAtHome(async (connection) => {
        connection.send(STATUS);
        const { attachments } = await connection.next();
        const [file = ''] = (attachments ?? []) as string[];
        if (file === '') return connection.send(END);
        connection.send({
          type: 'ERROR',
          code: 'AGENT_ERROR',
          details: `[Errno 2] No such file: '/workspace/${file}'`,
        });
      });
      await sendFile(ann, room, { name: 'one.txt', content: bytes('1') });
      await says(ann, room, waits(['one.txt', 1]));
      await ann.say(room, 'read it');
      await says(ann, room, words({ key: 'trouble', trouble: 'files-unseen' }));
      const { workspaces } = bot.app.health();
      expect(workspaces.map(({ agent, folder, code }) => [agent, folder, code])).toEqual([
        ['a', workspace, 'not shared'],
      ]);
      const lines = bot.log.lines.filter(({ message }) => message === 'workspace is not shared');
      expect(lines.map(({ level, fields }) => [level, (fields as { room: string }).room])).toEqual([['error', room]]);
      await hears(ann, room, '!list', words({ key: 'your files', files: [{ name: 'one.txt', bytes: 1 }] }));
    });

    test('what an agent may not send is named, and the rest is sent', async () => {
      const wanted = [
        '../out.txt',
        '/etc/hostname',
        'link.txt',
        'none.txt',
        'fine.txt',
        'pipe',
        'empty.txt',
        'big.bin',
      ];
      const { ann, bot, room, workspace } = await annAtHome(answering(...wanted), { files: { maxBytes: 1_000 } });
      writeFileSync(path.join(workspace, '../out.txt'), 'outside');
      symlinkSync('../out.txt', path.join(workspace, 'link.txt'));
      execFileSync('mkfifo', [path.join(workspace, 'pipe')]);
      writeFileSync(path.join(workspace, 'empty.txt'), '');
      writeFileSync(path.join(workspace, 'big.bin'), Buffer.alloc(1_001, 1));
      writeFileSync(path.join(workspace, 'fine.txt'), 'fine');
      await hears(ann, room, 'send all', 'Answer to send all');
      const files = [
        { path: '../out.txt', why: 'outside' },
        { path: '/etc/hostname', why: 'outside' },
        { path: 'link.txt', why: 'outside' },
        { path: 'none.txt', why: 'missing' },
        { path: 'pipe', why: 'no plain file' },
        { path: 'empty.txt', why: 'empty' },
        { path: 'big.bin', why: 'too big' },
      ] as const;
      await says(ann, room, words({ key: 'files were not sent', files: [...files] }));
      const sent = ann.timeline(room).filter((m) => m.sender === bot.userId && m.raw.content?.['url'] !== undefined);
      expect(sent.map(({ msgtype, body }) => [msgtype, body])).toEqual([['m.file', 'fine.txt']]);
      expect(await contentOf(ann, sent[0]!)).toEqual(bytes('fine'));
    });

    test('people who share an agent have inboxes of their own, and none gets a file of the other', async () => {
      const { agent, workspace, options } = await house(sendingWhatIsWanted);
      const [bot, ann, bob] = await Promise.all([world.bot(options), world.person(), world.person()]);
      const [anns, bobs] = [await roomWith(ann, bot.userId), await roomWith(bob, bot.userId)];
      await sendFile(ann, anns, { name: 'mine.txt', content: bytes('of Ann') });
      await sendFile(bob, bobs, { name: 'mine.txt', content: bytes('of Bob') });
      await says(ann, anns, waits(['mine.txt', 6]));
      await says(bob, bobs, waits(['mine.txt', 6]));
      await hears(ann, anns, 'shared.txt', 'Answer to shared.txt');
      await hears(bob, bobs, 'shared.txt', 'Answer to shared.txt');
      const [[, [ofAnn = ''] = []] = [], [, [ofBob = ''] = []] = []] = asked(agent.messages);
      const inbox = /^surfaces\/matrix\/[^/]+\/[^/]+\/inbox\/\d{8}-\d{6}-mine\.txt$/;
      expect([ofAnn, ofBob]).toEqual([expect.stringMatching(inbox), expect.stringMatching(inbox)]);
      expect(path.dirname(ofAnn)).not.toBe(path.dirname(ofBob));
      const content = (file: string) => readFileSync(path.join(workspace, file), 'utf8');
      expect([content(ofAnn), content(ofBob)]).toEqual(['of Ann', 'of Bob']);

      for (const disguised of [ofAnn, `/workspace/${ofAnn}`, `./${ofAnn}`, ofAnn.toUpperCase()]) {
        await bob.say(bobs, disguised);
        const why = 'outside' as const;
        await says(bob, bobs, words({ key: 'files were not sent', files: [{ path: disguised, why }] }));
      }
      await ann.say(anns, ofAnn);
      const mine = await ann.message(anns, (m) => m.sender === bot.userId && m.msgtype === 'm.file');
      expect(await contentOf(ann, mine)).toEqual(bytes('of Ann'));
      mkdirSync(path.join(workspace, 'made'));
      writeFileSync(path.join(workspace, 'made/both.txt'), 'for both');
      await bob.say(bobs, 'made/both.txt');
      const made = await bob.message(bobs, (m) => m.sender === bot.userId && m.msgtype === 'm.file');
      expect(await contentOf(bob, made)).toEqual(bytes('for both'));
      expect(bob.timeline(bobs).filter((m) => m.sender === bot.userId && m.msgtype === 'm.file')).toEqual([made]);
    });
  });
}
