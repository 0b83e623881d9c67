/** The greeting says who is greeted and who will answer: found when it is said, and nothing overtakes it meanwhile. */
import type { RoomId } from '../../../machines/ids.ts';
import type { Notice } from '../../../machines/notices.ts';
import type { RoomContext } from '../../../machines/room.model.ts';
import type { NameOf, Outgoing, Priority, Receipt, Send, SendDisposable } from '../../ports.ts';

interface GreetingWorld {
  send: Send;
  sendDisposable: SendDisposable;
  nameOf: NameOf;
}

/** What a room says. */
interface Saying {
  notice: Notice;
  priority: Priority;
  /** The message that says it. */
  worded(notice: Notice): Outgoing;
}

export interface Greetings {
  /** Says it; a greeting with the names in it. On a later try they may be others: under its transaction id the first stands. */
  say(context: RoomContext, saying: Saying): Promise<Receipt>;
  /** What else is sent into a room waits for the greeting that is being worded there. */
  send: Send;
  sendDisposable: SendDisposable;
}

export function createGreetings(world: GreetingWorld): Greetings {
  const underWay = new Map<RoomId, Promise<void>>();

  function inOrder<Rest extends unknown[], Done>(send: (message: Outgoing, ...rest: Rest) => Promise<Done>) {
    return (message: Outgoing, ...rest: Rest): Promise<Done> =>
      underWay.get(message.room)?.then(() => send(message, ...rest)) ?? send(message, ...rest);
  }

  const send = inOrder(world.send);
  return {
    send,
    sendDisposable: inOrder(world.sendDisposable),
    say({ room, person, agent }, { notice, priority, worded }) {
      if (notice.key !== 'greeting' || person === null) return send(worded(notice), priority);
      const { promise, resolve, reject } = Promise.withResolvers<Receipt>();
      const before = underWay.get(room) ?? Promise.resolve();
      const begun = Promise.all([before, world.nameOf(person)])
        .then(([, name]) => {
          if (underWay.get(room) === begun) underWay.delete(room);
          resolve(world.send(worded({ ...notice, name, agent }), priority));
        })
        .catch(reject);
      underWay.set(room, begun);
      return promise;
    },
  };
}
