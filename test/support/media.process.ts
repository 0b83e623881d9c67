/** Forked to measure: brings so many bytes to the homeserver and fetches them again, by a disk as the service does, and says what that took. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { UserId } from '../../machines/ids.ts';
import { createClient } from '../../src/matrix/client.ts';
import { createMedia } from '../../src/matrix/media.ts';
import type { Log, MediaSink } from '../../src/ports.ts';

/** What the process says at the end; times in ms, memory in bytes above what it took when it had nothing to do. */
export interface Measured {
  isSame: boolean;
  upMs: number;
  downMs: number;
  peak: number;
}

const [homeserver = '', accessToken = '', userId = '', folder = '', size = ''] = process.argv.slice(2);
const bytes = Number(size);
const silent = () => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: silent };
const api = createClient({ homeserver, accessToken, me: UserId.parse(userId), log });
const media = createMedia({ api, homeserver, accessToken, log, now: Date.now, chance: Math.random });
const { signal } = new AbortController();

function* pieces(count: number): Generator<Buffer> {
  for (let left = count, piece = 0; left > 0; left -= 65_536, piece += 1) {
    yield Buffer.alloc(Math.min(left, 65_536), String(piece));
  }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function upload(file: string, count: number): Promise<Parameters<typeof media.open>[0]> {
  const result: Awaited<ReturnType<MediaSink['upload']>> = await media.upload(
    { name: 'a.bin', mime: null, bytes: count, read: () => createReadStream(file) },
    signal,
  );
  if (result.is === 'not') throw new Error(JSON.stringify(result));
  return result.url;
}

async function roundTrip(count: number): Promise<Omit<Measured, 'peak'>> {
  const [own, theirs] = [`${folder}/own`, `${folder}/theirs`];
  await pipeline(pieces(count), createWriteStream(own));
  const began = performance.now();
  const url = await upload(own, count);
  const there = performance.now();
  const found = await media.open(url, signal);
  if (found.is === 'not') throw new Error(JSON.stringify(found));
  await pipeline(found.content, createWriteStream(theirs));
  const ended = performance.now();
  const isSame = (await hashOf(own)) === (await hashOf(theirs));
  await rm(own);
  await rm(theirs);
  return { isSame, upMs: there - began, downMs: ended - there };
}

// What is loaded late, and what the compiler takes, is no part of it.
await roundTrip(1_000_000);
const idle = process.memoryUsage.rss();
let peak = idle;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
const result = await roundTrip(bytes);
clearInterval(watch);
process.send?.({ ...result, peak: Math.max(peak, process.resourceUsage().maxRSS * 1024) - idle } satisfies Measured);
