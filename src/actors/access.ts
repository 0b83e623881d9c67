/** Who may come to the bot, and whether an agent is there for them. Pure: decides from the configuration alone. */
import type { AgentId, UserId } from '../../machines/ids.ts';

export interface Access {
  /** Whether an invite of `user` is taken at all; everybody else is a stranger. */
  mayInvite(user: UserId): boolean;
  /** `configured`: `userAgents` names the person; `default`: everybody's agent answers; `denied`: none does. */
  assignmentOf(user: UserId): 'configured' | 'default' | 'denied';
}

export interface AccessRules {
  /** The bot itself: never served. */
  me: UserId;
  /** Globs over user ids: `*` and `?`, neither reaches over the first colon; the server part in any case. */
  allowed: readonly string[];
  /** Who has an agent of their own; they are always allowed. */
  userAgents: Readonly<Record<UserId, AgentId>>;
  /** What becomes of everybody else who is allowed. */
  unmapped: 'default_agent' | 'deny';
}

/** What a homeserver's name may look like; whatever else an id ends with is nobody's. */
const SERVER = /^(?:[a-z\d.-]+|\[[a-f\d:.]+\])(?::\d{1,5})?$/i;
const MAX_ID_LENGTH = 255;

export function createAccess({ me, allowed, userAgents, unmapped }: AccessRules): Access {
  const people = new Set<string>(Object.keys(userAgents));
  const globs = allowed.map(partsOf);

  function mayInvite(user: UserId): boolean {
    if (user === me) return false;
    if (people.has(user)) return true;
    if (user.length > MAX_ID_LENGTH) return false;
    const { localpart, server } = partsOf(user);
    if (!SERVER.test(server)) return false;
    return globs.some(
      (glob) => matches(glob.localpart, localpart) && matches(glob.server.toLowerCase(), server.toLowerCase()),
    );
  }

  return {
    mayInvite,
    assignmentOf(user) {
      if (!mayInvite(user)) return 'denied';
      if (people.has(user)) return 'configured';
      if (unmapped === 'deny') return 'denied';
      // Where nobody is named, everybody's agent is the agent meant.
      return people.size === 0 ? 'configured' : 'default';
    },
  };
}

/** The server part begins behind the first colon: `@a:evil.example:example.org` is nobody of example.org. */
function partsOf(id: string): { localpart: string; server: string } {
  const colon = id.indexOf(':');
  return colon === -1 ? { localpart: id, server: '' } : { localpart: id.slice(0, colon), server: id.slice(colon + 1) };
}

/** One pass that goes back to the last `*` only: at most as many steps as glob and text have characters, multiplied. */
function matches(glob: string, text: string): boolean {
  const wanted = [...glob];
  const found = [...text];
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < found.length;) {
    if (wanted[at] === '*') {
      star = at++;
      resume = index;
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === found[index])) {
      at++;
      index++;
    } else if (star !== -1) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  return wanted.slice(at).every((rest) => rest === '*');
}
