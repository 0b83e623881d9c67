/** 500 MB in and out through the whole service, in a process of its own whose memory is looked at. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, test } from 'vitest';
import type { Message } from '../support/room-view.ts';
import type { Person } from '../support/people.ts';
import { sendFile, sendFileAt } from '../support/sent-files.ts';
import { answering, asked, createFileHouse, hears, roomWith, says, waits } from './file-house.ts';
import { sharedSynapse } from '../support/synapse/shared.ts';
import { createWorld } from './world.ts';

const SIZE = 500_000_000;
const MOST = 100_000_000;
const WARM = 20_000_000;
const LONG = { timeout: 120_000 };

describe('a file of 500 MB on Synapse', () => {
  const world = createWorld(sharedSynapse);
  const { annAlone } = createFileHouse(world);

  test('goes to the agent and comes back with less than 100 MB of memory', { timeout: 240_000 }, async () => {
    const files = { maxBytes: 2 * SIZE, quotaBytes: 0 };
    const { ann, agent, workspace, options, stateDir } = await annAlone(answering('large.bin'), { files });
    const bot = await world.killableBot(options);
    const process = bot.start();
    await process.running;
    const room = await roomWith(ann, bot.userId);
    // What is loaded late is no part of it, and what a thread of its own, as large files have, leaves behind.
    const warm = Buffer.alloc(WARM, 1);
    await writeFile(path.join(workspace, 'large.bin'), warm);
    await sendFile(ann, room, { name: 'warm.bin', content: warm });
    await says(ann, room, waits(['warm.bin', WARM]));
    await hears(ann, room, 'warm', 'Answer to warm');
    await ann.message(room, (m) => m.msgtype === 'm.file' && m.sender === bot.userId);

    const own = path.join(stateDir, 'own.bin');
    await pipeline(pieces(SIZE), createWriteStream(own));
    const idle = await memoryOf(process.pid, 'VmRSS');
    await writeFile(`/proc/${process.pid}/clear_refs`, '5');
    const url = await uploadedFrom(ann, own);
    await sendFileAt(ann, room, url, { name: 'huge.bin', content: new Uint8Array(0) });
    await ann.message(room, (m) => m.body === waits(['huge.bin', SIZE]), LONG);
    expect(await hashOf(createReadStream(path.join(workspace, 'huge.bin')))).toBe(await hashOf(createReadStream(own)));

    await writeFile(path.join(workspace, 'large.bin'), '');
    await pipeline(createReadStream(own), createWriteStream(path.join(workspace, 'large.bin')));
    await ann.say(room, 'send it');
    const isBack = (m: Message) => m.msgtype === 'm.file' && m.sender === bot.userId && sizeIn(m) === SIZE;
    const back = await ann.message(room, isBack, LONG);
    expect(asked(agent.messages).at(-1)).toEqual(['send it', ['huge.bin']]);
    expect(await hashOf(await bodyOf(ann, back))).toBe(await hashOf(createReadStream(own)));
    const peak = (await memoryOf(process.pid, 'VmHWM')) - idle;
    console.log(`500 MB in and out: ${Math.round(peak / 1e6)} MB above idle`);
    expect(peak).toBeLessThan(MOST);
  });
});

const sizeIn = ({ raw }: Message) => (raw.content?.info as { size?: number } | undefined)?.size;

function* pieces(count: number): Generator<Buffer> {
  for (let left = count, piece = 0; left > 0; left -= 65_536, piece += 1) {
    yield Buffer.alloc(Math.min(left, 65_536), String(piece));
  }
}

async function hashOf(content: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of content) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** In bytes, as the kernel counts it; `VmHWM`: the most since it was set back. */
async function memoryOf(pid: number, what: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return 1024 * Number(new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
}

async function uploadedFrom(person: Person, file: string): Promise<string> {
  const { size } = await stat(file);
  const response = await fetch(`${person.client.getHomeserverUrl()}/_matrix/media/v3/upload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${person.client.getAccessToken()}`, 'content-length': String(size) },
    body: createReadStream(file) as never,
    duplex: 'half',
  } as RequestInit);
  return ((await response.json()) as { content_uri: string }).content_uri;
}

async function bodyOf(person: Person, { raw }: Message): Promise<Readable> {
  const { url } = raw.content as { url: string };
  const place = `${person.client.getHomeserverUrl()}/_matrix/client/v1/media/download/${url.slice('mxc://'.length)}`;
  const { body } = await fetch(place, { headers: { authorization: `Bearer ${person.client.getAccessToken()}` } });
  return Readable.fromWeb(body as never);
}
