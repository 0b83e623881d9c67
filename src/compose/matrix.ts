/** Everything that talks to the homeserver, for one session. */
import type { MxcUri, RoomId, UserId } from '../../machines/ids.ts';
import type { Config } from '../config/config.ts';
import { createAttendance } from '../matrix/attendance.ts';
import { createClient } from '../matrix/client.ts';
import { withCounted } from '../matrix/counted.ts';
import { createCourier } from '../matrix/courier.ts';
import type { Session } from '../matrix/login.ts';
import type { KeepMarker } from '../matrix/markers.ts';
import { createMedia } from '../matrix/media.ts';
import { wearProfile } from '../matrix/profile.ts';
import { createQuoting } from '../matrix/quoting.ts';
import { createRoomWork } from '../matrix/rooms.ts';
import { createSignals } from '../matrix/signals.ts';
import { createStanding, type Suspension } from '../matrix/standing.ts';
import { createSurvey } from '../matrix/survey.ts';
import type { Chance, Log, NewFile, Now } from '../ports.ts';

export interface MatrixOptions {
  homeserver: string;
  /** How the bot and what it makes looks. */
  profile: Config['policy']['profile'];
  session: Session;
  /** Resolves as long as nobody else speaks for the account. */
  sure(): Promise<void>;
  me: UserId;
  now: Now;
  chance: Chance;
  log: Log;
  /** Keeps what stands in the place of a marker, before it is replaced. */
  keepMarker: KeepMarker;
  /** The homeserver refused a call as too many. */
  onLimited(): void;
  /** The homeserver no longer accepts the access token. */
  onUnauthorised(): void;
  /** The account, or the homeserver, is in a state in which nothing goes through; null: something did again. */
  onSuspended(state: Suspension | null): void;
  /** The bot is no longer in a room, and no sync says so. */
  onGone(room: RoomId): Promise<void>;
}

export function composeMatrix(options: MatrixOptions) {
  const { homeserver, profile, session, sure, me, now, chance, log, keepMarker, onGone, onLimited } = options;
  const { accessToken, deviceId } = session;
  const api = createClient({ homeserver, accessToken, me, sure, onLimited, log });
  const standing = createStanding(options);
  const courier = createCourier({ api, device: deviceId, me, now, chance, log, standing });
  const signals = createSignals({ api, log });
  const quoting = createQuoting({ api, log });
  const work = createRoomWork({
    ...{ api: withCounted(api, courier), me, chance, now, log, keepMarker, standing },
    avatars: { space: profile.spaceAvatar, chat: profile.chatAvatar },
  });
  const attendance = createAttendance({ api, me, chance, log });
  const media = createMedia({ api, homeserver, accessToken, sure, now, chance, log });
  const closing = new AbortController();
  let timesHeard = 0;
  const survey = createSurvey({ api, me, log, chance });
  return {
    ...{ api, signals, attendance, survey, work, refusedMessages: () => courier.givenUp },
    /** For the actors: what they are refused may tell that the bot is no longer in a room. */
    forActors: {
      ...attendance.watching({ work, send: courier.send }, onGone),
      ...{ sendDisposable: courier.sendDisposable, joinRoom: work.joinRoom, showTyping: signals.showTyping },
      quoteOf: quoting.quoteOf,
      media: {
        open: (url: MxcUri) => media.open(url, closing.signal),
        upload: (file: NewFile) => media.upload(file, closing.signal),
        timesHeard: () => timesHeard,
      },
    },
    /** What the account is called, as soon as it is called as the operator wants it; null where nobody says. */
    async nameOfTheBot() {
      await wearProfile(profile, { api, me, log, signal: closing.signal });
      return work.displayName(me);
    },
    /** A sync came back. */
    heard: () => void (timesHeard += 1),
    async close() {
      closing.abort();
      survey.close();
      work.close();
      signals.close();
      quoting.close();
      await courier.close();
      attendance.close();
    },
  };
}
