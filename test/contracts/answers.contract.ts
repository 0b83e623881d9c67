/** How an answer appears in its room: as often as it has to, never in fragments, also where the bot is killed meanwhile. */
import { describe, expect, test } from 'vitest';
import type { Boundary } from '../../src/actors/boundaries.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import type { Person } from '../support/people.ts';
import type { Message, RoomView } from '../support/room-view.ts';
import { longAnswer } from '../../src/reference-agent/samples.ts';
import { chunk, END, STATUS, type AgentScript } from '../support/scripted-agent.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { faultsOf } from '../text/safe-html.ts';
import { createWorld } from './world.ts';

const SENTENCE = 'All that there is to say stands here.';
const interrupted = renderNotice(en)({ key: 'interrupted' }).body;
const stopped = renderNotice(en)({ key: 'stopped' }).body;
const empty = renderNotice(en)({ key: 'empty answer' }).body;
const lost = renderNotice(en)({ key: 'trouble', trouble: 'connection-lost' }).body;

/** So often an answer is edited in these tests while it grows, and once more at its end. */
const MAX_EDITS = 4;
const LARGEST_EVENT = 65_536;

const row = (n: number) => `| row ${n} | **${n * 31}** |`;
const fence = (n: number) => `\`\`\`ts\n${`const n${n} = ${n};\n`.repeat(120)}\`\`\``;
const manyRows = [
  ...['Here is all of it.', fence(1), '| What | How much |\n| --- | ---: |'],
  ...Array.from({ length: 300 }, (_, n) => row(n + 1)),
];
const attacks = [
  '<script>alert("a")</script>',
  '<img src=x onerror="alert(1)">',
  '<a href="javascript:alert(1)">here</a> and [here](javascript:alert(2)) and ![here](data:text/html,x)',
  '<mx-reply>who</mx-reply><style>* { display: none }</style><iframe src="https://evil.example"></iframe>',
  '<b><i></b></i></p></div><div style="position:fixed" class="x">big</div>',
  `${'<blockquote><div>'.repeat(300)}deep${'</div>'.repeat(200)}`,
  '<svg/onload=alert(1)><math href="javascript:1">sum</math>&lt;script&gt;\u202eturned\u0000',
  '<details open ontoggle="alert(1)"><summary>more</summary>',
];
const hostile = attacks.map((attack, n) => `Words before ${n} ${attack} and words behind ${n}.`);

/** Answers that are large, many or bad, as the pieces in which an agent says them. */
const shapes: [what: string, pieces: string[]][] = [
  ['200 KB of sections, tables and code', longAnswer(200_000).match(/[^]{1,400}/g) ?? []],
  [
    'a table of 300 rows between code',
    [...manyRows, `\n${fence(2)}`].map((piece, at) =>
      at < 3 ? `${piece}\n\n`.replace(/-: \|\n/, '-: |') : `${piece}\n`,
    ),
  ],
  ['10,000 pieces of one character', [...Array.from({ length: 2_000 }, (_, n) => 1_000 + n).join(' ')].concat('.')],
  ['nothing at all', []],
  ['hostile HTML', hostile.map((line) => `${line}\n\n`)],
];

type Connection = Parameters<AgentScript>[0];

/** `last` is answered in one message; all else as `script` says once it has the message. */
function agentThat(script: (connection: Connection, nth: number) => void | Promise<void>, status = {}): AgentScript {
  let nth = 0;
  return async (connection) => {
    connection.send({ ...STATUS, ...status });
    const { text } = await connection.next();
    if (text !== 'last') await script(connection, ++nth);
    else [chunk('The last.'), END].forEach((frame) => connection.send(frame));
    await connection.closed;
  };
}

export function describeAnswers(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`an answer on ${name}`, () => {
    const world = createWorld(start);

    async function meet(bot: string): Promise<{ someone: Person; room: string }> {
      const someone = await world.person();
      const room = await someone.createDm(bot);
      await someone.message(room, (m) => m.sender === bot);
      return { someone, room };
    }

    /** Every message event of the bot behind that of `asked`, edits too, as they came; after one more answer, so that none is to come. */
    async function eventsSince({ someone, room }: { someone: Person; room: string }, bot: string, asked: string) {
      const last = await someone.say(room, 'last');
      const isLast = ({ body, raw }: Message) =>
        body === 'The last.' && raw.content?.['org.roomkeeper.answers'] === last;
      await someone.message(room, isLast, { timeout: 20_000 });
      const { events } = someone.view(room);
      const since = events.slice(events.findIndex((event) => event.event_id === asked));
      const bodies = since
        .filter(({ sender, type }) => sender === bot && type === 'm.room.message')
        .map(({ content }) => String(content?.['body']));
      return bodies.filter((body) => body !== 'The last.' && body !== renderNotice(en)({ key: 'default agent' }).body);
    }

    describe('that is all there with its beginning is one message, which is never edited:', () => {
      test.each<[string, (connection: Connection, seen: () => Promise<unknown>) => unknown, string[]?]>([
        ['in one piece, and the end at once', (it) => [SENTENCE, null].forEach((text) => say(it, text))],
        [
          'in many pieces, and the end at once',
          (it) => [...SENTENCE.split(/(?<= )/), null].forEach((text) => say(it, text)),
        ],
        [
          'in a list without a full stop, and the end at once',
          (it) => [`- ${SENTENCE}\n`.repeat(10) + '- and so on', null].forEach((text) => say(it, text)),
          [`- ${SENTENCE}\n`.repeat(10) + '- and so on'],
        ],
        [
          'seen before its end comes',
          async (it, seen) => {
            say(it, SENTENCE);
            await seen();
            say(it, null);
          },
        ],
        [
          'with nothing behind it that anybody sees',
          async (it, seen) => {
            say(it, SENTENCE);
            await seen();
            [' <!-- a note', ' to oneself -->\n\n', null].forEach((text) => say(it, text));
          },
        ],
        [
          'broken off behind its beginning',
          async (it, seen) => {
            say(it, SENTENCE);
            await seen();
            it.close(1011);
          },
          [SENTENCE, lost],
        ],
      ])('%s', async (_, script, expected = [SENTENCE]) => {
        const seen = Promise.withResolvers<unknown>();
        const agent = await world.agent(agentThat((connection) => void script(connection, () => seen.promise)));
        const bot = await world.bot({ agents: { a: agent.url } });
        const place = await meet(bot.userId);
        const asked = await place.someone.say(place.room, 'hello');
        await place.someone.message(place.room, (m) => m.body === expected[0]);
        seen.resolve(null);
        await agent.connections[0]?.closed;
        await place.someone.message(place.room, (m) => m.body === expected.at(-1));
        expect(await eventsSince(place, bot.userId, asked)).toEqual(expected);
      });

      test('stopped behind its beginning', async () => {
        const agent = await world.agent(
          agentThat((connection, nth) =>
            [SENTENCE, ...(nth === 1 ? [] : [null])].forEach((text) => say(connection, text)),
          ),
        );
        const bot = await world.bot({ agents: { a: agent.url } });
        const place = await meet(bot.userId);
        const asked = await place.someone.say(place.room, 'hello');
        await place.someone.message(place.room, (m) => m.body === SENTENCE);
        await place.someone.say(place.room, '!stop');
        await place.someone.message(place.room, (m) => m.body === stopped);
        await place.someone.say(place.room, '!retry');
        const said = ({ messages }: RoomView) => messages.filter(({ body }) => body === SENTENCE);
        await place.someone.waitFor(place.room, (view) => said(view).length === 2);
        await agent.connections[1]?.closed;
        expect(await eventsSince(place, bot.userId, asked)).toEqual([SENTENCE, stopped, SENTENCE]);
      });
    });

    describe('arrives whole, valid and within its edits:', () => {
      test.each(shapes)('%s', { timeout: 60_000 }, async (_, pieces) => {
        const connections = Promise.withResolvers<Connection>();
        const agent = await world.agent(agentThat((connection) => connections.resolve(connection)));
        const reply = { firstEditMs: 1, maxEdits: MAX_EDITS };
        const bot = await world.bot({ agents: { a: agent.url }, reply });
        const place = await meet(bot.userId);
        const { someone, room } = place;
        const asked = await someone.say(room, 'hello');
        const connection = await connections.promise;
        const parts = () => someone.timeline(room).filter(({ raw, body }) => answers(raw) === asked && body !== empty);
        // It grows as often as it may, and then all the rest is there at once.
        const slices = Array.from({ length: MAX_EDITS + 1 }, (_, n) => grown(pieces, n));
        for (const [n, slice] of slices.entries()) {
          if (slice.length === 0) break;
          for (const piece of slice) say(connection, piece);
          await someone.waitFor(room, () => parts()[0] !== undefined && parts()[0]!.edited >= n);
        }
        for (const piece of pieces.slice(slices.flat().length)) say(connection, piece);
        say(connection, null);
        await connection.closed;
        await eventsSince(place, bot.userId, asked);

        const events = someone.view(room).events.filter(({ sender }) => sender === bot.userId);
        const edits = events.filter(({ content }) => content?.['m.relates_to']?.rel_type === 'm.replace');
        expect(edits.length).toBe(pieces.length === 0 ? 0 : MAX_EDITS + 1);
        const tooLarge = events.filter((event) => Buffer.byteLength(JSON.stringify(event)) > LARGEST_EVENT);
        expect(tooLarge).toEqual([]);
        expect(parts().flatMap(({ formattedBody }) => faultsOf(formattedBody ?? ''))).toEqual([]);
        expect(wordsOf(parts().map(({ body }) => body))).toEqual(wordsOf([pieces.join('')]));
        if (pieces.length === 0) await someone.message(room, (m) => m.body === empty);
      });
    });

    test('begins with a sentence: what a phone shows first is no fragment', async () => {
      const connections = Promise.withResolvers<Connection>();
      const agent = await world.agent(agentThat((connection) => connections.resolve(connection)));
      const bot = await world.bot({ agents: { a: agent.url }, reply: { firstEditMs: 1 } });
      const place = await meet(bot.userId);
      const asked = await place.someone.say(place.room, 'yes');
      const connection = await connections.promise;
      for (const piece of ['You', ' wrote', ': “', 'yes', '”', '. And']) say(connection, piece);
      await place.someone.message(place.room, (m) => m.body.startsWith('You wrote: “yes”.'));
      for (const piece of [' that', ' is all.', null]) say(connection, piece);
      const [first, ...edits] = await eventsSince(place, bot.userId, asked);
      expect(first).toMatch(/^You wrote: “yes”\./);
      expect(edits.at(-1)).toBe('* You wrote: “yes”. And that is all.');
    });

    describe('of which a beginning stands', () => {
      test.each<Boundary>(['end received', 'effect about to be sent', 'effect sent', 'effect acknowledged'])(
        'is there once, as it was, where the bot is killed at: %s',
        async (boundary) => {
          const connections = Promise.withResolvers<Connection>();
          const agent = await world.agent(agentThat((connection) => connections.resolve(connection)));
          const bot = await world.killableBot({ agents: { a: agent.url } });
          const first = bot.start();
          await first.running;
          const place = await meet(bot.userId);
          await place.someone.say(place.room, 'last');
          await place.someone.message(place.room, (m) => m.body === 'The last.');
          const asked = await place.someone.say(place.room, 'hello');
          say(await connections.promise, SENTENCE);
          await place.someone.message(place.room, (m) => m.body === SENTENCE);
          await first.arm({ boundary, nth: 1 });
          say(await connections.promise, null);
          expect(await first.ended).toBe('SIGKILL');
          await bot.start().running;
          const answered = boundary !== 'end received';
          if (!answered) await place.someone.message(place.room, (m) => m.body === interrupted);
          expect(await eventsSince(place, bot.userId, asked)).toEqual(answered ? [SENTENCE] : [SENTENCE, interrupted]);
        },
      );

      test('is the one that the agent gives when it is asked again', async () => {
        const connections = Promise.withResolvers<Connection>();
        const other = 'Now there is something else to say here.';
        const agent = await world.agent(
          agentThat(
            (connection, nth) => {
              if (nth === 1) connections.resolve(connection);
              else [other, null].forEach((text) => say(connection, text));
            },
            { capabilities: { idempotent: true } },
          ),
        );
        const bot = await world.killableBot({ agents: { a: agent.url } });
        const first = bot.start();
        await first.running;
        const place = await meet(bot.userId);
        await first.arm({ boundary: 'preview sent', nth: 1 });
        const asked = await place.someone.say(place.room, 'hello');
        say(await connections.promise, SENTENCE);
        expect(await first.ended).toBe('SIGKILL');
        await bot.start().running;
        await place.someone.message(place.room, (m) => m.body === other, { timeout: 20_000 });
        expect(await eventsSince(place, bot.userId, asked)).toEqual([SENTENCE, `* ${other}`]);
      });
    });
  });
}

/** The agent says a piece of its answer, or ends it. */
function say(connection: Connection, text: string | null): void {
  connection.send(text === null ? END : chunk(text));
}

function answers({ content }: Message['raw']): unknown {
  return content?.['org.roomkeeper.answers'];
}

/** The pieces of the n-th growth: some hundred characters. */
function grown(pieces: readonly string[], n: number): string[] {
  const each = Math.max(1, Math.min(Math.floor(pieces.length / (MAX_EDITS + 2)), 400 / (pieces[0] ?? ' ').length));
  return pieces.slice(Math.round(n * each), Math.round((n + 1) * each));
}

/** The words of it, without what a table or a block of code says again where it is cut; what cannot be shown as it is shown. */
function wordsOf(bodies: readonly string[]): string[] {
  const shown = bodies.join('\n\n').replaceAll('\u202e', '').replaceAll('\0', '\ufffd');
  const lines = shown.replaceAll('![here](data:text/html,x)', '[image: here]').split('\n');
  const said = lines.filter((line) => !/^```|^\| (?:---|Number|What)/.test(line));
  return said.flatMap((line) => line.split(/\s+/)).filter((word) => word !== '');
}
