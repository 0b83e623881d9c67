/** What becomes of a repeatable effect is brought back to its actor: done, or refused for good; never lost. */
import type { Effect, Result } from '../../durable/definition.ts';
import type { Admit } from '../../durable/effect-runner.ts';
import type { Log, Now } from '../../ports.ts';
import type { Reach } from '../boundaries.ts';

interface AcknowledgeWorld {
  now: Now;
  log: Log;
  reach: Reach;
  /** Whether a rejection only says that the service is closing. */
  isClosing(error: unknown): boolean;
}

/** `onDisk` is called when the actor has it on disk. */
export interface Acknowledge<Key extends string> {
  /** Waits for what was begun. A rejection counts as refused with `INTERNAL`, except where the service is closing. */
  whenDone(actor: Key, effect: Effect, done: Promise<Result>, onDisk?: () => void): void;
  acknowledge(actor: Key, effect: Effect, result: Result, onDisk?: () => void): void;
}

export function createAcknowledge<Key extends string>(world: AcknowledgeWorld, admit: Admit<Key>): Acknowledge<Key> {
  const { now, log, reach, isClosing } = world;

  function acknowledge(actor: Key, effect: Effect, result: Result, onDisk?: () => void): void {
    admit(actor, { kind: 'settled', effect: effect.id, result, at: now() }, () => {
      reach('effect acknowledged');
      onDisk?.();
    });
  }

  return {
    acknowledge,
    whenDone(actor, effect, done, onDisk) {
      const about = () => ({ actor, ...namesOf(effect), ms: now() - effect.since });
      reach('effect about to be sent');
      done
        .catch((error: unknown): Result | null => {
          if (isClosing(error)) return null;
          log.error({ ...about(), error }, 'effect failed');
          return { ok: false, code: 'INTERNAL', detail: 'the effect failed' };
        })
        .then((result) => {
          if (result === null) return;
          reach('effect sent');
          if (!result.ok) log.warn({ ...about(), ...result }, 'effect refused');
          acknowledge(actor, effect, result, onDisk);
        })
        .catch((error: unknown) => log.error({ ...about(), error }, 'effect was not acknowledged'));
    },
  };
}

/** What names an effect in the log; `id` is the number in its transaction id. */
function namesOf({ type, id, params }: Effect) {
  const { room, person, operation, turn, answers } = params;
  const named = { room, person, operation, turn, event: answers };
  const there = Object.entries(named).filter(([, value]) => value !== undefined && value !== null);
  return { effect: type, id, ...(Object.fromEntries(there) as Partial<typeof named>) };
}
