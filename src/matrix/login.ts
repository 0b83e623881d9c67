/** Gets the bot its access token, and the device that its transaction ids are remembered under. */
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { UserId } from '../../machines/ids.ts';
import { after } from '../basics/after.ts';
import type { Chance, Log } from '../ports.ts';
import { createClient } from './client.ts';
import { whatIsThere, whyNoHomeserver } from './diagnosis.ts';
import { asRefusal, MatrixFailure, type FailureKind } from './errors.ts';
import type { Wait } from './wait.ts';
import { retry, wait as realWait } from './wait.ts';

type Credentials = { accessToken: string } | { password: string };

export interface LoginOptions {
  homeserver: string;
  userId: UserId;
  credentials: Credentials;
  /** The configured device; with an access token the device is the token's own. */
  deviceId: string | null;
  /** The device of an earlier start. */
  rememberedDeviceId: string | null;
  /** Ends the trying; `login` then rejects with `Closed`. */
  signal: AbortSignal;
  chance: Chance;
  log: Log;
  /** Hears why it is still tried, a sentence for the operator; null when that is over. */
  onTrouble?: (says: string | null) => void;
  wait?: Wait;
}

export interface Session {
  accessToken: string;
  userId: UserId;
  deviceId: string;
}

/** The homeserver does not let this bot in; the message says what to change. */
export class LoginRefused extends Error {
  override readonly name = 'LoginRefused';
}

/** Whoever starts a service hears within seconds that nothing answers, ms. */
const SILENT_MS = 3_500;

/** What may pass. */
const WAITS: FailureKind[] = ['unavailable', 'limited', 'suspended'];

const LoggedIn = z.object({ access_token: z.string().min(1), user_id: UserId, device_id: z.string().min(1) });

/** Tries until the homeserver answers; rejects with LoginRefused, or with Closed once the signal aborts. */
export async function login(options: LoginOptions): Promise<Session> {
  const { signal, chance, log, wait = realWait } = options;
  const enter = 'accessToken' in options.credentials ? withToken : withPassword;
  const device = options.deviceId ?? options.rememberedDeviceId ?? newDeviceId();
  const teller = createTeller(options);
  try {
    return await retry(() => enter(options, device).catch(onlyWhatEnds).finally(teller.ifSilent()), {
      on: WAITS,
      signal,
      wait,
      chance,
      onRetry(failure, waitMs) {
        const { status, code, detail } = failure;
        log.warn({ homeserver: options.homeserver, status, code, detail, waitMs }, 'login failed, trying again');
        teller.tell(failure);
      },
    });
  } catch (error) {
    throw error instanceof MatrixFailure ? await refusal(error, options) : error;
  } finally {
    teller.close();
  }
}

/** Tries once; rejects with LoginRefused, which says why in any case. */
export async function loginOnce(options: Omit<LoginOptions, 'onTrouble' | 'wait'>): Promise<Session> {
  const enter = 'accessToken' in options.credentials ? withToken : withPassword;
  const device = options.deviceId ?? options.rememberedDeviceId ?? newDeviceId();
  try {
    return await enter(options, device).catch(onlyWhatEnds);
  } catch (error) {
    if (!(error instanceof MatrixFailure)) throw error;
    if (!WAITS.includes(error.kind)) throw await refusal(error, options);
    throw new LoginRefused(await whyNoHomeserver(options.homeserver, error));
  }
}

/** Says of each kind of trouble once why nobody lets the bot in, and what to do. */
function createTeller({ homeserver, log, onTrouble }: LoginOptions) {
  let last = '';
  let isOver = false;
  const tell = (failure: MatrixFailure): void => {
    const kind = `${failure.status} ${failure.code}`;
    if (kind === last) return;
    last = kind;
    void whyNoHomeserver(homeserver, failure).then((says) => {
      if (isOver) return;
      log.warn({ says }, 'no way into the homeserver');
      onTrouble?.(says);
    });
  };
  return {
    tell,
    /** The function that comes back calls it off. */
    ifSilent() {
      const detail = `No answer within ${SILENT_MS} ms`;
      const silence = new MatrixFailure({ kind: 'unavailable', status: null, code: 'ESOCKETTIMEDOUT', detail });
      return after(SILENT_MS, () => tell(silence));
    },
    close() {
      isOver = true;
      onTrouble?.(null);
    },
  };
}

async function withToken(options: LoginOptions): Promise<Session> {
  const { homeserver, userId, credentials, signal, log } = options;
  const accessToken = 'accessToken' in credentials ? credentials.accessToken : '';
  const whoami = await createClient({ homeserver, accessToken, me: userId, log }).whoami({ signal });
  if (whoami.user_id !== userId) throw foreign(whoami.user_id, userId, 'MATRIX_ACCESS_TOKEN');
  if (whoami.device_id === undefined) {
    throw new LoginRefused(
      'The access token belongs to no device, so the homeserver would not recognise a message that is sent twice. ' +
        'Set MATRIX_ACCESS_TOKEN to a token that came from a login, or set MATRIX_PASSWORD instead.',
    );
  }
  if (options.deviceId !== null && options.deviceId !== whoami.device_id) {
    const says = 'A token has the device of its login: correct MATRIX_DEVICE_ID, or leave it out.';
    log.warn(
      { configured: options.deviceId, device: whoami.device_id, says },
      'the access token belongs to another device',
    );
  }
  return { accessToken, userId, deviceId: whoami.device_id };
}

async function withPassword(options: LoginOptions, device: string): Promise<Session> {
  const { homeserver, userId, credentials, signal, log } = options;
  const answer = await createClient({ homeserver, accessToken: null, me: userId, log }).call(
    LoggedIn,
    'POST',
    '/_matrix/client/v3/login',
    {
      signal,
      body: {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: userId },
        password: 'password' in credentials ? credentials.password : '',
        device_id: device,
        initial_device_display_name: 'Roomkeeper',
      },
    },
  );
  if (answer.user_id !== userId) throw foreign(answer.user_id, userId, 'MATRIX_PASSWORD');
  return { accessToken: answer.access_token, userId, deviceId: answer.device_id };
}

function foreign(actual: UserId, configured: UserId, variable: string): LoginRefused {
  return new LoginRefused(
    `The homeserver says that ${variable} belongs to ${actual}, but MATRIX_USER_ID is ${configured}. Correct one of the two.`,
  );
}

async function refusal(failure: MatrixFailure, options: LoginOptions): Promise<LoginRefused> {
  const { kind, code, detail, status } = failure;
  const { credentials, userId, homeserver } = options;
  const reason = `(${code}: ${detail})`;
  const elsewhere = status === 404 ? await whatIsThere(homeserver) : null;
  if (elsewhere !== null) return new LoginRefused(elsewhere);
  if (code.endsWith('USER_DEACTIVATED')) {
    return new LoginRefused(
      `The account ${userId} is deactivated ${reason}. Have it activated again by an administrator, or set MATRIX_USER_ID to another account.`,
    );
  }
  if ('accessToken' in credentials) {
    return kind === 'unauthorised'
      ? new LoginRefused(
          `The homeserver does not accept the access token ${reason}. Its session has ended (by a logout, a new password, its age), or it is not copied whole. ` +
            'Set MATRIX_ACCESS_TOKEN to a valid one, or set MATRIX_PASSWORD instead.',
        )
      : new LoginRefused(
          `The homeserver refused to say whose the access token is ${reason}. Check MATRIX_HOMESERVER and MATRIX_ACCESS_TOKEN.`,
        );
  }
  return code === 'M_FORBIDDEN' || kind === 'unauthorised'
    ? new LoginRefused(
        `The homeserver refused the password of ${userId} ${reason}. Check MATRIX_USER_ID and MATRIX_PASSWORD.`,
      )
    : new LoginRefused(
        `The homeserver refused to log ${userId} in ${reason}. Check MATRIX_HOMESERVER; where it takes no passwords, set MATRIX_ACCESS_TOKEN.`,
      );
}

/** Nobody waits at the door of an account that is no more. */
function onlyWhatEnds(error: unknown): never {
  if (!(error instanceof MatrixFailure) || !error.code.endsWith('USER_DEACTIVATED')) throw error;
  throw asRefusal(error);
}

function newDeviceId(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  return `ROOMKEEPER_${Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join('')}`;
}
