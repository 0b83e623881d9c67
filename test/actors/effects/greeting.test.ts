import { expect, it } from 'vitest';
import { RoomId } from '../../../machines/ids.ts';
import type { Notice } from '../../../machines/notices.ts';
import { createGreetings } from '../../../src/actors/effects/greeting.ts';
import type { Outgoing, Receipt } from '../../../src/ports.ts';
import { settled } from '../../support/until.ts';
import { agent, eventId, freshRecord, ROOM } from '../support.ts';

const OTHER = RoomId.parse('!other:test');
const hello: Notice = { key: 'greeting', defaultAgent: false, inSpace: true };
const stopped: Notice = { key: 'stopped' };

/** Greetings whose names come when the test says them. */
function lobby() {
  const sent: string[] = [];
  const asked: ((name: string) => void)[] = [];
  const put = async ({ room, content }: Outgoing): Promise<Receipt> => {
    sent.push(`${room} ${content.body}`);
    return { ok: true, eventId: eventId(String(sent.length)) };
  };
  const greetings = createGreetings({
    send: put,
    sendDisposable: put,
    nameOf: () => new Promise((resolve) => void asked.push(resolve)),
  });
  const message = (room: RoomId, body: string): Outgoing => ({
    ...{ room, transaction: 't', msgtype: 'm.notice', content: { body }, replaces: null, answers: null },
    ...{ since: 0, device: null },
  });
  return {
    sent,
    tell: (index: number, name: string) => asked[index]?.(name),
    message,
    say: (notice: Notice, room = ROOM, worded = (complete: Notice) => message(room, JSON.stringify(complete))) =>
      greetings.say(freshRecord(room).context, { notice, priority: 'notice', worded }),
    send: (room: RoomId, body: string) => greetings.send(message(room, body), 'final'),
    show: (room: RoomId, body: string) => greetings.sendDisposable(message(room, body)),
  };
}

const named = (name: string) => JSON.stringify({ ...hello, name, agent });

it('a greeting says the name of the person and the agent of the room', async () => {
  const { sent, say, tell } = lobby();
  const said = say(hello);
  await settled();
  expect(sent).toEqual([]);
  tell(0, 'Ann');
  expect(await said).toEqual({ ok: true, eventId: '$1' });
  expect(sent).toEqual([`${ROOM} ${named('Ann')}`]);
});

it('what is sent into the room meanwhile comes behind it, what is sent elsewhere does not wait', async () => {
  const { sent, say, send, show, tell } = lobby();
  const all = [say(hello), say(stopped), send(ROOM, 'an answer'), show(ROOM, 'a beginning'), say(hello)];
  await send(OTHER, 'elsewhere');
  tell(1, 'Anna');
  await settled();
  expect(sent).toEqual([`${OTHER} elsewhere`]);
  tell(0, 'Ann');
  await Promise.all(all);
  expect(sent.slice(1)).toEqual(
    [named('Ann'), '{"key":"stopped"}', 'an answer', 'a beginning', named('Anna')].map((body) => `${ROOM} ${body}`),
  );
  await send(ROOM, 'later');
  expect(sent.at(-1)).toBe(`${ROOM} later`);
});

it('anything else is said as it is, at once', () => {
  const { sent, say } = lobby();
  void say(stopped);
  expect(sent).toEqual([`${ROOM} {"key":"stopped"}`]);
});

it('where nobody is known the greeting names nobody', () => {
  const { sent, message } = lobby();
  const { say } = createGreetings({
    send: async ({ content }) => (sent.push(content.body), { ok: true, eventId: eventId('1') }),
    sendDisposable: () => Promise.reject(new Error('nothing is shown')),
    nameOf: () => Promise.reject(new Error('nobody is asked for')),
  });
  const { context } = freshRecord(ROOM, { person: null });
  void say(context, { notice: hello, priority: 'notice', worded: (notice) => message(ROOM, JSON.stringify(notice)) });
  expect(sent).toEqual([JSON.stringify(hello)]);
});

it('one that cannot be worded is refused, and holds nothing up', async () => {
  const { sent, say, send, tell } = lobby();
  const failed = say(hello, ROOM, () => {
    throw new Error('no words');
  });
  const next = send(ROOM, 'an answer');
  tell(0, 'Ann');
  await expect(failed).rejects.toThrow('no words');
  await next;
  expect(sent).toEqual([`${ROOM} an answer`]);
});
