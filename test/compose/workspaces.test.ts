/** What is seen of the folders in use comes to the watch, and changes nothing of what is done. */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TrayFile } from '../../machines/files.ts';
import { AgentId, ContextId, EventId, MxcUri, UserId } from '../../machines/ids.ts';
import { openLinks } from '../../src/agents/link.ts';
import { composeWorkspaces, watchedFiles, watchedLinks } from '../../src/compose/workspaces.ts';
import type { LinkEvent } from '../../src/ports.ts';
import { createIncomingFiles } from '../../src/workspace/incoming.ts';
import { message } from '../agents/support.ts';
import { agentForTest } from '../reference-agent/support.ts';
import { botConfig } from '../support/bot.ts';
import { temporaryFolder } from '../store/support.ts';
import { createManualTimers } from '../support/manual-timers.ts';
import { logBook, silentLog } from '../support/log-book.ts';

const agent = AgentId.parse('one');

/** The workspace as the service sees it. */
async function compose(url: string) {
  const stateDir = await temporaryFolder();
  const log = logBook();
  const clock = createManualTimers();
  const config = botConfig({ homeserver: '', userId: '@bot:test', password: '', agents: { one: url }, stateDir });
  const workspaces = composeWorkspaces(config, { now: clock.now, log });
  const folder = path.join(stateDir, 'workspace', 'one');
  mkdirSync(folder, { recursive: true });
  return { ...workspaces, folder, log, clock };
}

const says = (folder: string) =>
  `The agent says that it cannot find the files that this service put into ${folder}. Does it work in another folder? "roomkeeper check-agents --files" finds out.`;

test('with the mock backend the folder is that of the one agent that answers for all', async () => {
  const stateDir = await temporaryFolder();
  const agents = { one: 'ws://1', two: 'ws://2' };
  const config = botConfig({ homeserver: '', userId: '@bot:test', password: '', agents, stateDir });
  const mock = composeWorkspaces({ ...config, backend: 'mock' }, { now: () => 0, log: silentLog });
  const folder = path.join(stateDir, 'workspace');
  expect([...mock.workspaces.values()]).toEqual([folder, folder].map((one) => ({ folder: one, servesSeveral: true })));
});

describe('the links', () => {
  const file = (name: string): TrayFile => ({
    ...{ event: message.text.eventId, name, type: 'document', mime: null, at: 0, url: MxcUri.parse('mxc://test/a') },
    there: { path: name, bytes: 1, print: 'p' },
  });

  async function turn(url: string, watch: Parameters<typeof watchedLinks>[1], body: string, files: TrayFile[]) {
    const open = watchedLinks(openLinks({ baseOf: () => url, now: Date.now, log: silentLog }), watch);
    const { promise, resolve } = Promise.withResolvers<LinkEvent>();
    const eventId = EventId.parse(`$${body}`);
    const target = { agent, contextId: ContextId.parse('5'), about: () => ({ turn: 3 }) };
    const link = open(target, (event) => {
      if (event.type === 'ready') link.ask({ ...message, text: { ...message.text, eventId, body, files } });
      if (event.type === 'ended' || event.type === 'unreachable') resolve(event);
    });
    return promise;
  }

  test('tell that the agent has not the files, and that it takes some again', async () => {
    const { agent: running } = await agentForTest();
    const { watch, folder, log } = await compose(running.url);
    const wanted = 'please copy the attached file to b.txt';
    expect(await turn(running.url, watch, wanted, [file('a.txt')])).toEqual({
      ...{ type: 'ended', outcome: 'failed', trouble: 'files-unseen' },
      detail: 'ERROR FILE_NOT_FOUND: There is no file a.txt in my workspace.',
    });
    const problem = { agent, folder, code: 'not shared', says: says(folder) };
    expect(watch.problems()).toEqual([problem]);
    expect(log.lines).toEqual([
      {
        ...{ level: 'error', message: 'workspace is not shared' },
        fields: { turn: 3, agent, folder, problem: says(folder) },
      },
    ]);
    await turn(running.url, watch, 'table', []);
    await turn(running.url, watch, 'fail', [file('a.txt')]);
    expect(watch.problems()).toEqual([problem]);
    await turn(running.url, watch, 'table', [file('a.txt')]);
    expect(watch.problems()).toEqual([]);
  });
});

describe('files that come', () => {
  const bring = (it: Awaited<ReturnType<typeof compose>>, content: string) => {
    const options = { workspaces: it.workspaces, within: it.within, layout: 'flat' as const, quotaBytes: 0 };
    const incoming = watchedFiles(createIncomingFiles({ ...options, now: it.clock.now }), it.watch);
    const person = { person: UserId.parse('@ann:test'), room: message.room, id: EventId.parse('$f') };
    const file = { agent, ...person, name: 'a.txt', kind: 'file' as const, mime: null, at: 0 };
    return incoming.bring(file, oneOf(content), { mostBytes: 10 });
  };

  async function* oneOf(content: string) {
    yield Buffer.from(content);
  }

  test('and have no folder make it known, and so is its end', async () => {
    const it = await compose('ws://none');
    await it.watch.look();
    it.clock.advance(10_000);
    expect((await bring(it, 'too much of it')).is).toBe('not');
    rmSync(it.folder, { recursive: true });
    expect(it.watch.problems()).toEqual([]);
    expect((await bring(it, 'a')).is).toBe('not');
    await it.watch.look();
    expect(it.watch.problems().map(({ code, folder }) => [code, folder])).toEqual([['missing', it.folder]]);
    mkdirSync(it.folder);
    it.clock.advance(10_000);
    expect(it.watch.problems()).toHaveLength(1);
    await it.watch.look();
    expect(it.watch.problems()).toEqual([]);
    expect((await bring(it, 'a')).is).toBe('there');
  });
});
