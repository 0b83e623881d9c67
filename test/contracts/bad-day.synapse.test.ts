/**
 * The bad day: one service, one Synapse, one trouble after the other. Within 30 s of the end of each everybody is served
 * again, without a restart; at the end every text was answered once, or its person was told that it is not.
 *
 * Each trouble lasts until it was met several times, not a minute: all that a longer one adds is longer pauses between two
 * tries, and test/limits.test.ts shows that those end well below 30 s.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { mountSmallDisk } from '../support/small-disk.ts';
import { logIn, type Session } from '../support/matrix-http.ts';
import type { Person } from '../support/people.ts';
import type { Message } from '../support/room-view.ts';
import { chunk, END, STATUS, type AgentScript } from '../support/scripted-agent.ts';
import { startSynapse, type Synapse } from '../support/synapse/synapse.ts';
import { openWay, type Trouble, type Way } from '../support/way.ts';
import { createRoom, id, type MatrixEvent, say, type Sync } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

const SERVED_AGAIN_MS = 30_000;
/** A room with a hundred texts in front of the first answer, of which each is told what becomes of it. */
const FLOODED_MS = 90_000;
const ANSWERS = 'org.roomkeeper.answers';
const DAY_MS = 86_400_000;

const ROOMS = 12;
const TEXTS = 140;
const LONG = 'x'.repeat(60_000);

let synapse: Synapse;
const world = createWorld(async () => (synapse = await startSynapse({ limits: 'off' })));

interface Said {
  room: string;
  words: string;
}

/** Looks now and then, so that whoever is looked at has the processor. */
const soon = (look: () => boolean | Promise<boolean>) =>
  vi.waitFor(async () => expect(await look()).toBe(true), { timeout: 60_000, interval: 50 });

/** Answers with the first line; the end of an answer to "hold …" waits for `release`. */
function patientAgent() {
  const held: (() => void)[] = [];
  const script: AgentScript = async (connection) => {
    connection.send(STATUS);
    for (;;) {
      const [words = ''] = String((await connection.next()).text).split('\n');
      connection.send(chunk(`You said: ${words.slice(0, 6)}`));
      if (words.startsWith('hold')) await new Promise<void>((resolve) => held.push(resolve));
      connection.send(chunk(words.slice(6)));
      connection.send(END);
    }
  };
  return { script, held, release: () => held.splice(0).forEach((go) => go()) };
}

interface Part {
  begin(): void;
  /** Resolves when it was felt. */
  felt(): Promise<unknown>;
  end(): void;
}

interface Day {
  way: Way;
  disk: ReturnType<typeof mountSmallDisk>;
  clock: { ahead: number };
  storeFails(): boolean;
}

/** What the day is made of, apart from the flood. */
function partsOf({ way, disk, clock, storeFails }: Day): Record<string, Part> {
  const onTheWay = (trouble: Trouble, times = 12): Part => {
    let before = 0;
    return {
      begin() {
        before = way.met;
        way.trouble = () => trouble;
      },
      felt: () => soon(() => way.met - before >= times),
      end: () => void (way.trouble = null),
    };
  };
  const matrix = (status: number, errcode: string, more: object = {}): Trouble => ({
    ...{ kind: 'answer', status },
    body: JSON.stringify({ errcode, error: 'No', ...more }),
  });
  const page = (status: number): Trouble => ({ kind: 'answer', status, body: '<html>Hello</html>' });
  const clockSet = (ms: number): Part => ({
    begin: () => void (clock.ahead += ms),
    felt: () => Promise.resolve(),
    end: () => undefined,
  });
  const suspended = onTheWay({ kind: 'slow', ms: 0 }, 4);
  return {
    ...(disk !== null && {
      'a full disk': { begin: disk.fill, felt: () => soon(storeFails), end: disk.free },
    }),
    'the clock is set a day forward': clockSet(DAY_MS),
    'the clock is set two days back': clockSet(-2 * DAY_MS),
    'the homeserver is suspended': {
      begin() {
        suspended.begin();
        synapse.freeze();
      },
      felt: suspended.felt,
      end() {
        suspended.end();
        synapse.thaw();
      },
    },
    'the homeserver is slow': onTheWay({ kind: 'slow', ms: 3_000 }),
    'the homeserver limits, and says how long': onTheWay(matrix(429, 'M_LIMIT_EXCEEDED', { retry_after_ms: 1_000 })),
    'the homeserver limits, and does not say how long': onTheWay(matrix(429, 'M_LIMIT_EXCEEDED')),
    'the homeserver answers 500': onTheWay(matrix(500, 'M_UNKNOWN')),
    'a proxy answers 502 with a page': onTheWay(page(502)),
    'a captive portal answers 200 with a page': onTheWay(page(200)),
    'the answers are of something else': onTheWay({ kind: 'answer', status: 200, body: '[{"rooms":7}]' }),
    'the answers are cut': onTheWay({ kind: 'cut' }),
  };
}

describe('the bad day', () => {
  test(
    'everybody is served again within 30 s, nothing is lost, nobody is answered twice',
    { timeout: 400_000 },
    async () => {
      const started = performance.now();
      const log = (what: string) => console.log(`${((performance.now() - started) / 1000).toFixed(1)} s: ${what}`);
      const disk = mountSmallDisk(512);
      if (disk === null) log('no file system can be mounted here: the full disk is left out');
      else onTestFinished(() => disk.unmount());
      const way = await openWay(synapse.url);
      onTestFinished(() => way.close());
      const clock = { ahead: 0 };
      const { script, held, release } = patientAgent();
      const agent = await world.agent(script);
      const refused = new Set<string>();
      const bot = await world.restartableBot({
        ...{ homeserver: way.url, agents: { a: agent.url }, fsync: true, concurrency: 50 },
        ...(disk === null ? {} : { stateDir: `${disk.path}/state` }),
        onboarding: { invitesPerMinute: 100 },
        limits: { queue: 2 },
      });
      mkdirSync(path.join(bot.stateDir, 'workspace', 'a'), { recursive: true });
      const start = () =>
        bot.start(
          {},
          {
            now: () => Date.now() + clock.ahead,
            observe(_, { effects }) {
              for (const { type, params } of effects) {
                const { notice, answers } = params as { notice?: { key: string }; answers?: string };
                if (type === 'say' && notice?.key === 'queue is full' && answers) refused.add(answers);
              }
            },
          },
        );
      const first = await start();
      const said = new Map<string, Said>();
      const readers = new Map<string, Session>();

      // Everybody: people at clients of their own.
      const people = await Promise.all(['ann', 'ben', 'cleo'].map((name) => world.person(name)));
      const rooms = new Map<Person, string>();
      for (const someone of people) {
        const room = await someone.createDm(bot.userId);
        rooms.set(someone, room);
        readers.set(room, await logIn(synapse.url, someone.userId, 'secret'));
        await someone.message(room, (m) => m.sender === bot.userId, { timeout: SERVED_AGAIN_MS });
      }
      const tell = async (someone: Person, words: string) => {
        const room = rooms.get(someone)!;
        const event = await someone.say(room, words);
        said.set(event, { room, words });
        return { someone, room, event, words };
      };
      /** All are answered in time; `orTold`: or are told that their answer was interrupted. */
      async function areServed(texts: Awaited<ReturnType<typeof tell>>[], by: number, orTold: boolean) {
        const timeout = Math.max(1, by - performance.now());
        const isEnd = ({ body, raw, msgtype }: Message, event: string, words: string) =>
          (msgtype === 'm.text' && body === `You said: ${words}`) ||
          (orTold && raw.content?.[ANSWERS] === event && body.startsWith('I was interrupted'));
        await Promise.all(
          texts.map(({ someone, room, event, words }) =>
            someone.message(room, (m) => isEnd(m, event, words), { timeout }),
          ),
        );
      }
      const tellAll = (words: string) => Promise.all(people.map((someone) => tell(someone, words)));

      const storeFails = () => first.app.health().storeWritable === false;
      for (const [title, part] of Object.entries(partsOf({ way, disk, clock, storeFails }))) {
        const holding = await tellAll(`hold ${title}`);
        await soon(() => held.length === people.length);
        const before = await tellAll(`before ${title}`);
        log(title);
        part.begin();
        release();
        await part.felt();
        part.end();
        const ended = performance.now();
        const after = await tellAll(`after ${title}`);
        await areServed([...before, ...after], ended + SERVED_AGAIN_MS, false);
        await areServed(holding, ended + SERVED_AGAIN_MS, true);
        log(`served again ${((performance.now() - ended) / 1000).toFixed(1)} s after its end`);
      }

      // Who writes 100 MB.
      const floods: { room: string; who: Session }[] = [];
      for (let n = 0; n < 4; n++) {
        const name = `flood${n}${Math.random().toString(36).slice(2, 7)}`;
        const who = await logIn(synapse.url, await synapse.register(name, 'secret'), 'secret');
        for (let r = 0; r < ROOMS / 4; r++) {
          const room = await createRoom(who, { invite: [bot.userId], is_direct: true });
          floods.push({ room, who });
          readers.set(room, who);
        }
      }
      for (const { room, who } of floods) await joinedBy(who, room, bot.userId);
      log('everybody is there');
      await bot.stop();
      await Promise.all(
        floods.map(async ({ room, who }, number) => {
          for (let n = 0; n < TEXTS; n++) {
            const words = `flood ${number} ${n}`;
            said.set(await say(who, room, `${words}\n${LONG}`), { room, words });
          }
        }),
      );
      const after = await tellAll('after the flood');
      const megabytes = (floods.length * TEXTS * LONG.length) / 1e6;
      log(`${megabytes.toFixed(0)} MB have gathered`);
      const ended = performance.now();
      const current = await start();
      log('the service is back');
      await areServed(after, ended + SERVED_AGAIN_MS, false);
      log('everybody is answered');
      await Promise.all(floods.map(({ who, room }) => firstAnswer(who, room, bot.userId, ended + FLOODED_MS)));
      log('every flooded room is answered');

      /** How many texts ended in which way. */
      async function countEnds(): Promise<Record<string, number>> {
        const counts: Record<string, number> = {};
        const asked = Map.groupBy(agent.messages, ({ message_id }) => String(message_id));
        const ends = await Promise.all([...readers].map(([room, who]) => whatBecame(room, who, bot.userId, said)));
        for (const [event, end] of ends.flatMap((of) => [...of])) {
          const about = { ...end, asked: asked.get(event)?.length ?? 0, refused: refused.has(event) };
          const what = endOf(said.get(event)?.words ?? '', about);
          counts[what] = (counts[what] ?? 0) + 1;
        }
        log(JSON.stringify(counts));
        return counts;
      }
      const usual = ['answered once', 'refused', 'told that it was interrupted'];
      await vi.waitFor(async () => expect(usual).toEqual(expect.arrayContaining(Object.keys(await countEnds()))), {
        ...{ timeout: FLOODED_MS, interval: 2_000 },
      });
      // Only answers whose end came while it could not be written are told as interrupted.
      const { 'told that it was interrupted': interrupted = 0 } = await countEnds();
      expect(interrupted).toBeLessThanOrEqual(disk === null ? 0 : people.length);
      expect(current.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    },
  );
});

interface End {
  /** As they stand in the end. */
  answers: string[];
  notices: string[];
}

function endOf(words: string, { answers, notices, asked, refused }: End & { asked: number; refused: boolean }): string {
  if (asked === 0 && refused && answers.length === 0) return 'refused';
  const isInterrupted = notices.some((notice) => notice.startsWith('I was interrupted'));
  if (asked === 1 && isInterrupted && answers.length <= 1) return 'told that it was interrupted';
  if (asked === 1 && answers.length === 1 && answers[0] === `You said: ${words}`) return 'answered once';
  return `asked ${asked}, refused ${refused}: ${answers.join(' | ')} (${notices.join(' | ')}) ${words}`;
}

async function joinedBy(who: Session, room: string, user: string): Promise<void> {
  await soon(async () => {
    const { status, body } = await who.request('GET', `/rooms/${id(room)}/state/m.room.member/${id(user)}`);
    return status === 200 && (body as { membership: string }).membership === 'join';
  });
}

const ofTheBot = (bot: string) => ({ senders: [bot], types: ['m.room.message'] });

/** Resolves when the bot has answered something there; rejects when it has not in time. */
async function firstAnswer(who: Session, room: string, bot: string, deadline: number): Promise<void> {
  const filter = JSON.stringify({ room: { rooms: [room], timeline: { ...ofTheBot(bot), limit: 1 } } });
  for (let since: string | undefined; performance.now() < deadline;) {
    since = (await who.get<Sync>('/sync', { filter, timeout: 2_000, since })).next_batch;
    if ((await wordsOf(bot, room, who)).some(({ content }) => !isWordOfTheBot(content))) return;
  }
  throw new Error(`no answer in ${room} in time`);
}

/** All messages of the bot in the room, oldest first. */
async function wordsOf(bot: string, room: string, who: Session): Promise<MatrixEvent[]> {
  const events: MatrixEvent[] = [];
  for (let from: string | undefined, more = true; more;) {
    const page: { chunk: MatrixEvent[]; end?: string } = await who.get(`/rooms/${id(room)}/messages`, {
      ...{ dir: 'b', limit: 500, filter: JSON.stringify(ofTheBot(bot)) },
      from,
    });
    events.push(...page.chunk);
    from = page.end;
    more = from !== undefined;
  }
  return events.reverse();
}

/** A notice, or a word that rings: not what the agent said. */
function isWordOfTheBot({ msgtype, 'm.mentions': mentions }: MatrixEvent['content']): boolean {
  return msgtype === 'm.notice' || ((mentions ?? {}) as { user_ids?: string[] }).user_ids?.length === 1;
}

/** Of each text of a room: the answers to it, as they stand in the end, and how many notices there are. */
async function whatBecame(room: string, who: Session, bot: string, said: ReadonlyMap<string, Said>) {
  const events = await wordsOf(bot, room, who);
  const bodies = new Map<string, string>();
  const ends = new Map(
    [...said].filter(([, one]) => one.room === room).map(([event]) => [event, { answers: [], notices: [] } as End]),
  );
  const shown: { event: string; answers: string }[] = [];
  for (const { event_id, content } of events) {
    const relation = content['m.relates_to'] as { rel_type?: string; event_id?: string } | undefined;
    const fresh = content['m.new_content'] as { body: string } | undefined;
    const end = ends.get(String(content[ANSWERS]));
    if (relation?.rel_type === 'm.replace') bodies.set(String(relation.event_id), String(fresh?.body));
    else if (isWordOfTheBot(content) && end) end.notices.push(String(content.body));
    else if (end) {
      bodies.set(event_id, String(content.body));
      shown.push({ event: event_id, answers: String(content[ANSWERS]) });
    }
  }
  for (const { event, answers } of shown) ends.get(answers)?.answers.push(bodies.get(event) ?? '');
  return ends;
}
