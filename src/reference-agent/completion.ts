/** Reads a chat completion as OpenAI-compatible servers give it: as a stream of events, or whole. */
import { z } from 'zod';
import { ProviderError, reasonOf, textOf } from './refusals.ts';
import { readEvents } from './sse.ts';

const words = z.object({ content: z.string().nullish() }).nullish();
const Chunk = z.object({
  choices: z.array(z.object({ delta: words, message: words, finish_reason: z.string().nullish() })).nullish(),
  usage: z.object({ total_tokens: z.number().nonnegative() }).nullish().catch(null),
  error: z.unknown().optional(),
});

export interface Listening {
  apiKey: string | null;
  say(text: string): void;
  /** Something came, whatever it is. */
  alive(): void;
}

/** A whole answer that is longer is none. */
const MOST_WHOLE = 8 * 1024 * 1024;
/** Bytes of a stream, whatever is in it: of more words no agent could make an answer. */
const MOST_STREAMED = 64 * 1024 * 1024;
/** Characters of an answer: all of it stays in memory until the turn is over. */
const MOST_SAID = 4 * 1024 * 1024;

/**
 * Says what comes, piece by piece; gives the tokens where the provider counted them, else null. Throws a `ProviderError`
 * where the answer is none, or not whole, and whatever the connection throws.
 */
export async function relay(response: Response, listening: Listening): Promise<number | null> {
  let tokens: number | null = null;
  let finished: string | null = null;
  let characters = 0;
  for await (const data of dataOf(response, listening)) {
    if (data === '[DONE]') break;
    const chunk = parseChunk(data);
    if (chunk.error !== undefined && chunk.error !== null) {
      const { words, code } = reasonOf({ error: chunk.error }, listening.apiKey);
      throw new ProviderError('MODEL_BROKE_OFF', `The model provider broke off: ${words}`, { code });
    }
    const choice = chunk.choices?.[0];
    const said = choice?.delta?.content ?? choice?.message?.content;
    if (said) {
      characters += said.length;
      if (characters > MOST_SAID) throw tooLong();
      listening.say(said);
    }
    finished = choice?.finish_reason || finished;
    tokens = chunk.usage?.total_tokens ?? tokens;
  }
  if (finished === null) throw new ProviderError('MODEL_BROKE_OFF', 'The model provider broke off its answer.');
  if (finished === 'length') {
    throw new ProviderError('MODEL_ANSWER_CUT', 'The model reached the length that it may write.', { code: finished });
  }
  if (finished === 'content_filter') {
    throw new ProviderError('MODEL_FILTERED', 'The model provider filtered the answer.', { code: finished });
  }
  return tokens;
}

/** The texts of its events; a server that streams nothing says all of it in one. */
async function* dataOf(response: Response, { alive }: Listening): AsyncGenerator<string> {
  const type = response.headers.get('content-type') ?? '';
  if (/text\/html/i.test(type)) throw notACompletion(response.status);
  if (/json/i.test(type) && !/json(?:l|-seq)/i.test(type)) {
    const whole = await textOf(response, MOST_WHOLE);
    if (whole === null) throw notACompletion(response.status);
    yield whole;
    return;
  }
  yield* readEvents(heard(response.body ?? [], alive));
}

async function* heard(bytes: AsyncIterable<Uint8Array> | never[], alive: () => void): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const part of bytes) {
    read += part.length;
    if (read > MOST_STREAMED) throw tooLong();
    alive();
    yield part;
  }
}

function tooLong(): ProviderError {
  return new ProviderError('MODEL_BROKE_OFF', 'The model provider sent more than an answer may have.');
}

function parseChunk(data: string): z.infer<typeof Chunk> {
  try {
    return Chunk.parse(JSON.parse(data));
  } catch {
    throw notACompletion(200);
  }
}

function notACompletion(status: number): ProviderError {
  return new ProviderError(
    'MODEL_FAILED',
    'The model provider sent something that is not a chat completion: is base_url right?',
    { status },
  );
}
