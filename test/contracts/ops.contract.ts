/** What an operator who has nothing but Matrix learns: that an agent is down, and why a message has no answer. */
import { describe, expect, test } from 'vitest';
import { UserId } from '../../machines/ids.ts';
import type { Person } from '../support/people.ts';
import type { Message } from '../support/room-view.ts';
import { scripts, startScriptedAgent } from '../support/scripted-agent.ts';
import type { TestHomeserver } from './homeserver/lab.ts';
import { createWorld } from './world.ts';

/** How soon an operator knows that an agent is down, ms. */
const SOON_MS = 30_000;
/** All that is told in one test, with the time for it. */
const LONG_MS = 150_000;

export function describeOps(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`operators on ${name}`, () => {
    const world = createWorld(start);

    async function meet(someone: Person, bot: string): Promise<string> {
      const room = await someone.createDm(bot);
      // Greeted: what is said from here on is answered behind it.
      await someone.waitFor(room, ({ messages }) => messages.find(({ sender }) => sender === bot));
      return room;
    }

    /** What the bot said behind the message `after`. */
    function behind(someone: Person, room: string, bot: string, after: string, like: RegExp, timeout = 10_000) {
      return someone.waitFor(
        room,
        ({ messages }) => {
          const at = messages.findIndex(({ eventId }) => eventId === after);
          if (at === -1) return undefined;
          return messages.slice(at + 1).find(({ sender, body }) => sender === bot && like.test(body));
        },
        { timeout },
      );
    }

    test(
      'learn within 30 s that an agent is down, and why a message has no answer, and that it is up again',
      async () => {
        let agent = await startScriptedAgent(scripts.echo);
        world.later(() => agent.close());
        const [ann, bob] = [await world.person('ann'), await world.person('bob')];
        const { userId: bot, app } = await world.bot({
          agents: { one: agent.url },
          operators: [UserId.parse(ann.userId)],
          limits: { connectTries: 2 },
        });
        const [annsRoom, bobsRoom] = [await meet(ann, bot), await meet(bob, bot)];

        const asked = await ann.say(annsRoom, '!ops status');
        const status = await behind(ann, annsRoom, bot, asked, /All is well/);
        expect(status.body).toContain('Rooms: ');
        const greeting = await bob.say(bobsRoom, 'Hello');
        const answer = await bob.message(bobsRoom, ({ body }) => body === 'You said: Hello');

        await agent.close();
        const before = ann.timeline(annsRoom).at(-1)?.eventId ?? '';
        const stopped = performance.now();
        const report = await behind(ann, annsRoom, bot, before, /is down/, SOON_MS);
        expect(performance.now() - stopped).toBeLessThan(SOON_MS);
        expect([report.msgtype, report.body, report.mentions]).toEqual([
          ...['m.text', '⚠️ Agent `one` is down: it cannot be reached.', [ann.userId]],
        ]);

        const unanswered = await bob.say(bobsRoom, 'Are you there?');
        await behind(bob, bobsRoom, bot, unanswered, /can’t reach the agent/);
        const why = async (event: string, like: RegExp) => {
          const question = await ann.say(annsRoom, `!ops why ${event}`);
          return (await behind(ann, annsRoom, bot, question, like)).body;
        };
        expect(await why(unanswered, /\$/)).toMatch(/it failed: it cannot be reached; its sender was told by /);
        const link = `https://matrix.to/#/${encodeURIComponent(bobsRoom)}/${encodeURIComponent(greeting)}?via=x`;
        expect(await why(link, /\$/)).toContain(`it was answered by \`${answer.eventId}\`.`);
        expect(await why('$never', /\$never/)).toMatch(/I don’t know it\./);

        agent = await startScriptedAgent(scripts.echo, { port: agent.port });
        const up = await behind(ann, annsRoom, bot, report.eventId, /is up/, SOON_MS);
        expect([up.msgtype, up.body.replace(/lasted .*/, 'lasted …')]).toEqual([
          'm.notice',
          '✅ Agent `one` is up. That lasted …',
        ]);
        expect(agent.messages).toEqual([]);
        expect(
          app
            .desk()
            ?.facts()
            .agents.map(({ up }) => up),
        ).toEqual([true]);
      },
      LONG_MS,
    );

    test('are answered where they write, also in a room of another, while a turn runs; nobody else is', async () => {
      const agent = await world.agent(scripts.hang);
      const [ann, bob] = [await world.person('ann'), await world.person('bob')];
      const { userId: bot } = await world.bot({
        agents: { one: agent.url },
        operators: [UserId.parse(ann.userId)],
      });
      const bobsRoom = await meet(bob, bot);
      await bob.client.invite(bobsRoom, ann.userId);
      await ann.invite((room) => room.roomId === bobsRoom);
      await ann.client.joinRoom(bobsRoom);
      const hanging = await bob.say(bobsRoom, 'Hello');
      await agent.connection();
      const asked = await ann.say(bobsRoom, '!ops why');
      await behind(ann, bobsRoom, bot, asked, /why <event>/);
      const question = await ann.say(bobsRoom, `!ops why ${hanging}`);
      await behind(ann, bobsRoom, bot, question, /is being asked/);
      const unknown = await bob.say(bobsRoom, '!ops status');
      const refused = await behind(bob, bobsRoom, bot, unknown, /!ops/);
      expect(refused.body).toContain('!ops');
      const told = (messages: Message[]) => messages.filter(({ body }) => body.includes('All is well'));
      expect(told(bob.timeline(bobsRoom))).toEqual([]);
      expect(agent.messages.map(({ text }) => text)).toEqual(['Hello']);
    });

    test.each(['events handed to rooms', 'record written', 'effect about to be sent', 'effect sent'] as const)(
      'are answered once, over a kill at "%s"',
      async (boundary) => {
        const agent = await world.agent(scripts.echo);
        const ann = await world.person('ann');
        const bot = await world.killableBot({ agents: { one: agent.url }, operators: [UserId.parse(ann.userId)] });
        const first = bot.start();
        await first.running;
        const room = await meet(ann, bot.userId);
        await first.arm({ boundary, nth: 1 });
        const asked = await ann.say(room, '!ops status');
        expect(await first.ended).toBe('SIGKILL');
        await bot.start().running;
        await behind(ann, room, bot.userId, asked, /All is well|catching up/);
        const last = await ann.say(room, '!ops help');
        await behind(ann, room, bot.userId, last, /Operators write/);
        const answers = ann.timeline(room).filter(({ body }) => /Rooms: /.test(body));
        expect([answers.length, agent.messages]).toEqual([1, []]);
      },
      60_000,
    );
  });
}
