/** Push rules as clients expect to find them; they change nothing here. */
import { localpartOf } from './ids.ts';
import type { Json } from './json.ts';

const notify = ['notify', { set_tweak: 'sound', value: 'default' }];
const highlight = ['notify', { set_tweak: 'highlight' }, { set_tweak: 'sound', value: 'default' }];
const rule = (id: string, actions: unknown[], conditions: unknown[], enabled = true): Json => ({
  rule_id: id,
  default: true,
  enabled,
  actions,
  conditions,
});
const match = (key: string, pattern: string): Json => ({ kind: 'event_match', key, pattern });

/** The default rules that decide over plain messages; they cannot be changed here. */
export function pushRules(user: string): Json {
  const mention = { kind: 'event_property_contains', key: 'content.m\\.mentions.user_ids', value: user };
  const edit = { kind: 'event_property_is', key: 'content.m\\.relates_to.rel_type', value: 'm.replace' };
  return {
    global: {
      override: [
        rule('.m.rule.master', [], [], false),
        rule('.m.rule.suppress_notices', [], [match('content.msgtype', 'm.notice')]),
        rule('.m.rule.invite_for_me', notify, [
          match('type', 'm.room.member'),
          match('content.membership', 'invite'),
          match('state_key', user),
        ]),
        rule('.m.rule.member_event', [], [match('type', 'm.room.member')]),
        rule('.m.rule.is_user_mention', highlight, [mention]),
        rule('.m.rule.suppress_edits', [], [edit]),
      ],
      content: [
        {
          rule_id: '.m.rule.contains_user_name',
          default: true,
          enabled: true,
          actions: highlight,
          pattern: localpartOf(user),
        },
      ],
      room: [],
      sender: [],
      underride: [
        rule('.m.rule.message', ['notify'], [match('type', 'm.room.message')]),
        rule('.m.rule.encrypted', ['notify'], [match('type', 'm.room.encrypted')]),
      ],
    },
  };
}
