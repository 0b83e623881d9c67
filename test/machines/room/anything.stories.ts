import { describe, expect, it } from 'vitest';
import { RoomId } from '../../../machines/ids.ts';
import { type RoomEvent } from '../../../machines/room.model.ts';
import { each, everywhere, failed, questionFinishing, questionLeft, streamingAble } from './scenes.ts';
import {
  adopted,
  agent,
  ann,
  archived,
  asked,
  assigned,
  awaited,
  bob,
  bystander,
  claimed,
  clear,
  command,
  delivered,
  encrypted,
  ended,
  file,
  granted,
  id,
  invited,
  joined,
  left,
  memberLeft,
  named,
  opened,
  play,
  ready,
  refused,
  rename,
  resumed,
  sentFile,
  shown,
  stranger,
  text,
  unreachable,
} from './story.ts';

const scenes = {
  // First, since they alone lead to some transitions: when all are taken, nobody looks for more.
  'a chat of a Space': play(adopted()),
  ...everywhere,
  ...{ failed, questionLeft, questionFinishing, streamingAble },
  unclaimed: play(),
  pointing: play(invited(ann, agent, 'entry'), joined),
  refusing: play(invited(ann, agent, 'refused'), joined),
  'a chat of a Space, refused': play(adopted(), assigned('refused')),
};

const anything: RoomEvent[] = [
  ...[invited(), invited(bob), invited(bob, agent, 'entry'), invited(bob, agent, 'refused'), joined, left],
  ...[claimed(), claimed('entry'), claimed('refused'), adopted(), adopted(bob), archived(), named('New'), encrypted],
  ...[assigned('chat'), assigned('refused'), memberLeft(), memberLeft(bob), bystander(), stranger(), resumed],
  { type: 'room.replaced', replacement: RoomId.parse('!new:example.org') },
  ...[text('2'), file, clear, rename('New'), rename(null)],
  ...(['help', 'stop', 'retry', 'yes', 'no', 'start', 'agent', 'whoami', 'archive'] as const).map(command),
  { type: 'command.new', eventId: id('new'), sender: ann, name: null, more: true },
  { type: 'command.chats', eventId: id('chats'), sender: ann, all: true },
  { type: 'command.unarchive', eventId: id('unarchive'), sender: ann, number: 1 },
  { type: 'command.unknown', eventId: id('unknown'), sender: ann, name: 'hlep' },
  { type: 'name.set', name: 'New' },
  { type: 'name.refused', name: 'New', code: 'M_FORBIDDEN' },
  { type: 'agent.reachable', agent },
  ...[granted(), awaited(1), opened(), ready(), unreachable(), asked(), sentFile(), shown()],
  ...[ended('done', 'a'), ended('done', null), ended('failed', 'a', 'silent'), ended('stopped', null)],
  ...[delivered(), refused()],
];
/** What a person may say only once somebody is known: the host puts `room.claimed` in front of it. */
const needsAPerson = (event: RoomEvent) => event.type !== 'stranger.spoke' && ('sender' in event || 'text' in event);

describe('whatever happens', () => {
  it.each(each(scenes))('any two events have a meaning, and turns and timers end together: %s', (_, scene) => {
    for (const first of anything) {
      if (scene.at === 'unclaimed' && needsAPerson(first)) continue;
      const between = scene.after(first);
      if (between.at === 'left') continue;
      for (const second of anything) {
        if (between.at === 'unclaimed' && needsAPerson(second)) continue;
        const { at, context, timers } = between.after(second);
        if (at === 'left') continue;
        const asks = at.startsWith('asking');
        expect([first.type, second.type, context.turn !== null, asks || Object.keys(timers).length === 0]).toEqual([
          first.type,
          second.type,
          asks,
          true,
        ]);
      }
    }
  });
});
