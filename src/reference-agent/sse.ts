/** Longest event that is put together, in characters. */
const EVENT_LIMIT = 1024 * 1024;
const TOO_LONG = 'a server-sent event is too long';

/**
 * The `data` of each server-sent event in a stream of bytes. Takes any line ending, ignores comments and other fields,
 * and gives an event that the stream ends in the middle of too. Throws when one event is longer than a megabyte.
 */
export async function* readEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let data: string[] = [];
  let length = 0;
  for await (const line of readLines(bytes)) {
    if (line === '') {
      if (data.length > 0) yield data.join('\n');
      data = [];
      length = 0;
    } else if (line.startsWith('data:')) {
      data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
      length += line.length;
      if (length > EVENT_LIMIT) throw new Error(TOO_LONG);
    }
  }
  if (data.length > 0) yield data.join('\n');
}

async function* readLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of bytes) {
    rest += decoder.decode(part, { stream: true });
    // A CR at the very end may be half of a CRLF: it waits for the next bytes.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length > EVENT_LIMIT) throw new Error(TOO_LONG);
    yield* lines;
  }
  rest += decoder.decode();
  yield* rest.split(/\r\n|\n|\r/);
}
