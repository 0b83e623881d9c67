/** Answers from any endpoint that speaks OpenAI's chat completions. */
import { after } from '../basics/after.ts';
import { z } from 'zod';
import { readAttachments, type Attachment } from './attachments.ts';
import { AgentError } from './frames.ts';
import type { Turn, Work } from './run.ts';
import { readEvents } from './sse.ts';

export interface Provider {
  /** The base, such as `https://host/v1`; `/chat/completions` is added. */
  url: string;
  /** Left out for endpoints that want none. */
  apiKey?: string;
  model: string;
  /** Milliseconds without a byte after which the provider is given up; 100 seconds when left out. */
  silence?: number;
  /** Whether the model sees pictures (`image_url` parts). */
  images?: boolean;
}

const SYSTEM = 'You are a helpful assistant in a Matrix chat room. Answer in Markdown.';

const Chunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish() }).nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z.object({ total_tokens: z.number().nonnegative() }).nullish().catch(null),
  error: z.unknown().optional(),
});
const Refusal = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });

/** The work of an agent with a language model behind it, which reads the files of the folder `workspace` that come with a message. */
export function createProviderWork(provider: Provider, workspace: string): Work {
  const { silence = 100_000 } = provider;
  return async (turn) => {
    const hush = new AbortController();
    let hushed = after(silence, () => hush.abort());
    const wait = () => {
      hushed();
      hushed = after(silence, () => hush.abort());
    };
    try {
      const signal = AbortSignal.any([turn.signal, hush.signal]);
      const response = await request(provider, turn, await lastMessage(turn, workspace, provider), signal);
      return await relay(provider, response, turn, wait);
    } catch (error) {
      if (hush.signal.aborted && !turn.signal.aborted) throw problem('The model provider fell silent.');
      throw error;
    } finally {
      hushed();
    }
  };
}

async function request(provider: Provider, turn: Turn, last: LastMessage, signal: AbortSignal): Promise<Response> {
  const messages = [{ role: 'system', content: SYSTEM }, ...turn.history.slice(0, -1), last];
  const response = await fetch(`${provider.url.replace(/\/+$/, '')}/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(provider.apiKey !== undefined && { authorization: `Bearer ${provider.apiKey}` }),
    },
    body: JSON.stringify({ model: provider.model, messages, stream: true, stream_options: { include_usage: true } }),
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw problem('The model provider could not be reached.');
  });
  if (!response.ok) throw problem(await refusalSentence(provider, response));
  return response;
}

/** Says what comes, piece by piece; gives the tokens where the provider counted them. */
async function relay(provider: Provider, response: Response, turn: Turn, alive: () => void): Promise<number | null> {
  let tokens: number | null = null;
  let complete = false;
  try {
    for await (const data of readEvents(heard(response.body ?? [], alive))) {
      if (data === '[DONE]') return tokens;
      const chunk = parseChunk(data);
      if (chunk.error !== undefined && chunk.error !== null) {
        throw problem(`The model provider broke off: ${reasonOf(provider, { error: chunk.error })}`);
      }
      const choice = chunk.choices?.[0];
      if (choice?.delta?.content) turn.say(choice.delta.content);
      if (choice?.finish_reason) complete = true;
      tokens = chunk.usage?.total_tokens ?? tokens;
    }
  } catch (error) {
    if (error instanceof AgentError || turn.signal.aborted) throw error;
    throw problem('The model provider broke off its answer.');
  }
  if (!complete) throw problem('The model provider broke off its answer.');
  return tokens;
}

async function* heard(bytes: AsyncIterable<Uint8Array> | never[], alive: () => void): AsyncGenerator<Uint8Array> {
  for await (const part of bytes) {
    alive();
    yield part;
  }
}

function parseChunk(data: string): z.infer<typeof Chunk> {
  try {
    return Chunk.parse(JSON.parse(data));
  } catch {
    throw problem('The model provider sent something that is not a chat completion.');
  }
}

interface LastMessage {
  role: 'user';
  /** Parts only where there are pictures: not every model takes them. */
  content: string | ({ type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } })[];
}

async function lastMessage(turn: Turn, workspace: string, { images = false }: Provider): Promise<LastMessage> {
  const files = await readAttachments(workspace, turn.attachments, images);
  const text = [turn.text, ...files.map(inWords)].filter((part) => part !== '').join('\n');
  const pictures = files.flatMap((file) => (file.is === 'picture' ? [file.url] : []));
  if (pictures.length === 0) return { role: 'user', content: text };
  const shown = pictures.map((url) => ({ type: 'image_url' as const, image_url: { url } }));
  return { role: 'user', content: [{ type: 'text', text }, ...shown] };
}

function inWords(file: Attachment): string {
  switch (file.is) {
    case 'text':
      return `[attached file: ${file.path}]\n${file.text}\n[end of ${file.path}]`;
    case 'picture':
      return `[attached picture: ${file.path}]`;
    case 'file':
      return `[attached file in the workspace: ${file.path}]`;
  }
}

async function refusalSentence(provider: Provider, response: Response): Promise<string> {
  const { status } = response;
  if (status === 401 || status === 403) return `The model provider refused the API key (${status}).`;
  if (status === 429) return 'The model provider takes no more requests at the moment (429).';
  if (status >= 500) return `The model provider is in trouble itself (${status}).`;
  const body: unknown = await response.json().catch(() => null);
  return `The model provider refused the request (${status}): ${reasonOf(provider, body)}`;
}

/** The provider's own words, short and without the key, in case it repeats that. */
function reasonOf({ apiKey }: Provider, body: unknown): string {
  const refusal = Refusal.safeParse(body);
  if (!refusal.success) return 'it gives no reason.';
  const { error } = refusal.data;
  const words = typeof error === 'string' ? error : error.message;
  return (apiKey === undefined || apiKey === '' ? words : words.replaceAll(apiKey, '[key]')).slice(0, 300);
}

function problem(sentence: string): AgentError {
  return new AgentError('PROVIDER_ERROR', sentence);
}
