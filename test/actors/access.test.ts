import { describe, expect, test } from 'vitest';
import type { AgentId, UserId } from '../../machines/ids.ts';
import { createAccess } from '../../src/actors/access.ts';

const me = '@bot:example.org' as UserId;
const people = { '@ann:example.org': 'a', '@Bob:partner.example': 'b' } as Record<UserId, AgentId>;
const nobody = {} as Record<UserId, AgentId>;

/** Whether the one glob lets the user in. */
function allows(glob: string, user: string): boolean {
  return createAccess({ me, allowed: [glob], userAgents: nobody, unmapped: 'default_agent' }).mayInvite(user as UserId);
}

describe('a glob', () => {
  test.each<[string, string, boolean]>([
    ['@*:example.org', '@cleo:example.org', true],
    ['@*:example.org', '@:example.org', true],
    ['@*:example.org', '@cleo:example.com', false],
    ['@*:example.org', '@cleo:example.org.evil.example', false],
    ['@*:example.org', '@cleo:sub.example.org', false],
    ['@*:example.org', '@cleo:exampleXorg', false],
    ['@*:example.org', '@cleo:example.org:8448', false],
    ['@*:example.org:8448', '@cleo:example.org:8448', true],
    ['@*:*.example.org', '@cleo:sub.example.org', true],
    ['@*:*.example.org', '@cleo:example.org', false],
    ['@*:*', '@cleo:anywhere.example', true],
    ['@*:*', '@cleo:[2001:db8::1]:8448', true],
    ['@*:*', '@cleo:127.0.0.1:8448', true],
    ['@*:[::1]', '@cleo:[::1]', true],
    ['@cleo:*', '@cleo:example.org', true],
    ['@cleo:*', '@cleo2:example.org', false],
    ['@cleo:example.org', '@cleo:example.org', true],
    // the localpart as it is, the server in any case
    ['@cleo:example.org', '@Cleo:example.org', false],
    ['@Cleo:example.org', '@Cleo:example.org', true],
    ['@Cl*:example.org', '@cleo:example.org', false],
    ['@*:Example.ORG', '@cleo:example.org', true],
    ['@*:example.org', '@cleo:EXAMPLE.org', true],
    // one character
    ['@team-?:example.org', '@team-a:example.org', true],
    ['@team-?:example.org', '@team-:example.org', false],
    ['@team-?:example.org', '@team-ab:example.org', false],
    ['@?:example.org', '@😀:example.org', true],
    ['@?*?:example.org', '@ab:example.org', true],
    ['@?*?:example.org', '@a:example.org', false],
    // stars in between
    ['@a*c:example.org', '@ac:example.org', true],
    ['@a*c:example.org', '@abcbc:example.org', true],
    ['@a*c:example.org', '@abcb:example.org', false],
    ['@a*b*c:example.org', '@a-c-b-c:example.org', true],
    ['@**a**:example.org', '@a:example.org', true],
    ['@*ab:example.org', '@aab:example.org', true],
    ['@*abac:example.org', '@ababac:example.org', true],
    // nothing is a regular expression
    ['@.*:example.org', '@cleo:example.org', false],
    ['@.*:example.org', '@.x:example.org', true],
    ['@[a-z]+:example.org', '@cleo:example.org', false],
    ['@(a|b):example.org', '@a:example.org', false],
    ['@a+:example.org', '@aa:example.org', false],
    ['@\\w:example.org', '@w:example.org', false],
    ['@^a$:example.org', '@a:example.org', false],
    ['@*:example\\.org', '@cleo:example.org', false],
    // hostile ids: a star never reaches from the localpart into the server
    ['@*:example.org', '@cleo:evil.example:example.org', false],
    ['@*:example.org', '@cleo:evil.example\n:example.org', false],
    ['@*:*.example.org', '@cleo:evil.example/.example.org', false],
    ['@*:*.example.org', '@cleo:evil.example:x.example.org', false],
    ['@*:*example.org', '@cleo:evil.example@example.org', false],
    ['@*:*', '@cleo:', false],
    ['@*:*', '@cleo:a b', false],
    ['@*:*', '@cleo:a\0', false],
    ['@*:*', '@cleo:例え.example', false],
    ['@*:*', '@cleo:*', false],
    // the Kelvin sign is a k in lower case, and no letter of a server's name
    ['@*:kino.example', '@cleo:\u212aino.example', false],
    ['@*:*', '@cleo:\u212aino.example', false],
    ['@*:*', '@cleo', false],
    ['@*:*', '', false],
    ['@*:*', '!room:example.org', false],
    ['@*:*', 'cleo:example.org', false],
    ['@*:*', `@${'x'.repeat(300)}:example.org`, false],
    ['@*:example.org', '@*:example.org', true],
    ['@cleo:example.org', '@*:example.org', false],
    ['@cleo:example.org', '@????:example.org', false],
    // globs that are none
    ['*', '@cleo:example.org', false],
    ['', '@cleo:example.org', false],
    ['', '', false],
    ['@*', '@cleo:example.org', false],
    ['example.org', '@cleo:example.org', false],
    ['@cleo:', '@cleo:example.org', false],
  ])('%j for %j: %s', (glob, user, expected) => {
    expect(allows(glob, user)).toBe(expected);
  });

  test('that would keep a regular expression busy for years is decided', () => {
    const glob = `@${'a*'.repeat(100)}b:example.org`;
    expect(allows(glob, `@${'a'.repeat(230)}:example.org`)).toBe(false);
    expect(allows(glob, `@${'a'.repeat(229)}b:example.org`)).toBe(true);
    expect(allows(`@${'*'.repeat(100_000)}:example.org`, '@cleo:example.org')).toBe(true);
  });
});

describe('who is served', () => {
  const rules = { me, allowed: ['@*:example.org', '@x*:other.example'], userAgents: people };
  const open = createAccess({ ...rules, unmapped: 'default_agent' });
  const closed = createAccess({ ...rules, unmapped: 'deny' });

  test.each<[string, boolean, string, string]>([
    ['@ann:example.org', true, 'configured', 'configured'],
    ['@Bob:partner.example', true, 'configured', 'configured'],
    ['@bob:partner.example', false, 'denied', 'denied'],
    ['@Bob:PARTNER.example', false, 'denied', 'denied'],
    ['@cleo:example.org', true, 'default', 'denied'],
    ['@Ann:example.org', true, 'default', 'denied'],
    ['@xena:other.example', true, 'default', 'denied'],
    ['@cleo:other.example', false, 'denied', 'denied'],
    ['@bot:example.org', false, 'denied', 'denied'],
    ['@bot:other.example', false, 'denied', 'denied'],
    ['__proto__', false, 'denied', 'denied'],
    ['constructor', false, 'denied', 'denied'],
  ])('%s', (id, mayInvite, whenOpen, whenClosed) => {
    const user = id as UserId;
    expect([open.mayInvite(user), closed.mayInvite(user)]).toEqual([mayInvite, mayInvite]);
    expect([open.assignmentOf(user), closed.assignmentOf(user)]).toEqual([whenOpen, whenClosed]);
  });

  test('without globs only people with an agent', () => {
    const access = createAccess({ me, allowed: [], userAgents: people, unmapped: 'default_agent' });
    expect(access.assignmentOf('@ann:example.org' as UserId)).toBe('configured');
    expect(access.assignmentOf('@cleo:example.org' as UserId)).toBe('denied');
    expect(access.mayInvite('@cleo:example.org' as UserId)).toBe(false);
  });

  test('the bot itself never, even with an agent of its own', () => {
    const userAgents = { [me]: 'a' } as Record<UserId, AgentId>;
    const access = createAccess({ me, allowed: ['@*:*'], userAgents, unmapped: 'default_agent' });
    expect([access.mayInvite(me), access.assignmentOf(me)]).toEqual([false, 'denied']);
  });
});

describe('an account that is no person', () => {
  const access = createAccess({
    ...{ me, allowed: ['@*:*'], unmapped: 'default_agent' as const },
    notPeople: ['@notices:*', '@telegram_*:example.org'],
    userAgents: { '@telegram_ann:example.org': 'a' } as Record<UserId, AgentId>,
  });

  test.each<[string, boolean]>([
    ['@notices:example.org', false],
    ['@notices:elsewhere.example', false],
    ['@telegram_1:example.org', false],
    ['@telegram_1:EXAMPLE.org', false],
    [me, false],
    ['@telegram_1:elsewhere.example', true],
    ['@telegram_ann:example.org', true],
    ['@noticesann:example.org', true],
  ])('%s is a person: %s, and may invite as little', (user, expected) => {
    expect([access.isPerson(user as UserId), access.mayInvite(user as UserId)]).toEqual([expected, expected]);
  });
});

test('an operator is who the policy names, whatever else they are; never the bot', () => {
  const operators = ['@ann:example.org', '@notices:example.org', me] as UserId[];
  const access = createAccess({ me, allowed: [], userAgents: {}, unmapped: 'deny', operators });
  const users = [...operators, '@ann:elsewhere.example', '@Ann:example.org'] as UserId[];
  expect(users.map(access.isOperator)).toEqual([true, true, false, false, false]);
});
