/** Reads server-sent events, as a provider of language models sends them. */
import { createParser } from 'eventsource-parser';

/** Longest event that is put together, in characters. */
const EVENT_LIMIT = 1024 * 1024;

/**
 * The `data` of each server-sent event in a stream of bytes. An event without any is none; one that the stream ends in the
 * middle of is given too. Throws when what waits for its end is longer than a megabyte.
 */
export async function* readEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const found: string[] = [];
  const parser = createParser({
    maxBufferSize: EVENT_LIMIT,
    onEvent({ data }) {
      if (data !== '') found.push(data);
    },
    onError({ type }) {
      if (type === 'max-buffer-size-exceeded') throw new Error('a server-sent event is too long');
    },
  });
  const decoder = new TextDecoder();
  for await (const part of bytes) {
    parser.feed(decoder.decode(part, { stream: true }));
    yield* found.splice(0);
  }
  parser.feed(`${decoder.decode()}\n\n`);
  yield* found.splice(0);
}
