/** Whether the homeserver lets the account send at all: told when it changes. */
import type { Log } from '../ports.ts';
import type { MatrixFailure } from './errors.ts';

/** A state of the account, or of the whole homeserver, in which nothing goes through. */
export interface Suspension {
  code: string;
  detail: string;
}

export interface StandingOptions {
  log: Log;
  /** The access token is refused. */
  onUnauthorised: () => void;
  /** Null: something went through again. */
  onSuspended: (state: Suspension | null) => void;
}

export interface Standing {
  /** It is in doubt whether anything goes through. */
  readonly inDoubt: boolean;
  fell(kind: 'unauthorised' | 'suspended', failure: MatrixFailure): void;
  /** The homeserver took what the account sent, or judged it. */
  rose(): void;
}

export function createStanding({ log, onUnauthorised, onSuspended }: StandingOptions): Standing {
  let fellBy: 'unauthorised' | 'suspended' | null = null;

  function endSuspension(): void {
    if (fellBy === 'suspended') onSuspended(null);
  }

  return {
    get inDoubt() {
      return fellBy !== null;
    },
    fell(kind, { code, detail }) {
      if (fellBy === kind) return;
      endSuspension();
      fellBy = kind;
      if (kind === 'suspended') {
        log.error({ code, detail }, 'homeserver lets the account send nothing: everything waits');
        onSuspended({ code, detail });
      } else {
        log.error({ code, detail }, 'homeserver does not accept the access token');
        onUnauthorised();
      }
    },
    rose() {
      if (fellBy === 'suspended') log.info({}, 'homeserver lets the account send again');
      endSuspension();
      fellBy = null;
    },
  };
}
