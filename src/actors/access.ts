/** Who may come to the bot, and whether an agent is there for them. Pure: decides from the configuration alone. */
import type { AgentId, UserId } from '../../machines/ids.ts';

export interface Access {
  /** False for accounts that are nobody's: what they say and where they invite to is for the operator's log. */
  isPerson(user: UserId): boolean;
  /** Whether an invite of `user` is taken at all; everybody else is a stranger. */
  mayInvite(user: UserId): boolean;
  /** Whether they are told how the service is where they ask for it by `!ops`. */
  isOperator(user: UserId): boolean;
  /** `configured`: `userAgents` names the person; `default`: everybody's agent answers; `denied`: none does. */
  assignmentOf(user: UserId): 'configured' | 'default' | 'denied';
}

export interface AccessRules {
  /** The bot itself: never served. */
  me: UserId;
  /** Globs over user ids: `*` and `?`, neither reaches over the first colon; the server part in any case. */
  allowed: readonly string[];
  /** Globs over the ids of bots, of bridges' ghosts, of the homeserver itself: never served, unless `userAgents` names them. */
  notPeople?: readonly string[];
  /** Who has an agent of their own; they are always allowed. */
  userAgents: Readonly<Record<UserId, AgentId>>;
  operators?: readonly UserId[];
  /** What becomes of everybody else who is allowed. */
  unmapped: 'default_agent' | 'deny';
}

/** What a homeserver's name may look like; whatever else an id ends with is nobody's. */
const SERVER = /^(?:[a-z\d.-]+|\[[a-f\d:.]+\])(?::\d{1,5})?$/i;
const MAX_ID_LENGTH = 255;

export function createAccess({
  me,
  allowed,
  notPeople = [],
  operators = [],
  userAgents,
  unmapped,
}: AccessRules): Access {
  const operating = new Set<string>(operators);
  const people = new Set<string>(Object.keys(userAgents));
  const allowedGlobs = allowed.map(partsOf);
  const otherGlobs = notPeople.map(partsOf);

  function isPerson(user: UserId): boolean {
    return user !== me && (people.has(user) || !isOneOf(otherGlobs, user));
  }

  function mayInvite(user: UserId): boolean {
    if (!isPerson(user)) return false;
    if (people.has(user)) return true;
    return user.length <= MAX_ID_LENGTH && SERVER.test(partsOf(user).server) && isOneOf(allowedGlobs, user);
  }

  return {
    isPerson,
    mayInvite,
    isOperator: (user) => user !== me && operating.has(user),
    assignmentOf(user) {
      if (!mayInvite(user)) return 'denied';
      if (people.has(user)) return 'configured';
      if (unmapped === 'deny') return 'denied';
      // Where nobody is named, everybody's agent is the agent meant.
      return people.size === 0 ? 'configured' : 'default';
    },
  };
}

function isOneOf(globs: readonly ReturnType<typeof partsOf>[], user: UserId): boolean {
  const { localpart, server } = partsOf(user);
  return globs.some(
    (glob) => matches(glob.localpart, localpart) && matches(glob.server.toLowerCase(), server.toLowerCase()),
  );
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
