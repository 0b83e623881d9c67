/** Gets the bot its access token, and the device that its transaction ids are remembered under. */
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { UserId } from '../../machines/ids.ts';
import type { Chance, Log } from '../ports.ts';
import { createClient } from './client.ts';
import { asRefusal, MatrixFailure } from './errors.ts';
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

const LoggedIn = z.object({ access_token: z.string().min(1), user_id: UserId, device_id: z.string().min(1) });

/** Tries until the homeserver answers; rejects with LoginRefused, or with Closed once the signal aborts. */
export async function login(options: LoginOptions): Promise<Session> {
  const { signal, chance, log, wait = realWait } = options;
  const enter = 'accessToken' in options.credentials ? withToken : withPassword;
  const device = options.deviceId ?? options.rememberedDeviceId ?? newDeviceId();
  return retry(() => enter(options, device).catch(onlyWhatEnds), {
    on: ['unavailable', 'limited', 'suspended'],
    signal,
    wait,
    chance,
    onRetry({ status, code, detail }, waitMs) {
      log.warn({ homeserver: options.homeserver, status, code, detail, waitMs }, 'login failed, trying again');
    },
  }).catch((error: unknown) => {
    throw error instanceof MatrixFailure ? refusal(error, options) : error;
  });
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
    log.warn({ configured: options.deviceId, device: whoami.device_id }, 'the access token belongs to another device');
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

function refusal({ kind, code, detail }: MatrixFailure, { credentials, userId }: LoginOptions): LoginRefused {
  const reason = `(${code}: ${detail})`;
  if ('accessToken' in credentials) {
    return kind === 'unauthorised'
      ? new LoginRefused(
          `The homeserver does not accept the access token ${reason}. Set MATRIX_ACCESS_TOKEN to a valid one.`,
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
