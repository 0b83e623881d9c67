import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEvents } from '../../src/reference-agent/sse.ts';

async function* parts(...bytes: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* bytes;
}
async function collect(...bytes: Uint8Array[]): Promise<string[]> {
  const found: string[] = [];
  for await (const data of readEvents(parts(...bytes))) found.push(data);
  return found;
}

const events = (...texts: string[]) => collect(...texts.map((text) => Buffer.from(text)));

test.each([
  ['data: a\n\ndata: b\n\n', ['a', 'b']],
  ['data:a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
  ['data: a\r\rdata: b\r\r', ['a', 'b']],
  ['data: a\ndata:  b\n\n', ['a\n b']],
  [': hello\n\nevent: x\nid: 7\ndata: a\n\n', ['a']],
  ['data: a', ['a']],
  ['data: a\r', ['a']],
  ['\ufeffdata: a\n\n', ['a']],
  ['data\n\nnothing\n\n', []],
  ['', []],
])('%j holds %j', async (text, data) => {
  expect(await events(text)).toEqual(data);
});

test('where the bytes are cut does not matter', async () => {
  const bytes = Buffer.from('data: grüße 🦊\r\n\r\n: ping\n\ndata: {"a":1}\rdata: b\r\n\ndata: [DONE]\n\n');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length)), async (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const pieces = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
      expect(await collect(...pieces)).toEqual(['grüße 🦊', '{"a":1}\nb', '[DONE]']);
    }),
  );
});

test.each([
  ['one endless line', `data: ${'x'.repeat(1024 * 1024)}`],
  ['endlessly many lines', `data: ${'x'.repeat(1000)}\n`.repeat(1100)],
])('%s is given up', async (_, text) => {
  await expect(events(text)).rejects.toThrow(new Error('a server-sent event is too long'));
});
