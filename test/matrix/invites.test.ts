import { describe, expect, test } from 'vitest';
import { inviteIn, isInvite } from '../../src/matrix/invites.ts';
import { me } from './support.ts';

const ann = '@ann:test';
const cleo = '@cleo:test';

/** As the stripped state of an invite has it: without an id. */
const member = (membership: unknown, user: string = me, sender: unknown = ann) => ({
  type: 'm.room.member',
  state_key: user,
  sender,
  content: { membership },
});
const joinRules = (join_rule: unknown) => ({
  type: 'm.room.join_rules',
  state_key: '',
  sender: ann,
  content: { join_rule },
});
const create = (content: unknown, state_key = '') => ({ type: 'm.room.create', state_key, sender: ann, content });
const name = { type: 'm.room.name', state_key: '', sender: cleo, content: { name: 'a' } };

describe('an invite in a timeline', () => {
  test.each<[string, unknown, boolean]>([
    ['of the bot', member('invite'), true],
    ['of the bot, with an id', { ...member('invite'), event_id: '$1', unsigned: {} }, true],
    ['of somebody else', member('invite', cleo), false],
    ['a join of the bot', member('join'), false],
    ['by nobody', member('invite', me, 'ann'), false],
    ['without a membership', member(undefined), false],
    ['a message', { type: 'm.room.message', sender: ann, content: { msgtype: 'm.text', body: 'invite' } }, false],
    ['nothing', null, false],
  ])('%s', (_, raw, expected) => {
    expect(isInvite(raw, me)).toBe(expected);
  });
});

describe('the stripped state of an invite', () => {
  const invited = { type: 'room.invited', person: ann };
  const unwanted = (why: string, person = ann) => ({ type: 'invite.unwanted', person, why });
  const several = 'it names several senders';

  test.each<[string, unknown[], unknown]>([
    ['names who invites, wherever it stands', [null, name, member('invite', cleo, cleo), member('invite')], invited],
    ['says it twice', [member('invite'), member('invite')], invited],
    ['names an allowed person before the true sender', [member('invite'), member('invite', me, cleo)], 'several'],
    ['names an allowed person behind the true sender', [member('invite', me, cleo), member('invite')], 'several'],
    ['names nobody before the true sender', [member('invite', me, 7), member('invite')], 'several'],
    ['names somebody else for a join before', [member('join', me, cleo), member('invite')], 'several'],
    ['takes the invite back', [member('invite'), member('leave')], null],
    ['names nobody', [member('invite', me, 7)], null],
    ['has the join of the bot only', [name, member('join')], null],
    ['is of somebody else', [member('invite', cleo)], null],
    ['is empty', [], null],
    ['is of a Space', [create({ type: 'm.space' }), member('invite')], unwanted('it is to a Space')],
    ['is of a Space, said behind', [member('invite'), create({ type: 'm.space' })], unwanted('it is to a Space')],
    ['is of a public room', [joinRules('public'), member('invite')], { ...invited, open: true }],
    ['is of a public room, said behind', [member('invite'), joinRules('public')], { ...invited, open: true }],
    ['is of a room for those who are invited', [joinRules('invite'), member('invite')], invited],
    ['is of a room with a rule that nobody knows', [joinRules(['public']), member('invite')], invited],
    ['is of a room', [create({ room_version: '12' }), member('invite')], invited],
    ['is of a kind that nobody knows', [create({ type: ['m.space'] }), member('invite')], invited],
    ['has a Space in what is no state of its own', [create({ type: 'm.space' }, 'x'), member('invite')], invited],
  ])('%s', (_, state, expected) => {
    const last = state.findLast((raw) => (raw as { state_key?: string } | null)?.state_key === me);
    const sender = (last as { sender?: string } | undefined)?.sender;
    expect(inviteIn(state, me)).toEqual(expected === 'several' ? unwanted(several, sender) : expected);
  });
});
