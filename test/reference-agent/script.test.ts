import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { agentForTest, CHUNK, END, greetedBot, textOf, typesOf } from './support.ts';

const route = 'v1/agent_ws/5/';

describe('the script', () => {
  test('answers anything with what it read and remembers, each conversation for itself', async () => {
    const { agent } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    const first = await bot.ask('Hello *you*');
    expect(textOf(first)).toBe(
      [
        'You wrote: “Hello \\*you\\*”.',
        '',
        'I am the **reference agent**: I answer by a script, without a language model.',
        '',
        '- My memory of this conversation has **1 message**.',
        '- Write `help` to see what else I can do.',
        '',
      ].join('\n'),
    );
    expect(first.at(-1)).toEqual({
      type: END,
      tokens_used: Math.ceil(('Hello *you*'.length + textOf(first).length) / 4),
    });
    expect(textOf(await bot.ask('x'.repeat(200)))).toContain(`You wrote: “${'x'.repeat(80)}…”`);
    const again = await greetedBot(`${agent.url}${route}`);
    expect(textOf(await again.ask('And now?'))).toContain('has **5 messages**');
    const other = await greetedBot(`${agent.url}v1/agent_ws/6/`);
    expect(textOf(await other.ask('And here?'))).toContain('has **1 message**');
  });

  test('its memory is bounded', async () => {
    const { agent } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    for (let turn = 0; turn < 25; turn += 1) await bot.ask('table');
    expect(textOf(await bot.ask('How much?'))).toContain('has **40 messages**');
  });

  test('help lists every word that it knows', async () => {
    const { agent } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    const words = [...textOf(await bot.ask('HELP')).matchAll(/^- `(\w+)/gm)].map(([, word]) => word);
    expect(words).toEqual([
      'help',
      'slow',
      'tool',
      'later',
      'file',
      'media',
      'files',
      'please',
      'send',
      'write',
      'confirm',
      'recall',
      'table',
      'long',
      'fail',
      'crash',
      'silent',
    ]);
  });

  test('tells about the files that came', async () => {
    const { agent, workspace } = await agentForTest();
    await writeFile(join(workspace, 'a b.txt'), '12345');
    const bot = await greetedBot(`${agent.url}${route}`);
    const answer = textOf(await bot.ask('Look', { attachments: ['a b.txt', 'none.txt', '../../etc/passwd'] }));
    expect(answer.split('\n').filter((line) => line.includes('With it'))).toEqual([
      '- With it came the file “a b.txt” (5 bytes).',
      '- With it came the file “none.txt”, which I cannot find.',
      '- With it came the file “../../etc/passwd”, which I cannot find.',
    ]);
  });

  test('slow counts a word at a time', async () => {
    const { agent } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    const frames = await bot.ask('slow 0.75');
    expect(frames.slice(0, -1).map(({ text }) => text)).toEqual(['I count to 3: ', '1 ', '2 ', '3.']);
  });

  test('slow can be stopped', async () => {
    const { agent } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    bot.send({ type: 'USER_MESSAGE', text: 'Slow' });
    expect(await bot.next()).toEqual({ type: CHUNK, text: 'I count to 120: ' });
    bot.send({ type: 'STOP' });
    expect((await bot.until(END)).at(-1)?.type).toBe(END);
    expect(typesOf(await bot.ask('slow down please')).at(-1)).toBe(END);
  });

  test('tool reports a call, its progress and its result', async () => {
    const { agent } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    const frames = await bot.ask('tool');
    expect(frames.slice(0, 3)).toEqual([
      { type: 'AGENT_EVENT_TOOL_CALL_CHUNK', name: 'calculator', arguments: '{"expression":"6*7"}' },
      { type: 'AGENT_EVENT_CUSTOM_UPDATE', data: { kind: 'progress', text: 'Calculating', step: 1, steps: 2 } },
      { type: 'AGENT_EVENT_TOOL_RESULT', name: 'calculator', result: '42' },
    ]);
    expect(textOf(frames)).toBe('The calculator says that 6 × 7 is **42**.');
    expect((await bot.ask('tool 0.01')).slice(0, 3)).toEqual(frames.slice(0, 3));
  });

  test('file writes into the workspace and sends it', async () => {
    const { agent, workspace } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    const frames = await bot.ask('file');
    const path = String(frames[0]?.path);
    expect(frames[0]).toEqual({ type: 'AGENT_EVENT_SEND_FILE', path });
    expect(await readFile(join(workspace, path), 'utf8')).toBe('This file was written by the reference agent.\n');
    expect(textOf(frames)).toBe(`I wrote \`${path}\` for you.`);
  });

  test('media sends a picture and a sound, which can be told by their beginnings', async () => {
    const { agent, workspace } = await agentForTest();
    await writeFile(join(workspace, 'a_b.txt'), '12345');
    const bot = await greetedBot(`${agent.url}${route}`);
    const frames = await bot.ask('media', { attachments: ['inbox/a_b.txt'] });
    const paths = frames.filter(({ type }) => type === 'AGENT_EVENT_SEND_FILE').map(({ path }) => String(path));
    const begins = await Promise.all(
      paths.map(async (path) => (await readFile(join(workspace, path))).toString('latin1', 0, 16)),
    );
    expect(begins).toEqual(['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', expect.stringMatching(/^RIFF[^]{4}WAVEfmt $/)]);
    expect(textOf(frames)).toBe('I got your files:\n\n- a\\_b.txt\n\nI drew a picture and recorded a sound for you.');
    expect(textOf(await bot.ask('media'))).toBe('I drew a picture and recorded a sound for you.');
  });

  test.each([
    [true, 'You said **yes**: I delete all logs.'],
    [false, 'You said **no**: I leave everything as it is.'],
  ])('confirm asks, and goes on after the answer %s', async (approved, end) => {
    const { agent } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    bot.send({ type: 'USER_MESSAGE', text: 'confirm delete all logs' });
    const question = (await bot.until('AGENT_EVENT_CUSTOM_UPDATE')).at(-1)?.data as { id: string; expires_at: number };
    expect(question).toEqual({
      kind: 'confirmation',
      id: question.id,
      text: 'May I delete all logs?',
      expires_at: question.expires_at,
    });
    expect(question.expires_at).toBeGreaterThan(Date.now());
    bot.send({ type: 'USER_CONFIRMATION', id: 'another', approved: !approved });
    bot.send({ type: 'USER_CONFIRMATION', id: question.id, approved });
    expect(textOf(await bot.until(END))).toBe(end);
  });

  test('files lists what came', async () => {
    const { agent, workspace } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    await mkdir(join(workspace, 'inbox'));
    await writeFile(join(workspace, 'inbox', 'a_b.txt'), '12345');
    await symlink('/etc', join(workspace, 'link'));
    await symlink('/etc/hostname', join(workspace, 'host.txt'));
    const attachments = ['inbox/a_b.txt', 'none.txt', 'link/hostname', 'host.txt', '../x', '/etc/hostname', 'inbox'];
    expect(textOf(await bot.ask('files', { attachments }))).toBe(
      [
        'With your message came:',
        '',
        '- inbox/a\\_b.txt (5 bytes)',
        ...['none.txt', 'link/hostname', 'host.txt', '../x', '/etc/hostname', 'inbox'].map(
          (name) => `- ${name} (I cannot find it)`,
        ),
        '',
      ].join('\n'),
    );
    expect(textOf(await bot.ask('Files'))).toBe('No files came with your message.\n');
  });

  test('please copies the file that came, and sends the copy: what is not there is an ERROR', async () => {
    const { agent, workspace } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    await writeFile(join(workspace, 'a b.txt'), '12345');
    const wish = 'Please copy the attached file a_b.txt to b.txt and send me the copy, unchanged.';
    const frames = await bot.ask(wish, { attachments: ['a b.txt'] });
    expect(frames[0]).toEqual({ type: 'AGENT_EVENT_SEND_FILE', path: 'b.txt' });
    expect([textOf(frames), await readFile(join(workspace, 'b.txt'), 'utf8')]).toEqual([
      'I copied it to “b.txt” for you.',
      '12345',
    ]);
    expect(await bot.ask(wish, { attachments: ['in/none.txt'] })).toEqual([
      { type: 'ERROR', code: 'FILE_NOT_FOUND', details: 'There is no file in/none.txt in my workspace.' },
    ]);
    expect(textOf(await bot.ask(wish))).toBe('No file came with your message.');
    expect(textOf(await bot.ask('please help'))).toContain('You wrote: “please help”');
  });

  test('send sends whatever it is told to', async () => {
    const { agent } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    const frames = await bot.ask('send ../a file.txt');
    expect([frames[0], textOf(frames)]).toEqual([
      { type: 'AGENT_EVENT_SEND_FILE', path: '../a file.txt' },
      'I sent “../a file.txt”.',
    ]);
    expect(typesOf(await bot.ask('send'))).not.toContain('AGENT_EVENT_SEND_FILE');
  });

  test('write writes a file into the workspace, and nowhere else, and sends it', async () => {
    const { agent, workspace } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    const frames = await bot.ask('write notes/plan.md First\nthen *second*');
    expect([frames[0], textOf(frames)]).toEqual([
      { type: 'AGENT_EVENT_SEND_FILE', path: 'notes/plan.md' },
      'I wrote “notes/plan.md” for you.',
    ]);
    expect(await readFile(join(workspace, 'notes/plan.md'), 'utf8')).toBe('First\nthen *second*');
    expect(textOf(await bot.ask('write a.txt'))).toBe('Write `write <path> <text>`.');
    const { workspace: outside } = await agentForTest();
    await symlink(outside, join(workspace, 'link'));
    for (const path of ['../out.txt', '/out.txt', 'link/out.txt', 'a/../../out.txt']) {
      const [failed] = await bot.ask(`write ${path} x`);
      expect(failed).toEqual(expect.objectContaining({ type: 'ERROR', code: 'FILE_NOT_WRITTEN' }));
    }
    expect((await readdir(workspace, { recursive: true })).sort()).toEqual(['link', 'notes', 'notes/plan.md']);
    expect(await readdir(outside)).toEqual([]);
    expect(await readdir(tmpdir())).not.toContain('out.txt');
  });

  test('long is two hundred kilobytes of Markdown', async () => {
    const { agent } = await agentForTest();
    const bot = await greetedBot(`${agent.url}${route}`);
    const answer = textOf(await bot.ask('long'));
    expect(answer.length).toBeGreaterThan(200_000);
    expect(answer.length).toBeLessThan(210_000);
    expect((answer.match(/^```/gm) ?? []).length % 2).toBe(0);
    expect(answer).toMatch(/^\| --- \| ---: \| --- \|$/m);
    expect(answer.endsWith('That was all.\n')).toBe(true);
  });

  test('fail ends with ERROR after a beginning', async () => {
    const { agent } = await agentForTest();
    const frames = await (await greetedBot(`${agent.url}${route}`)).ask('fail');
    expect(textOf(frames)).toBe('I begin to answer, but');
    expect(frames.at(-1)).toEqual({
      type: 'ERROR',
      code: 'DEMO_FAILURE',
      details: 'The reference agent failed because you asked it to.',
    });
  });

  test('crash drops the connection after a beginning', async () => {
    const { agent } = await agentForTest();
    const frames = await (await greetedBot(`${agent.url}${route}`)).ask('crash');
    expect(textOf(frames)).toBe('I begin to answer, and');
    expect(new Set(typesOf(frames))).toEqual(new Set([CHUNK]));
  });
});
