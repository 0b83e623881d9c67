/** The part `policy` of the registry file: what it may say, its defaults, and what its parts mean together. */
import { z } from 'zod';
import type { UserId } from '../../machines/ids.ts';
import type { Policy } from './config.ts';
import { optional, section, template, userGlob, wellFormed } from './values.ts';

const DAY_MS = 86_400_000;
const milliseconds = z.int().min(0).max(DAY_MS);
const limitMs = z.int().min(100).max(DAY_MS);

const Reply = z.strictObject({
  stream: z.enum(['edits', 'final']).default('edits'),
  first_edit_ms: milliseconds.default(2000),
  max_edits: z.int().min(0).max(1000).default(40),
});

const Limits = z.strictObject({
  connect_ms: limitMs.default(5000),
  status_ms: limitMs.default(5000),
  silence_ms: limitMs.default(120_000),
  turn_ms: limitMs.default(1_800_000),
  frame_bytes: z.int().min(1024).max(134_217_728).default(8_388_608),
  queue: z.int().min(1).max(1000).default(20),
  connect_tries: z.int().min(1).max(100).default(5),
});

const Onboarding = z.strictObject({
  mode: z.enum(['spaces', 'dm']).default('spaces'),
  invites_per_minute: z.int().min(1).max(10_000).default(30),
});

const markdown = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .regex(/^[\P{Cc}\n\t]*$/u, 'contains control characters')
  .refine(...wellFormed);

const Access = z.strictObject({
  allowed: optional(z.array(userGlob).max(1000)),
  unmapped: z.enum(['default_agent', 'deny']).default('default_agent'),
  contact: optional(markdown),
  deny_repeat: z.enum(['once', 'always']).default('once'),
});

const Context = z.strictObject({ scope: z.enum(['room', 'person']).default('room') });

const Names = z.strictObject({
  space: template('name').default("{name}'s agents"),
  chat: template('number').default('Chat {number}'),
});

/** The policy as it was written, checked; defaults that need no other part filled in. */
export const WrittenPolicy = z.strictObject({
  reply: section(Reply),
  limits: section(Limits),
  onboarding: section(Onboarding),
  access: section(Access),
  context: section(Context),
  names: section(Names),
});
export type WrittenPolicy = z.infer<typeof WrittenPolicy>;

/** The keys of each part, by its path. */
export const policyKeys: Partial<Record<string, readonly string[]>> = {
  policy: Object.keys(WrittenPolicy.shape),
  'policy.reply': Object.keys(Reply.shape),
  'policy.limits': Object.keys(Limits.shape),
  'policy.onboarding': Object.keys(Onboarding.shape),
  'policy.access': Object.keys(Access.shape),
  'policy.context': Object.keys(Context.shape),
  'policy.names': Object.keys(Names.shape),
};

const limitMsHint = 'a whole number of milliseconds, 100 to 86400000';

/** What would be right, by path; parts that are mappings are left out. */
export const policyHints: Partial<Record<string, string>> = {
  'policy.reply.stream': '"edits" (the answer grows in the room) or "final" (only when it is complete)',
  'policy.reply.first_edit_ms': 'a whole number of milliseconds, 0 to 86400000',
  'policy.reply.max_edits': 'a whole number, 0 to 1000',
  'policy.limits.connect_ms': limitMsHint,
  'policy.limits.status_ms': limitMsHint,
  'policy.limits.silence_ms': limitMsHint,
  'policy.limits.turn_ms': limitMsHint,
  'policy.limits.frame_bytes': 'a whole number of bytes, 1024 to 134217728',
  'policy.limits.queue': 'a whole number, 1 to 1000',
  'policy.limits.connect_tries': 'a whole number, 1 to 100',
  'policy.onboarding.mode': '"spaces" (a Space of chats for every person) or "dm" (the room of the invite is the chat)',
  'policy.onboarding.invites_per_minute': 'a whole number, 1 to 10000',
  'policy.access.allowed': 'a list of user ids with * and ?: ["@*:example.org"]; or leave it out',
  'policy.access.allowed[]': 'a user id with * and ?, in quotes: "@*:example.org", "@ann:*"; everybody is "@*:*"',
  'policy.access.unmapped': '"default_agent" (the first agent of the list answers) or "deny" (nobody answers)',
  'policy.access.contact': 'a text of at most 2000 characters on how to get access, Markdown; or leave it out',
  'policy.access.deny_repeat': '"once" or "always"',
  'policy.context.scope':
    '"room" (every room has a memory of its own) or "person" (only where every person has an agent of their own)',
  'policy.names.space': 'a text; {name} stands for the name of the person',
  'policy.names.chat': 'a text; {number} stands for the number of the chat',
};

/** The policy of the bot `me`: by default everybody of its homeserver may invite it. */
export function policyOf(written: WrittenPolicy, me: UserId): Policy {
  const { reply, limits, onboarding, access, context, names } = written;
  return {
    reply: { stream: reply.stream, firstEditMs: reply.first_edit_ms, maxEdits: reply.max_edits },
    limits: {
      connectMs: limits.connect_ms,
      statusMs: limits.status_ms,
      silenceMs: limits.silence_ms,
      turnMs: limits.turn_ms,
      frameBytes: limits.frame_bytes,
      queue: limits.queue,
      connectTries: limits.connect_tries,
    },
    onboarding: { mode: onboarding.mode, invitesPerMinute: onboarding.invites_per_minute },
    access: {
      allowed: access.allowed ?? [`@*${me.slice(me.indexOf(':'))}`],
      unmapped: access.unmapped,
      contact: access.contact ?? null,
      denyRepeat: access.deny_repeat,
    },
    context,
    names,
  };
}

/** What an absent registry file means. */
export function defaultPolicy(me: UserId): Policy {
  return policyOf(WrittenPolicy.parse({}), me);
}
