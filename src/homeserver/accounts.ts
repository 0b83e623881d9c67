/** The users, their devices and tokens, and what each of them keeps. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { newToken } from './ids.ts';
import type { Json } from './json.ts';

export interface Device {
  user: string;
  id: string;
  name: string | null;
  tokens: Set<string>;
  /** Member events that lazy loading has already sent to this device. */
  membersSent: Set<string>;
}

/** One piece of account data and the stream position of its last change. */
export interface Stored {
  content: Json;
  position: number;
}

export interface Account {
  id: string;
  passwordHash: Buffer;
  profile: { displayname?: string; avatar_url?: string };
  accountData: Map<string, Stored>;
  roomAccountData: Map<string, Map<string, Stored>>;
  filters: Json[];
  /** Rooms with a membership that was not forgotten. */
  rooms: Set<string>;
  devices: Map<string, Device>;
}

const hash = (password: string) => createHash('sha256').update(password).digest();

/** Users, their devices and tokens. */
export class Accounts {
  readonly #users = new Map<string, Account>();
  readonly #tokens = new Map<string, Device>();
  readonly #expired = new Set<string>();

  get(user: string): Account | undefined {
    return this.#users.get(user);
  }

  add(user: string, password: string, displayname: string): Account {
    const account: Account = {
      id: user,
      passwordHash: hash(password),
      profile: { displayname },
      accountData: new Map(),
      roomAccountData: new Map(),
      filters: [],
      rooms: new Set(),
      devices: new Map(),
    };
    this.#users.set(user, account);
    return account;
  }

  passwordFits(account: Account, password: string): boolean {
    return timingSafeEqual(account.passwordHash, hash(password));
  }

  /** A new token for the device, which is made when there is none; older tokens of it go on working. */
  login(account: Account, deviceId: string, name: string | null): { device: Device; token: string } {
    const device = account.devices.get(deviceId) ?? {
      user: account.id,
      id: deviceId,
      name,
      tokens: new Set<string>(),
      membersSent: new Set<string>(),
    };
    const token = newToken();
    device.tokens.add(token);
    account.devices.set(deviceId, device);
    this.#tokens.set(token, device);
    return { device, token };
  }

  /** Ends the device with all its tokens. */
  logout(device: Device): void {
    for (const token of device.tokens) this.#tokens.delete(token);
    this.#users.get(device.user)?.devices.delete(device.id);
  }

  /** Makes all tokens of the user answer as expired; its devices stay. */
  expireTokens(user: string): void {
    for (const device of this.#users.get(user)?.devices.values() ?? []) {
      for (const token of device.tokens) {
        this.#tokens.delete(token);
        this.#expired.add(token);
      }
      device.tokens.clear();
    }
  }

  byToken(token: string): Device | undefined {
    return this.#tokens.get(token);
  }

  hasExpired(token: string): boolean {
    return this.#expired.has(token);
  }
}
