/** `npm run demo`: a homeserver, an agent, the service and a person in one process, on a chat page or in the terminal. */
import { serveInspector, type InspectorOptions } from '../inspect/serve.ts';
import { createLog } from '../ops/log.ts';
import { providerFrom } from '../reference-agent/provider-from.ts';
import { createCall } from './call.ts';
import { openConversation } from './conversation.ts';
import { acceptFirstChat } from './first-chat.ts';
import { startPageServer } from './page-server.ts';
import { createPeople } from './people.ts';
import { runSay } from './say.ts';
import { startService, type DemoService } from './service.ts';

export interface DemoOptions {
  /** Where the page is served; null takes the first free port from 8080 on, 0 any free one. */
  port: number | null;
  host: string;
  /** Where the bot's records are kept; null: nowhere. */
  state: string | null;
  /** Texts for a conversation in the terminal; without any the page is served. */
  say: readonly string[];
  /** How long the bot may say nothing new to one of the texts, ms. */
  silenceMs: number;
  /** Lets inspectors look on; null for nobody. */
  inspect: Omit<InspectorOptions, 'log'> | null;
}

/** Runs until the conversation is over, or until a signal when the page is served. Throws a sentence for what goes wrong. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const level = process.env['LOG_LEVEL'] === 'debug' ? 'debug' : 'error';
  const log = createLog({ level, format: 'pretty', destination: process.stderr });
  const inspector = options.inspect === null ? null : await serveInspector({ ...options.inspect, log });
  if (inspector !== null) console.log(`Inspectors may look on at ${inspector.url}`);
  const service = await startService({
    ...{ state: options.state, provider: providerFrom(process.env), log },
    ...(inspector === null ? {} : { inspect: inspector.inspect }),
  });
  try {
    if (options.say.length > 0) await converse(service, options);
    else await servePage(service, options);
  } finally {
    await service.stop();
    await inspector?.close();
  }
  if (options.state !== null) console.log(`The records of the bot are in ${service.folder}`);
}

async function converse({ homeserver, bot, ended }: DemoService, { say, silenceMs }: DemoOptions): Promise<void> {
  const broken = ended.then((problem) => {
    throw problem ?? new Error('The service ended before the conversation did.');
  });
  broken.catch(() => undefined);
  async function talk(): Promise<void> {
    const { accessToken } = await createPeople(homeserver, bot).arrive();
    const call = createCall(homeserver.url, accessToken);
    const room = await acceptFirstChat(call, bot, silenceMs);
    const conversation = openConversation(call, { room, bot });
    await runSay(conversation, { texts: say, silenceMs, write: (text) => process.stdout.write(text) });
  }
  await Promise.race([talk(), broken]);
}

async function servePage(service: DemoService, { host, port }: DemoOptions): Promise<void> {
  const { homeserver, bot, machines, ended } = service;
  const people = createPeople(homeserver, bot);
  const page = await startPageServer({ homeserver, bot, machines, people }, host, port);
  console.log(greeting(page.url, host));
  const stopped = new Promise<null>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(null));
  });
  const problem = await Promise.race([stopped, ended]);
  await page.close();
  if (problem !== null) throw problem;
}

function greeting(url: string, host: string): string {
  const isLocal = ['127.0.0.1', '::1', 'localhost'].includes(host);
  const lines = [
    '',
    `  Roomkeeper is ready after ${(performance.now() / 1000).toFixed(1)} s.`,
    '',
    `  Open   ${url}`,
    '  Stop   Ctrl+C; everything said here is forgotten then',
    '',
    ...(isLocal ? [] : ['  Everybody who can reach this address can use the page.', '']),
  ];
  return lines.join('\n');
}
