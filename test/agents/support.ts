import { AgentId, ContextId, EventId, RoomId, UserId } from '../../machines/ids.ts';
import type { LinkCount, LinkOptions } from '../../src/agents/link-options.ts';
import { openLinks } from '../../src/agents/link.ts';
import type { Link, LinkEvent } from '../../src/ports.ts';
import { logBook, type LogLine } from '../support/log-book.ts';
import { createManualTimers, type ManualTimers } from '../support/manual-timers.ts';

export const message = {
  text: {
    eventId: EventId.parse('$question'),
    sender: UserId.parse('@ann:example.org'),
    body: 'How are you?',
    replyTo: null,
  },
  room: RoomId.parse('!room:example.org'),
};

export const capabilities = {
  idempotent: false,
  request_id: false,
  confirmations: false,
  stop: false,
  contexts: false,
};

export interface Recorder {
  link: Link;
  events: LinkEvent[];
  counts: LinkCount[];
  lines: LogLine[];
  /** What the link knows of time: it stands still unless the test moves it. */
  clock: ManualTimers;
  /** Resolves with the first event of this type, past or to come. */
  saw: <T extends LinkEvent['type']>(type: T) => Promise<Extract<LinkEvent, { type: T }>>;
  /** Resolves when so many frames were counted. */
  counted: (total: number) => Promise<void>;
  /** The last event: `ended` or `unreachable`. */
  over: () => Promise<LinkEvent>;
}

/**
 * Opens a link to `url` and keeps whatever it reports; with `asks: false` the test asks itself. The clock begins at `time`;
 * `listen` hears each event as well.
 */
export function record(
  url: string | null,
  options: Partial<LinkOptions> & { asks?: boolean; contextId?: string; time?: number } = {},
  listen: (event: LinkEvent) => void = () => undefined,
): Recorder {
  const { asks = true, contextId = '5', time = 0, ...rest } = options;
  const clock = createManualTimers(time);
  // What it tells at debug has a test of its own.
  const log = { ...logBook(), debug: () => undefined };
  const events: LinkEvent[] = [];
  const counts: LinkCount[] = [];
  const waiting = new Set<() => void>();
  const until = async <T>(find: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add(resolve);
      await promise;
    }
  };
  const wake = () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  const open = openLinks({
    baseOf: () => url,
    now: clock.now,
    after: clock.after,
    log,
    count: (name) => {
      counts.push(name);
      wake();
    },
    ...rest,
  });
  const link = open({ agent: AgentId.parse('agent-0'), contextId: ContextId.parse(contextId) }, (event) => {
    events.push(event);
    if (asks && event.type === 'ready') link.ask(message);
    wake();
    listen(event);
  });
  return {
    link,
    events,
    counts,
    lines: log.lines,
    clock,
    saw: (type) => until(() => events.find((event) => event.type === type) as never),
    counted: (total) => until(() => (counts.length >= total ? true : undefined)).then(() => undefined),
    over: () => until(() => events.find(({ type }) => type === 'ended' || type === 'unreachable')),
  };
}
