/** The thread of `pouring.ts`: one download into one open file. Nothing big is imported: a thread begins with each large file. */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import { parentPort, workerData } from 'node:worker_threads';
import type { Poured } from '../ports/media.ts';
import type { Pouring } from './pouring.ts';

const SLAB_BYTES = 256 * 1024;
/** It says that it goes on, this often at most, ms. */
const EVERY_MS = 500;

const { url, headers, fd, bytes, silenceMs, authorities } = workerData as Pouring & { authorities: string[] };
/** A thread begins with the usual authorities alone. */
const trust = authorities.length === 0 ? {} : { ca: [...tls.getCACertificates('default'), ...authorities] };
let seen = 0;

parentPort?.postMessage(await poured());

async function poured(): Promise<Poured> {
  // One of its own: whatever becomes of the other one, nobody else's file gets its number.
  const own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY);
  try {
    const response = await answer();
    if (response.statusCode !== 200) return { is: 'broken off', detail: `HTTP ${response.statusCode}` };
    return await writing(response, own);
  } catch (error) {
    return { is: 'broken off', detail: String(error) };
  } finally {
    closeSync(own);
  }
}

function answer(): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { headers, agent: false, timeout: silenceMs } as const;
    const request = url.startsWith('https:') ? https.get(url, { ...options, ...trust }) : http.get(url, options);
    let silent: http.ClientRequest | http.IncomingMessage = request;
    request.on('response', (response) => resolve((silent = response))).on('error', reject);
    // A disk that took its time keeps what came from being seen.
    request.on('timeout', () => {
      const before = seen;
      const isSilent = () => seen === before && silent.destroy(new Error(`nothing came for ${silenceMs} ms`));
      setImmediate(isSilent);
    });
  });
}

function writing(response: http.IncomingMessage, file: number): Promise<Poured> {
  const slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  let [used, saidAt] = [0, 0];

  function keep(chunk: Buffer): void {
    seen += chunk.length;
    // Asked for twice it may be another one by now.
    if (seen > bytes) throw new Error(`it has more than ${bytes} bytes`);
    for (let at = 0; at < chunk.length;) {
      const end = Math.min(chunk.length, at + SLAB_BYTES - used);
      used += chunk.copy(slab, used, at, end);
      at = end;
      if (used === SLAB_BYTES) empty();
    }
    if (performance.now() - saidAt < EVERY_MS) return;
    saidAt = performance.now();
    parentPort?.postMessage('goes on');
  }

  function empty(): void {
    for (let at = 0; at < used;) at += writeSync(file, slab, at, used - at);
    used = 0;
  }

  return new Promise((resolve, reject) => {
    const orFail = (act: () => void) => {
      try {
        act();
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        resolve(
          code === undefined ? { is: 'broken off', detail: message } : { is: 'not written', code, detail: message },
        );
        response.destroy();
      }
    };
    response.on('data', (chunk: Buffer) => orFail(() => keep(chunk)));
    response.on('end', () =>
      orFail(() => {
        empty();
        if (seen < bytes) throw new Error(`it has ${seen} bytes, not ${bytes}`);
        resolve({ is: 'there' });
      }),
    );
    response.on('error', reject);
    response.on('close', () => reject(new Error('it ended before its end')));
  });
}
