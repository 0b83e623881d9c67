/** Answers from any endpoint that speaks OpenAI's chat completions. */
import { after } from '../basics/after.ts';
import type { Log } from '../ports.ts';
import { addressOf } from './address.ts';
import { relay } from './completion.ts';
import { composePrompt, type Prompt } from './prompt.ts';
import { isAboutPictures, ProviderError, refusalOf, retryAfterOf, unreachable } from './refusals.ts';
import type { Turn, Work } from './run.ts';

export interface Provider {
  /** The base, such as `https://host/v1`; `/chat/completions` is added. A query goes with each request. */
  url: string;
  /** Left out for endpoints that want none. */
  apiKey?: string;
  /** Reads the key where there is no `apiKey`: when it is needed first, and again when it is refused. */
  readKey?: () => Promise<string>;
  model: string;
  /** What the model reads before each conversation; a sentence of the agent's own when left out. */
  system?: string;
  /** About how many tokens the model is sent of a conversation; not counted when left out. */
  contextTokens?: number;
  /** Milliseconds without a byte after which the provider is given up; 100 seconds when left out. */
  silence?: number;
  /** Whether the model sees pictures (`image_url` parts). */
  images?: boolean;
}

const SYSTEM = 'You are a helpful assistant in a Matrix chat room. Answer in Markdown.';

/** Longest wait that a provider is granted within a turn, and what it gets where it does not say. */
const LONGEST_WAIT_MS = 30_000;
const USUAL_WAIT_MS = 2_000;
const WAITS_MOST = 2;
/** So often a model that thinks in silence is told to be at work: longer silence would end the turn. */
const BEAT_MS = 10_000;

interface Setting {
  provider: Provider;
  workspace: string;
  key: Key;
  /** Until the provider says that the model takes none. */
  sight: { pictures: boolean };
  log: Log;
}

/** The work of an agent with a language model behind it, which reads the files of the folder `workspace` that come with a message. */
export function createProviderWork(provider: Provider, workspace: string, log: Log): Work {
  const { silence = 100_000, images = false, model } = provider;
  const setting: Setting = { provider, workspace, key: keyOf(provider), sight: { pictures: images }, log };
  return async (turn) => {
    const watch = watchSilence(turn, silence);
    try {
      return await converse(setting, turn, watch);
    } catch (error) {
      const failure = turn.signal.aborted ? null : failureOf(error, watch);
      if (failure === null) throw error;
      log.warn({ model, code: failure.code, ...reasonIn(failure) }, 'the model gave no whole answer');
      throw failure;
    } finally {
      watch.end();
    }
  };
}

function failureOf(error: unknown, { hushed, hasSpoken }: Watch): ProviderError | null {
  if (hushed()) {
    return new ProviderError(hasSpoken() ? 'MODEL_BROKE_OFF' : 'MODEL_UNREACHABLE', 'The model provider fell silent.');
  }
  if (error instanceof ProviderError) return error;
  return hasSpoken() ? new ProviderError('MODEL_BROKE_OFF', 'The model provider broke off its answer.') : null;
}

function reasonIn({ reason: { status, code } }: ProviderError): object {
  return { ...(status !== null && { status }), ...(code !== null && { reason: code }) };
}

/** Each of them is tried once. */
interface Tried {
  /** About how many tokens the model is sent. */
  tokens: number;
  isShortened: boolean;
  isRekeyed: boolean;
  waits: number;
  pictures: boolean;
}

async function converse(setting: Setting, turn: Turn, watch: Watch): Promise<number | null> {
  const { provider, workspace, key, sight } = setting;
  const { system = SYSTEM, contextTokens = Infinity } = provider;
  const tried: Tried = {
    ...{ tokens: contextTokens, isShortened: false, isRekeyed: false, waits: 0, pictures: sight.pictures },
  };
  for (;;) {
    const prompt = await composePrompt(turn, { workspace, system, tokens: tried.tokens, images: tried.pictures });
    const apiKey = await key.get();
    const response = await request(provider, prompt, { apiKey, signal: watch.signal });
    watch.alive();
    if (response.ok) {
      turn.remember(prompt.asked);
      watch.speaks();
      return relay(response, { apiKey, say: watch.say, alive: watch.alive });
    }
    const refusal = await refusalOf(response, apiKey);
    if (!(await isMended(setting, turn, { response, refusal, prompt, tried }))) throw refusal;
  }
}

interface Refused {
  response: Response;
  refusal: ProviderError;
  prompt: Prompt;
  tried: Tried;
}

/** Whether there is something to try otherwise, which is noted in `tried`; waits where the provider wants that. */
async function isMended({ key, sight, log }: Setting, turn: Turn, refused: Refused): Promise<boolean> {
  const { response, refusal, prompt, tried } = refused;
  const { status } = response;
  if (refusal.code === 'MODEL_DENIED' && !tried.isRekeyed) {
    tried.isRekeyed = true;
    if (await key.isNew()) return true;
  }
  if (refusal.code === 'MODEL_PROMPT_TOO_LONG' && !tried.isShortened) {
    tried.isShortened = true;
    tried.tokens = Math.floor(Math.min(tried.tokens, prompt.tokens) / 2);
    log.warn({ tokens: prompt.tokens, status }, 'the model takes fewer tokens than context_tokens says, once more');
    return true;
  }
  const isMeant = isAboutPictures(refusal);
  if (prompt.pictures > 0 && tried.pictures && (isMeant || status === 400 || status === 415 || status === 422)) {
    tried.pictures = false;
    if (isMeant) sight.pictures = false;
    log.info({ status, forGood: isMeant }, 'the model takes no pictures, once more without');
    return true;
  }
  return (status === 429 || status === 503) && refusal.code !== 'MODEL_DENIED' && (await isWaitedFor(turn, refused));
}

async function isWaitedFor(turn: Turn, { response, tried }: Refused): Promise<boolean> {
  const ms = retryAfterOf(response, Date.now()) ?? USUAL_WAIT_MS;
  if (tried.waits >= WAITS_MOST || ms > LONGEST_WAIT_MS) return false;
  tried.waits += 1;
  turn.send(progress(`The model is busy: once more in ${Math.max(1, Math.round(ms / 1000))} s`));
  await turn.pause(ms);
  return true;
}

function progress(text: string) {
  return { type: 'AGENT_EVENT_CUSTOM_UPDATE', data: { kind: 'progress', text } };
}

async function request(
  { url, model }: Provider,
  { messages }: Prompt,
  { apiKey, signal }: { apiKey: string | null; signal: AbortSignal },
): Promise<Response> {
  return fetch(addressOf(url, 'chat/completions'), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify({ model, messages, stream: true, stream_options: { include_usage: true } }),
    // What people said goes to the address that was configured, and nothing else is asked in its name.
    redirect: 'manual',
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw unreachable(error);
  });
}

interface Key {
  get(): Promise<string | null>;
  /** Reads it again, and says whether it is another one. */
  isNew(): Promise<boolean>;
}

function keyOf({ apiKey, readKey }: Provider): Key {
  const read = async () => {
    try {
      return readKey === undefined ? (apiKey ?? null) : (await readKey()).trim();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : null;
      throw new ProviderError('MODEL_DENIED', 'The file with the API key cannot be read.', { code });
    }
  };
  let known: string | null | undefined;
  return {
    get: async () => (known ??= await read()),
    async isNew() {
      const before = known;
      known = await read();
      return known !== before;
    },
  };
}

interface Watch {
  /** Aborted when the turn was stopped, or the provider fell silent. */
  signal: AbortSignal;
  /** Something came. */
  alive(): void;
  /** What comes from now on is the answer. */
  speaks(): void;
  say(text: string): void;
  hushed(): boolean;
  hasSpoken(): boolean;
  end(): void;
}

function watchSilence(turn: Turn, silence: number): Watch {
  const hush = new AbortController();
  let isSpeaking = false;
  let toldAt = performance.now();
  let stop = after(silence, () => hush.abort());
  return {
    signal: AbortSignal.any([turn.signal, hush.signal]),
    alive() {
      stop();
      stop = after(silence, () => hush.abort());
      if (performance.now() - toldAt < BEAT_MS) return;
      toldAt = performance.now();
      turn.send(progress(''));
    },
    speaks: () => void (isSpeaking = true),
    say(text) {
      toldAt = performance.now();
      turn.say(text);
    },
    hushed: () => hush.signal.aborted,
    hasSpoken: () => isSpeaking,
    end: () => stop(),
  };
}
