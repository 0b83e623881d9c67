import type { Config, Policy } from './config.ts';
import { quoted } from './problem.ts';

const LONGEST_CONTACT = 240;
const LONGEST_NAME = 80;

type Row = [string, string];

/** What the policy means for people, as rows of a name and a sentence. */
export function describePolicy(config: Config): Row[] {
  const { onboarding } = config.policy;
  const named = Object.entries(config.userAgents);
  return [
    ['may invite', `${invitersOf(config)}; invites of anybody else are declined without a word`],
    ['', `more than ${onboarding.invitesPerMinute} of one person within a minute are declined too`],
    ...named.map(([user, agent]): Row => ['person', `${user} talks to ${agent}`]),
    ...restOf(config),
    ['without agent', contactOf(config.policy)],
    ['rooms', roomsOf(config.policy)],
    ['memory', memoryOf(config.policy)],
  ];
}

function invitersOf({ policy: { access }, userAgents }: Config): string {
  const inviters = access.allowed.map(groupOf);
  if (Object.keys(userAgents).length > 0)
    inviters.push(inviters.length === 0 ? 'only the people below' : 'the people below');
  return listOf(inviters);
}

/** A glob in words where it is one of the usual ones. */
function groupOf(glob: string): string {
  if (glob === '@*:*') return 'everybody of every homeserver';
  const [, server] = /^@\*:([^*?]+)$/.exec(glob) ?? [];
  if (server !== undefined) return `everybody of ${server}`;
  return /[*?]/.test(glob) ? `whoever matches ${glob}` : glob;
}

/** What those get whom `user_agents` does not name; nothing where nobody else may invite. */
function restOf({ agents, userAgents, policy: { access } }: Config): Row[] {
  if (access.allowed.length === 0) return [];
  const everybody = Object.keys(userAgents).length === 0;
  const first = agents[0]?.id ?? '';
  if (everybody) return [['everybody', `talks to ${first}`]];
  if (access.unmapped === 'default_agent') {
    return [
      ['others', `who may invite talk to ${first}, the first agent, and are told that they have none of their own`],
    ];
  }
  return [['others', 'who may invite get no agent']];
}

function contactOf({ access }: Policy): string {
  const told = access.denyRepeat === 'once' ? 'once in a room' : 'at every message';
  const words =
    access.contact === null ? 'to ask the people who run this service' : quoted(access.contact, LONGEST_CONTACT);
  return `whoever gets none, or loses theirs, is told so ${told}: ${words}`;
}

function roomsOf({ onboarding, names }: Policy): string {
  return onboarding.mode === 'dm'
    ? 'the room of the invite is the chat: the person is greeted and answered there, and no Space is made'
    : `a Space for every person, named ${quoted(names.space, LONGEST_NAME)}, with chats named ${quoted(names.chat, LONGEST_NAME)}; the room of the invite only points to them`;
}

function memoryOf({ context }: Policy): string {
  return context.scope === 'room'
    ? 'one for every room; !clear begins a new one'
    : 'one for every person, in all of their rooms; !clear does not empty it';
}

function listOf(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}
