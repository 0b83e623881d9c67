/** What is wrong with a workspace is found out before anybody's file needs it, and said so that it can be mended. */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentId } from '../../machines/ids.ts';
import { after } from '../../src/basics/after.ts';
import type { FileLayout } from '../../src/ports/files.ts';
import { createPatience, NoAnswer, type Within } from '../../src/workspace/patience.ts';
import { probeWorkspaces } from '../../src/workspace/probe.ts';
import { asNobody } from '../support/as-nobody.ts';
import { createManualTimers } from '../support/manual-timers.ts';
import { settled } from '../support/until.ts';

const [one, two, three] = [AgentId.parse('one'), AgentId.parse('two'), AgentId.parse('three')];

let base: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(path.join(tmpdir(), 'probe-')));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const at = (...names: string[]) => path.join(base, ...names);

function folder(...names: string[]): string {
  mkdirSync(at(...names), { recursive: true });
  return at(...names);
}

interface Setting {
  layout?: FileLayout;
  servesSeveral?: boolean;
  within?: Within;
}

/** The folders of the agents one, two and three. */
function probe(
  folders: string[],
  { layout = 'flat', servesSeveral = false, within = createPatience(after) }: Setting = {},
) {
  const workspaces = new Map(
    folders.map((folder, index) => [[one, two, three][index] ?? one, { folder, servesSeveral }]),
  );
  return probeWorkspaces({ workspaces, layout, within });
}

test.each<[FileLayout, boolean]>([
  ['flat', false],
  ['incoming', false],
  ['inbox', false],
  ['flat', true],
])(
  'a folder that is there and can be written has no problem, and nothing of the look stays in it: %s',
  async (layout, servesSeveral) => {
    for (const inside of ['', 'incoming', 'surfaces', 'surfaces/matrix']) {
      const workspace = folder('17', inside);
      expect(await probe([at('17')], { layout, servesSeveral })).toEqual([]);
      expect(readdirSync(workspace).filter((name) => name.startsWith('.'))).toEqual([]);
    }
  },
);

describe('a folder that', () => {
  test('is not there is told with what there is of its path', async () => {
    expect(await probe([at('agents', '17')])).toEqual([
      {
        ...{ agent: one, folder: at('agents', '17'), code: 'missing' },
        says: `There is no folder ${at('agents', '17')}; of its path there is only ${base}. Mount the agent's volume there, or set workspace_path to where it is mounted here.`,
      },
    ]);
  });

  test('is a file, or below one, is none', async () => {
    writeFileSync(at('17'), '');
    const says = (name: string) => `${name} is no folder. Set workspace_path to the folder of the agent.`;
    expect(await probe([at('17'), at('17', 'below')])).toEqual([
      { agent: one, folder: at('17'), code: 'no folder', says: says(at('17')) },
      { agent: two, folder: at('17', 'below'), code: 'no folder', says: says(at('17', 'below')) },
    ]);
  });

  test('belongs to another user is told with both users and its mode', async () => {
    const mine = folder('17');
    await asNobody(mine, async ({ user, group, owner }) => {
      expect(await probe([mine])).toEqual([
        {
          ...{ agent: one, folder: mine, code: 'not written' },
          says: `${mine} cannot be written: EACCES: permission denied. This service runs as user ${user}, group ${group}; the folder is of user ${owner.uid}, group ${owner.gid}, mode 0555. Run both under the same user, or give both a common group that may write there (chmod g+ws).`,
        },
      ]);
    });
    expect(await probe([mine])).toEqual([]);
  });

  test('may be written, but not where files of people go in it, is told by that place', async () => {
    const incoming = folder('17', 'incoming');
    await asNobody(incoming, async () => {
      const [problem, ...more] = await probe([at('17')], { layout: 'incoming' });
      expect([problem?.code, more]).toEqual(['not written', []]);
      expect(problem?.says).toContain(`${at('17')} (where files go to incoming) cannot be written: EACCES`);
    });
  });

  test('has something else where files of people go has to be tidied', async () => {
    folder('17');
    writeFileSync(at('17', 'incoming'), '');
    const says = `In ${at('17')} there is something else in the place of the folder incoming. Move it away.`;
    expect(await probe([at('17')], { layout: 'incoming' })).toEqual([
      { agent: one, folder: at('17'), code: 'no folder', says },
    ]);
    rmSync(at('17', 'incoming'));
    symlinkSync(base, at('17', 'incoming'));
    expect((await probe([at('17')], { layout: 'incoming' })).map(({ code }) => code)).toEqual(['no folder']);
    expect(await probe([at('17')])).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')('takes nothing is told with what the system says', async () => {
    const [problem, ...more] = await probe(['/proc']);
    expect([problem, more]).toEqual([
      {
        ...{ agent: one, folder: '/proc', code: 'not written' },
        says: '/proc cannot be written: ENOENT: no such file or directory.',
      },
      [],
    ]);
  });

  test('does not answer is given up, and the others are looked at', async () => {
    const [hanging, fine] = [folder('17'), folder('18')];
    const clock = createManualTimers();
    const within = createPatience(clock.after);
    const hangs = Promise.withResolvers<void>();
    const late = within(hanging, 1, () => hangs.promise);
    clock.advance(1);
    await expect(late).rejects.toBeInstanceOf(NoAnswer);
    const says = `The file system of ${hanging} does not answer (the file system does not answer within 5000 ms). Is the server there that it is mounted from?`;
    expect(await probe([hanging, fine], { within })).toEqual([
      { agent: one, folder: hanging, code: 'no answer', says },
    ]);
    hangs.resolve();
    await late.catch(() => undefined);
    await settled();
    expect(await probe([hanging, fine], { within })).toEqual([]);
  });
});

describe('two agents', () => {
  const mend = 'Give each agent a folder of its own, or both the same workspace_path.';

  test('that have one folder under two names are told of each other', async () => {
    folder('17');
    symlinkSync(at('17'), at('18'));
    const same = (mine: string, other: string, whose: string) =>
      `${mine} is the same folder as ${other}, the workspace of ${whose}: each sees the files of the other's people. ${mend}`;
    expect(await probe([at('17'), at('18'), folder('19')])).toEqual([
      { agent: one, folder: at('17'), code: 'same folder', says: same(at('17'), at('18'), 'two') },
      { agent: two, folder: at('18'), code: 'same folder', says: same(at('18'), at('17'), 'one') },
    ]);
  });

  test('of which one has the root of the volume, and the other a folder in it', async () => {
    folder('agents', '17', 'deep');
    symlinkSync(at('agents', '17', 'deep'), at('18'));
    const inside = `${at('18')} lies inside ${at('agents')}, the workspace of one, which sees all files in it. ${mend}`;
    expect(await probe([at('agents'), at('18')])).toEqual([
      { agent: two, folder: at('18'), code: 'inside another', says: inside },
    ]);
  });

  test('that share a folder on purpose have no problem', async () => {
    const both = folder('both');
    expect(await probe([both, both], { servesSeveral: true })).toEqual([]);
  });

  test('that share one which does not work have one problem each', async () => {
    expect((await probe([at('none'), at('none')])).map(({ agent, code }) => [agent, code])).toEqual([
      [one, 'missing'],
      [two, 'missing'],
    ]);
  });
});
