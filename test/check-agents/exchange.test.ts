/** Whether a folder is shared shows only in a file that went to the agent and came back by another way. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { agentForTest } from '../reference-agent/support.ts';
import { asNobody } from '../support/as-nobody.ts';
import { chunk, END, STATUS, type AgentScript } from '../support/scripted-agent.ts';
import { until } from '../support/until.ts';
import { allFiles, check, inShort, problems, scripted, workspace } from './house.ts';

const mend =
  'Mount the same volume on both sides: in the container of the agent its own folder as /workspace, here as workspace_path.';

/** Answers with what is made of the path that it is given and the one that it is to write. */
const answering =
  (answer: (given: string, wanted: string) => object[] | Promise<object[]>): AgentScript =>
  async (connection) => {
    connection.send(STATUS);
    const { text, attachments } = await connection.next();
    const [, wanted = ''] = / to (\S+) and send me the copy/.exec(String(text)) ?? [];
    for (const frame of await answer((attachments as string[])[0] ?? '', wanted)) connection.send(frame);
  };

const sends = (file: string) => [{ type: 'AGENT_EVENT_SEND_FILE', path: file }, END];

/** A connection without a message is the look for STATUS. */
async function verdict(answer: Parameters<typeof answering>[0], folder: string) {
  const agent = await scripted(answering(answer));
  const [report] = await check([{ url: agent.url, folder }], { files: true });
  const files = report?.checks.find(({ name }) => name === 'files');
  return { files, left: allFiles(folder) };
}

describe('a folder is shared', () => {
  test.each([
    ['flat', undefined],
    ['incoming', undefined],
    ['inbox', undefined],
    ['flat', 'default_agent'],
  ])(
    'where the agent makes a copy of the file, and nothing stays: layout %s, unmapped %s',
    async (layout, unmapped) => {
      const { agent, workspace: folder } = await agentForTest();
      const policy = { files: { layout }, ...(unmapped !== undefined && { access: { unmapped } }) };
      const [report] = await check([{ url: agent.url, folder }], { files: true }, policy);
      expect(report && [inShort(report), problems(report)]).toEqual([
        ['STATUS ok', 'workspace ok', 'files shared'],
        [],
      ]);
      const isInbox = layout === 'inbox' || unmapped !== undefined;
      const stays = isInbox ? ['surfaces', 'surfaces/matrix'] : layout === 'incoming' ? ['incoming'] : [];
      expect(readdirSync(folder, { recursive: true })).toEqual(stays);
    },
  );

  test('what lies there already is left alone', async () => {
    const { agent, workspace: folder } = await agentForTest();
    writeFileSync(path.join(folder, 'mine.txt'), 'mine');
    expect((await check([{ url: agent.url, folder }], { files: true }))[0]?.ok).toBe(true);
    expect([allFiles(folder), readFileSync(path.join(folder, 'mine.txt'), 'utf8')]).toEqual([['mine.txt'], 'mine']);
  });
});

test('nothing outside is removed where the agent puts a link in the place of a folder', async () => {
  const [folder, outside] = [await workspace(), await workspace()];
  const theirs = path.join(outside, 'matrix');
  const agent = await scripted(
    answering((given) => {
      const matrix = path.join(folder, 'surfaces/matrix');
      mkdirSync(path.join(outside, path.relative('surfaces', path.dirname(given))), { recursive: true });
      renameSync(matrix, `${matrix}.aside`);
      symlinkSync(theirs, matrix);
      return [END];
    }),
  );
  const [report] = await check([{ url: agent.url, folder }], { files: true }, { files: { layout: 'inbox' } });
  expect(report && inShort(report).at(-1)).toBe('files could not be told');
  expect(readdirSync(theirs, { recursive: true })).toHaveLength(3);
});

describe('a folder is not shared', () => {
  test('where the agent, which has another one, says that the file is not there', async () => {
    const { agent, workspace: theirs } = await agentForTest();
    const folder = await workspace();
    const [report] = await check([{ url: agent.url, folder }], { files: true });
    expect(report && inShort(report)).toEqual(['STATUS ok', 'workspace ok', 'files workspace is not shared']);
    expect(report && problems(report)).toEqual([
      expect.stringMatching(/^the agent says that it has no check-[0-9a-f]{8}\.txt, which is in \S+\/17\. /) as string,
    ]);
    expect(report && problems(report)[0]).toContain(mend);
    expect([allFiles(folder), allFiles(theirs)]).toEqual([[], []]);
  });

  test('where the agent names a copy that is not here', async () => {
    const folder = await workspace();
    const { files, left } = await verdict((_, wanted) => sends(wanted), folder);
    const says = expect.stringMatching(
      /^the agent sends check-\w+-copy\.txt, which is not in \S+\/17\. Mount/,
    ) as string;
    expect([files, left]).toEqual([
      { name: 'files', ok: false, result: 'workspace is not shared', ms: null, problems: [says] },
      [],
    ]);
  });
});

describe('it cannot be told', () => {
  test('where the agent only names the file that it was given', async () => {
    const { files, left } = await verdict((given) => sends(given), await workspace());
    expect([files?.result, files?.problems, left]).toEqual([
      'could not be told',
      [
        'the agent sends the very file that it was given, not a copy: that it knows the path does not show that it has the file',
      ],
      [],
    ]);
  });

  test.each<[string, object[], string]>([
    ['only talks', [chunk('I’m afraid\nI can’t.\u001b[1m'), END], 'it said: I’m afraid I can’t.'],
    ['says nothing', [END], 'it said nothing'],
  ])('where it %s', async (_, frames, said) => {
    const { files, left } = await verdict(() => frames, await workspace());
    expect([files?.result, files?.problems, left]).toEqual([
      'could not be told',
      [`the agent ended without sending a copy; ${said}`],
      [],
    ]);
  });

  test('where it fails otherwise', async () => {
    const error = { type: 'ERROR', code: 'E7', details: 'no model' };
    const { files, left } = await verdict(() => [error], await workspace());
    expect([files?.result, files?.problems, left]).toEqual([
      'could not be asked',
      ['it did not answer: ERROR E7: no model'],
      [],
    ]);
  });
});

describe('what comes back is', () => {
  test('not what was given, and is removed under the name of this check only', async () => {
    const folder = await workspace();
    const { files, left } = await verdict((_, wanted) => {
      writeFileSync(path.join(folder, wanted), 'other bytes');
      writeFileSync(path.join(folder, 'own.txt'), 'own');
      return sends(wanted);
    }, folder);
    expect(files?.result).toBe('came back different');
    expect(files?.problems).toEqual([
      expect.stringMatching(/^what it sends \(check-\w+-copy\.txt\) is not what it was given$/) as string,
    ]);
    expect(left).toEqual(['own.txt']);
  });

  test.each<[string, (folder: string) => string, string]>([
    ['outside', () => '../out.txt', 'outside'],
    [
      'behind a link',
      (folder) => {
        symlinkSync('/etc/hostname', path.join(folder, 'link'));
        return 'link';
      },
      'a link',
    ],
  ])('not taken where it lies %s', async (_, lay, why) => {
    const folder = await workspace();
    const file = lay(folder);
    const { files } = await verdict(() => sends(file), folder);
    expect(files?.problems).toEqual([`what it sends (${file}) is not taken from an agent: ${why}`]);
  });
});

describe('nothing is asked', () => {
  test('where the folder is not there, or cannot be written', async () => {
    const agent = await scripted(answering(() => [END]));
    const folder = await workspace();
    const asked = () => check([{ url: agent.url, folder }], { files: true });
    await asNobody(folder, async () => {
      const [report] = await asked();
      expect(report && inShort(report)).toEqual(['STATUS ok', 'workspace does not work']);
      expect(report && problems(report)).toEqual([expect.stringContaining('EACCES') as string]);
    });
    rmSync(folder, { recursive: true });
    const [report] = await asked();
    expect(report && problems(report)).toEqual([expect.stringMatching(/^There is no folder /) as string]);
    expect([agent.messages, existsSync(folder)]).toEqual([[], false]);
  });
});

test('two agents that have one folder under two names are told of each other, and asked all the same', async () => {
  const { agent, workspace: folder } = await agentForTest();
  const other = `${await workspace()}-too`;
  symlinkSync(folder, other);
  const reports = await check(
    [
      { url: agent.url, folder },
      { url: agent.url, folder: other },
    ],
    { files: true },
  );
  expect(reports.map((report) => [report.ok, ...inShort(report)])).toEqual([
    [false, 'STATUS ok', 'workspace does not work', 'files shared'],
    [false, 'STATUS ok', 'workspace does not work', 'files shared'],
  ]);
});

test('a file that cannot be put there is told with the reason', async () => {
  const { agent, workspace: folder } = await agentForTest();
  mkdirSync(path.join(folder, 'incoming'));
  writeFileSync(path.join(folder, 'incoming', 'full.txt'), 'x'.repeat(100));
  const policy = { files: { layout: 'incoming', quota_bytes: 100 } };
  const [report] = await check([{ url: agent.url, folder }], { files: true }, policy);
  expect(report?.checks.at(-1)).toEqual({
    ...{ name: 'files', ok: false, result: 'not written', ms: null },
    problems: ['no file could be put there (quota): no room for more files of people'],
  });
});

test('whoever calls it off leaves nothing behind', async () => {
  const folder = await workspace();
  const stop = new AbortController();
  const agent = await scripted(answering(() => new Promise<never>(() => undefined)));
  const reports = check([{ url: agent.url, folder }], { files: true, answerSeconds: 3600, signal: stop.signal });
  await until(() => agent.messages.length > 0);
  expect(allFiles(folder)).toHaveLength(1);
  stop.abort();
  const [report] = await reports;
  expect([report && problems(report), allFiles(folder)]).toEqual([['you did not wait for it'], []]);
});
