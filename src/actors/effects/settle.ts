/** What becomes of a repeatable effect is brought back to its actor: done, or refused for good; never lost. */
import type { Log, Now } from '../../ports.ts';
import type { Reach } from '../../durable/boundaries.ts';
import type { Effect, Result } from '../../durable/step.ts';
import type { Admit } from '../../durable/children.ts';

interface SettleWorld {
  now: Now;
  log: Log;
  reach: Reach;
  /** Whether a rejection only says that the service is closing. */
  isClosing(error: unknown): boolean;
}

/** `recorded` is called when the actor has it on disk. */
export interface Settle<Key extends string> {
  /** Waits for what was begun. A rejection settles as `INTERNAL`, except where the service is closing. */
  settle(key: Key, effect: Effect, done: Promise<Result>, recorded?: () => void): void;
  acknowledge(key: Key, effect: Effect, result: Result, recorded?: () => void): void;
}

/** `kind` is what the log calls the actor. */
export function createSettle<Key extends string>(kind: string, world: SettleWorld, admit: Admit): Settle<Key> {
  const { now, log, reach, isClosing } = world;

  function acknowledge(key: Key, effect: Effect, result: Result, recorded?: () => void): void {
    admit(key, { kind: 'settled', effect: effect.id, result, at: now() }, () => {
      reach('effect acknowledged');
      recorded?.();
    });
  }

  return {
    acknowledge,
    settle(key, effect, done, recorded) {
      const about = { [kind]: key, effect: effect.type };
      reach('effect about to be sent');
      done
        .catch((error: unknown): Result | null => {
          if (isClosing(error)) return null;
          log.error({ ...about, error }, 'effect failed');
          return { ok: false, code: 'INTERNAL', detail: 'the effect failed' };
        })
        .then((result) => {
          if (result === null) return;
          reach('effect sent');
          if (!result.ok) log.warn({ ...about, ...result }, 'effect refused');
          acknowledge(key, effect, result, recorded);
        })
        .catch((error: unknown) => log.error({ ...about, error }, 'effect was not acknowledged'));
    },
  };
}
