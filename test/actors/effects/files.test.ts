/** What a room's effects on files do, in a real workspace; the homeserver is in the hands of the test. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TrayFile } from '../../../machines/files.ts';
import { MxcUri, RoomId } from '../../../machines/ids.ts';
import { createFileEffects, MOST_FILES, type FileWorld } from '../../../src/actors/effects/files.ts';
import type { Effect, Input } from '../../../src/durable/definition.ts';
import type { Outgoing } from '../../../src/ports.ts';
import { createIncomingFiles } from '../../../src/workspace/incoming.ts';
import { createOutgoingFiles } from '../../../src/workspace/outgoing.ts';
import { logBook } from '../../support/log-book.ts';
import { settled, until } from '../../support/until.ts';
import { agent, ann, eventId, freshRecord, ROOM } from '../support.ts';

const url = MxcUri.parse('mxc://test/abc');
const file: TrayFile = {
  ...{ event: eventId('file'), name: 'a.txt', type: 'document', mime: 'text/plain', url, at: 0, there: null },
};

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(path.join(tmpdir(), 'file-effects-'));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

type Open = FileWorld['media']['open'];
type Upload = FileWorld['media']['upload'];

/** What it says, one after the other, the last one for ever; for so many pauses it is not heard at all. */
interface Homeserver {
  opens?: ReturnType<Open>[];
  open?: Open;
  uploads?: ReturnType<Upload>[];
  outage?: number;
}

function house({ opens = [], open, uploads = [], outage = 0 }: Homeserver) {
  const workspaces = new Map([[agent, { folder: workspace, servesSeveral: false }]]);
  const sent: Outgoing[] = [];
  const admitted: Input[] = [];
  const pauses: number[] = [];
  const log = logBook();
  const next = <T>(answers: Promise<T>[]) => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    return answer ?? Promise.reject(new Error('the homeserver is not asked now'));
  };
  const effects = createFileEffects(
    {
      incoming: createIncomingFiles({ workspaces, layout: 'flat', quotaBytes: 0, now: () => 0 }),
      outgoing: createOutgoingFiles({ workspaces }),
      media: {
        open: open ?? (() => next(opens)),
        upload: () => next(uploads),
        timesHeard: () => Math.max(0, pauses.length - outage),
      },
      mostBytes: 100,
      async send(message) {
        sent.push(message);
        return { ok: true, eventId: eventId(sent.length) };
      },
      alarm: {
        set(at, ring) {
          pauses.push(at);
          queueMicrotask(ring);
          return () => undefined;
        },
        close: () => undefined,
      },
      now: () => 0,
      log,
    },
    (_, input) => admitted.push(input),
  );
  return { effects, sent, admitted, pauses, log };
}

/** What the homeserver gives. */
const content = async (text: string, bytes: number | null = text.length): ReturnType<Open> => ({
  ...{ is: 'open', bytes, mime: 'text/plain' },
  content: (async function* () {
    yield await Promise.resolve(Buffer.from(text));
  })(),
});
const notOpen = async (why: 'gone' | 'unreachable'): ReturnType<Open> => ({
  ...{ is: 'not', why, code: 'M_ANY', detail: 'no' },
});

describe('a file of a person', () => {
  const print = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
  const brought = { ok: true, path: 'a.txt', name: 'a.txt', bytes: 5, print };

  test('comes into the workspace', async () => {
    const { effects, log } = house({ opens: [content('hello')] });
    expect(await effects.fetch(ROOM, { agent, person: ann, file })).toEqual(brought);
    expect([readFileSync(path.join(workspace, 'a.txt'), 'utf8'), log.lines]).toEqual(['hello', []]);
  });

  test('comes when others have come, where very many come at once', async () => {
    const opened: (() => void)[] = [];
    const open: Open = () =>
      new Promise((resolve) => opened.push(() => resolve({ is: 'not', why: 'gone', code: 'M_ANY', detail: 'no' })));
    const { effects } = house({ open });
    const all = Array.from({ length: 150 }, (_, n) =>
      effects.fetch(RoomId.parse(`!${n}:test`), { agent, person: ann, file }),
    );
    await settled();
    expect(opened).toHaveLength(100);
    opened[7]?.();
    await until(() => opened.length === 101);
    for (let n = 0; n < 150; n++) (await until(() => opened[n]))();
    expect(new Set((await Promise.all(all)).map(({ ok }) => ok))).toEqual(new Set([false]));
  });

  test('that cannot be had now is asked for again, ever later', async () => {
    const { effects, pauses } = house({ opens: [notOpen('unreachable'), notOpen('unreachable'), content('hello')] });
    expect(await effects.fetch(ROOM, { agent, person: ann, file })).toEqual(brought);
    expect(pauses).toEqual([1_000, 5_000]);
  });

  test('is asked for as long as the homeserver itself is not there, and given up once it is', async () => {
    const { effects, pauses } = house({ opens: [notOpen('unreachable')], outage: 9 });
    expect(await effects.fetch(ROOM, { agent, person: ann, file })).toEqual({
      ...{ ok: false, code: 'unreachable', detail: 'no' },
    });
    expect(pauses).toEqual([1_000, 5_000, 15_000, ...Array.from({ length: 7 }, () => 60_000)]);
    const later = house({
      opens: [...Array.from({ length: 8 }, () => notOpen('unreachable')), content('hello')],
      outage: 9,
    });
    expect(await later.effects.fetch(ROOM, { agent, person: ann, file })).toEqual(brought);
  });

  test.each<[that: string, why: string, opens: () => ReturnType<Open>, detail: string, tries: number]>([
    ['gone', 'gone', () => notOpen('gone'), 'no', 1],
    ['unreachable', 'unreachable', () => notOpen('unreachable'), 'no', 5],
    ['too big', 'too big', () => content('x'.repeat(101)), '101 bytes', 1],
    ['too big, which nobody says,', 'too big', () => content('x'.repeat(101), null), 'more than 100 bytes', 1],
  ])('that is %s is none, and the log names room, event and reason', async (_, why, opens, detail, tries) => {
    const { effects, pauses, log } = house({ opens: [opens()] });
    expect(await effects.fetch(ROOM, { agent, person: ann, file })).toEqual({ ok: false, code: why, detail });
    expect(log.lines).toEqual([
      {
        ...{ level: 'warn', message: 'file of a person is not taken' },
        fields: { room: ROOM, agent, event: file.event, why, detail },
      },
    ]);
    expect(pauses).toHaveLength(tries - 1);
  });
});

describe('files of an agent', () => {
  const record = freshRecord();
  const effect = (cursor = 0): Effect => ({
    ...{ id: '7', type: 'send the files', class: 'repeatable', params: {}, since: 1, device: 'DEVICE', cursor },
  });
  const wanted = (...paths: string[]) => ({ agent, person: ann, paths, answers: eventId('text') });
  const message = (name: string, transaction: string) => ({
    ...{ room: ROOM, transaction, since: 1, device: 'DEVICE', msgtype: 'm.text', content: { body: name } },
    ...{ file: { type: 'document', url, name, mime: 'text/plain', bytes: 1 } },
    ...{ replaces: null, answers: eventId('text'), relation: undefined },
  });
  const there = async (): ReturnType<Upload> => ({ is: 'there', url });

  beforeEach(() => {
    mkdirSync(path.join(workspace, 'out'));
    for (const name of ['a.txt', 'b.txt']) writeFileSync(path.join(workspace, 'out', name), '1');
  });

  test('go in their order; one that cannot be sent is named, logged, and holds no other up', async () => {
    const { effects, sent, admitted, log } = house({ uploads: [there()] });
    const params = wanted('out/a.txt', 'out/none.txt', '/etc/passwd', '/workspace/out/b.txt');
    expect(await effects.send(ROOM, params, effect(), record)).toEqual({
      ok: true,
      failed: [
        { path: 'out/none.txt', why: 'missing' },
        { path: '/etc/passwd', why: 'outside' },
      ],
    });
    expect(sent).toEqual([message('a.txt', 'origin.7.0'), message('b.txt', 'origin.7.3')]);
    expect(admitted).toEqual([{ kind: 'partly settled', effect: '7', cursor: 1 }]);
    expect(log.lines.map(({ message: line, fields }) => [line, fields])).toEqual([
      [
        'file of an agent is not sent',
        {
          room: ROOM,
          agent,
          path: 'out/none.txt',
          why: 'missing',
          detail: expect.stringContaining('ENOENT') as string,
        },
      ],
      ['file of an agent is not sent', { room: ROOM, agent, path: '/etc/passwd', why: 'outside', detail: 'outside' }],
    ]);
  });

  test('that could not be sent are named after a kill too; what was sent is sent under the same transaction', async () => {
    const params = wanted('out/none.txt', 'out/a.txt');
    const failed = [{ path: 'out/none.txt', why: 'missing' as const }];
    const [first, second] = [house({ uploads: [there()] }), house({ uploads: [there()] })];
    expect(await first.effects.send(ROOM, params, effect(), record)).toEqual({ ok: true, failed });
    expect([first.sent, first.admitted]).toEqual([[message('a.txt', 'origin.7.1')], []]);
    expect(await second.effects.send(ROOM, params, effect(), record)).toEqual({ ok: true, failed });
    expect(second.sent).toEqual(first.sent);
  });

  test('go on behind those that are sent already', async () => {
    const { effects, sent } = house({ uploads: [there()] });
    expect(await effects.send(ROOM, wanted('out/a.txt', 'out/b.txt'), effect(1), record)).toEqual({
      ...{ ok: true, failed: [] },
    });
    expect(sent).toEqual([message('b.txt', 'origin.7.1')]);
  });

  test('beyond so many are named, and not sent', async () => {
    const names = Array.from({ length: MOST_FILES + 1 }, (_, n) => `out/${n}.txt`);
    for (const name of names) writeFileSync(path.join(workspace, name), 'x');
    const { effects, sent } = house({ uploads: [there()] });
    expect(await effects.send(ROOM, wanted(...names), effect(), record)).toEqual({
      ok: true,
      failed: [{ path: `out/${MOST_FILES}.txt`, why: 'too many' }],
    });
    expect(sent.map(({ content }) => content.body)).toEqual(names.slice(0, -1).map((name) => path.basename(name)));
  });

  test('that the homeserver does not take are named and logged, and the rest is sent', async () => {
    const tooBig = async (): ReturnType<Upload> => ({ is: 'not', why: 'too big', limit: 0 });
    const { effects, sent, log } = house({ uploads: [tooBig(), there()] });
    expect(await effects.send(ROOM, wanted('out/a.txt', 'out/b.txt'), effect(), record)).toEqual({
      ok: true,
      failed: [{ path: 'out/a.txt', why: 'too big' }],
    });
    expect(sent).toEqual([message('b.txt', 'origin.7.1')]);
    expect(log.lines).toEqual([
      {
        ...{ level: 'warn', message: 'file of an agent is not taken by the homeserver' },
        fields: { room: ROOM, agent, path: 'out/a.txt', is: 'not', why: 'too big', limit: 0 },
      },
    ]);
  });
});
