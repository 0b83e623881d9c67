/** Where pushes of agents come in: the desk, where there is a server for them, and what stands there otherwise. */
import type { RoomId } from '../../machines/ids.ts';
import { SHORT_ANSWER } from '../actors/effects/delivery.ts';
import { createPushDesk, type PushDesk, type PushWorld } from '../actors/pushes.ts';
import type { Directory } from '../actors/directory.ts';
import type { Basis } from './surroundings.ts';

/** Of the root's chart. */
interface Standing {
  value: unknown;
  context: { store: string | null };
}

/** Without a server nothing comes, and nothing is noted of rooms. */
export function composePushes(basis: Omit<Basis, 'baseOf'>, rooms: PushWorld['rooms']): PushDesk {
  const { config, supervision, store, alarm, now, log } = basis;
  if (config.pushes === null) return { noteRoom: () => {}, take: () => Promise.resolve('not now') };
  return createPushDesk({
    ...{ rooms, answers: store.answers, mostInRecord: SHORT_ANSWER, alarm, now, log },
    isOpen() {
      const { value, context } = supervision.root.getSnapshot() as Standing;
      return (value === 'running' || value === 'degraded') && context.store === null;
    },
    isResting: (room: RoomId) => supervision.standingOf(room) !== null,
  });
}

/** The same directory, whose rooms the desk knows too. */
export function notedAt(desk: PushDesk, directory: Directory): Directory {
  return {
    ...directory,
    noteRoom(record) {
      directory.noteRoom(record);
      desk.noteRoom(record);
    },
  };
}
