/** Who may push: one token an agent, in a file of its own. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Log, Now } from '../ports.ts';

export interface Tokens {
  /** Whether this is the token of this agent; of one that has none, or that nobody knows, no token is. Never rejects. */
  isOf(agent: string, token: string): Promise<boolean>;
}

export interface TokenWorld {
  /** The file with the token of an agent; null where it has none, or is not known. */
  fileOf(agent: string): string | null;
  readFile(path: string): Promise<string>;
  now: Now;
  log: Log;
}

/** A wrong token makes the file be read again, so that a new one needs no restart; but not more often than this, ms. */
const LOOK_AGAIN_MS = 5_000;
/** A longer one is none. */
const LONGEST_TOKEN = 4096;
const TOKEN = /^[\x21-\x7e]+$/;

interface Read {
  at: number;
  digest: Promise<Buffer | null>;
}

export function createTokens({ fileOf, readFile, now, log }: TokenWorld): Tokens {
  const files = new Map<string, Read>();
  const nobodys = randomBytes(32);

  async function digestIn(file: string): Promise<Buffer | null> {
    try {
      const token = (await readFile(file)).trim();
      return isToken(token) ? digestOf(token) : null;
    } catch (error) {
      log.warn({ file, error }, 'token of an agent could not be read');
      return null;
    }
  }

  function read(file: string): Read {
    const found = { at: now(), digest: digestIn(file) };
    files.set(file, found);
    return found;
  }

  return {
    async isOf(agent, token) {
      if (!isToken(token)) return false;
      const given = digestOf(token);
      const file = fileOf(agent);
      if (file === null) return timingSafeEqual(given, nobodys);
      const known = files.get(file) ?? read(file);
      if (isSame(given, await known.digest)) return true;
      if (now() - known.at < LOOK_AGAIN_MS) return false;
      const anew = files.get(file) === known ? read(file) : (files.get(file) ?? known);
      return isSame(given, await anew.digest);
    },
  };
}

function isToken(token: string): boolean {
  return token.length <= LONGEST_TOKEN && TOKEN.test(token);
}

/** Two of the same length, whatever the tokens have. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function isSame(one: Buffer, other: Buffer | null): boolean {
  return other !== null && timingSafeEqual(one, other);
}
