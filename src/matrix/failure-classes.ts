/** The classes of failure in one table, which docs/failures.md shows: whose it is, who waits, what is read, what ends it. */

/**
 * - `limited`: too many requests; the same call may be made again after `retryAfterMs`
 * - `refused`: a final no to this call
 * - `unauthorised`: the access token is not (or no longer) valid
 * - `suspended`: the token is good, but the account or the whole homeserver is in a state in which nothing goes through
 * - `unavailable`: no answer, or not one of a homeserver; the same call may be made again
 * - `aborted`: by our own signal
 */
export type FailureKind = 'limited' | 'refused' | 'unauthorised' | 'suspended' | 'unavailable' | 'aborted';

export type FailureClass = 'of this message' | 'of this room' | 'of the account' | 'of the homeserver' | 'ours';

export interface ClassRow {
  examples: string;
  waits: string;
  person: string;
  operator: string;
  ends: string;
}

export const failureClasses: Record<FailureClass, ClassRow> = {
  'of this message': {
    examples: '`M_TOO_LARGE`, `M_BAD_JSON`; whatever a proxy refuses again and again while other messages pass',
    waits:
      'nobody: a refusal is final at once, that of a proxy after 8 tries (about a minute), and the next message goes',
    person: 'that the answer was not taken, and `!retry` sends it again; the length is blamed at `M_TOO_LARGE` only',
    operator:
      'a warning `message refused` with code and detail; `refusedMessages` in `/readyz` counts those of proxies',
    ends: 'the refusal',
  },
  'of this room': {
    examples: '`M_FORBIDDEN`, `M_NOT_FOUND`; 5xx and broken connections for one room while others pass',
    waits: 'this room only: at most 20 s between two tries, 20 tries; a refusal is final at once',
    person: 'nothing while it waits; where the bot was put out, nothing more',
    operator: 'a warning `message not sent, trying again` at the first try, then `message refused`',
    ends: 'an answer; for a bot that was put out, an invitation',
  },
  'of the account': {
    examples: '`M_CONSENT_NOT_GIVEN`, `M_USER_SUSPENDED`, `M_USER_LOCKED`, `M_USER_DEACTIVATED`; 429; 401',
    waits:
      'all messages: as long as a 429 says, 10 s between two tries of a suspended account, 30 s of a refused token',
    person: 'nothing; answers and notices are kept and come afterwards',
    operator: '`/readyz` is 503 and says the code; an error line in the log at the beginning, an info line at the end',
    ends: 'the first message that goes through; a token that stays refused ends the service',
  },
  'of the homeserver': {
    examples: 'no connection, timeouts, 5xx, answers of a captive portal; `M_RESOURCE_LIMIT_EXCEEDED`',
    waits: 'everybody: 0.5 s, doubling up to 20 s',
    person: 'nothing; answers and notices are kept and come afterwards',
    operator: '`/readyz` is 503 (no sync comes back); a warning at the first try',
    ends: 'the first answer',
  },
  ours: {
    examples: 'a message that cannot be put into a request (`TypeError`, `ERR_INVALID_…`); a service that closes',
    waits:
      'nobody: refused after 8 tries like what a proxy refuses; what a closing service had is sent after its start',
    person: 'that the answer was not taken, and `!retry` sends it again',
    operator: 'an error line with the code',
    ends: 'the refusal; the next start',
  },
};

/** States that end when a person acts: nothing is wrong with what was sent, so it waits. Some servers prefix the codes. */
const SUSPENDING =
  /(?:^|[._])(?:CONSENT_NOT_GIVEN|TERMS_NOT_SIGNED|USER_SUSPENDED|USER_ACCOUNT_SUSPENDED|USER_LOCKED|USER_DEACTIVATED|EXPIRED_ACCOUNT|RESOURCE_LIMIT_EXCEEDED)$/;

export function suspends(code: string): boolean {
  return SUSPENDING.test(code);
}

/** Whose failure it is. */
export function classOf({
  kind,
  status,
  code,
}: {
  kind: FailureKind;
  status: number | null;
  code: string;
}): FailureClass {
  switch (kind) {
    case 'limited':
    case 'unauthorised':
      return 'of the account';
    case 'suspended':
      return code.endsWith('RESOURCE_LIMIT_EXCEEDED') ? 'of the homeserver' : 'of the account';
    case 'refused':
      return code === 'M_FORBIDDEN' || code === 'M_NOT_FOUND' ? 'of this room' : 'of this message';
    case 'aborted':
      return 'ours';
    case 'unavailable':
      if (status !== null) return 'of the homeserver';
      return /^(?:\w*(?:Type|Range|Syntax|Reference)Error|DataCloneError|UNKNOWN|ERR_INVALID_\w+|ERR_UNESCAPED_CHARACTERS|ERR_HTTP_\w+)$/.test(
        code,
      )
        ? 'ours'
        : 'of the homeserver';
  }
}
