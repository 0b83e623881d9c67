/** The policy as `check-config` shows it: what it means for people. */
import type { Config, Policy } from './config.ts';
import { namesIn } from './default-names.ts';
import { wordsOf, wordsOfParts } from './policy-words.ts';
import { quoted } from './problem.ts';

const LONGEST_CONTACT = 240;

type Row = [string, string];

/** The rows of keys that do not stand in the row of their part. */
const rowOf: Partial<Record<string, string>> = {
  'onboarding.invites_per_minute': '',
  'onboarding.groups': '',
  'onboarding.mode': 'rooms',
  'context.scope': 'memory',
};

/** What the policy means for people, as rows of a name and a sentence. */
export function describePolicy(config: Config): Row[] {
  const { userAgents } = config;
  const policy = { ...config.policy, names: namesIn(config.policy.language, config.policy.names) };
  const row = (path: string): Row => [rowOf[path] ?? '', wordsOf(policy, path)];
  return [
    ['may invite', `${invitersOf(config)}; invites of anybody else are declined, and told so in a sentence`],
    row('onboarding.invites_per_minute'),
    row('onboarding.groups'),
    ...othersOf(policy),
    ...operatorsOf(policy),
    ...profileOf(policy),
    ...Object.entries(userAgents).map(([user, agent]): Row => ['person', `${user} talks to ${agent}`]),
    ...restOf(config),
    ['without agent', contactOf(policy)],
    row('onboarding.mode'),
    row('context.scope'),
    ...wordsOfParts(policy, Object.keys(rowOf)),
  ];
}

function invitersOf({ policy: { access }, userAgents }: Config): string {
  const inviters = access.allowed.map(groupOf);
  if (Object.keys(userAgents).length > 0)
    inviters.push(inviters.length === 0 ? 'only the people below' : 'the people below');
  return listOf(inviters);
}

function othersOf({ access: { notPeople } }: Policy): Row[] {
  return notPeople.length === 0 ? [] : [['no people', `${listOf(notPeople.map(groupOf))}: never served`]];
}

function profileOf({ profile: { name, avatar, spaceAvatar, chatAvatar } }: Policy): Row[] {
  const pictures = { 'the bot': avatar, 'new Spaces': spaceAvatar, 'new chats': chatAvatar };
  const said = Object.entries(pictures).flatMap(([what, picture]) =>
    picture === null ? [] : [`picture of ${what}: ${picture}`],
  );
  if (name !== null) said.unshift(`the bot is called "${name}"`);
  return said.length === 0 ? [] : [['profile', said.join(', ')]];
}

function operatorsOf({ operators }: Policy): Row[] {
  return operators.length === 0 ? [] : [['operators', `${listOf(operators)}: told how the service is, also by !ops`]];
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

function listOf(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}
