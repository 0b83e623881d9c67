/** What the registry and the policy make of a person, and of the rooms that the bot meets them in. Pure but for the directory. */
import type { AgentId, ContextId, RoomId, UserId } from '../../machines/ids.ts';
import type { Language } from '../../machines/language.ts';
import type { Marker } from '../../machines/marker.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { Assignment, Role, RoomContext } from '../../machines/room.model.ts';
import type { Registry } from '../ports.ts';
import type { Claimed } from './room.ts';

export interface RolesWorld {
  registry: Registry;
  access: { mayInvite(user: UserId): boolean; assignmentOf(user: UserId): Assignment | 'denied' };
  mode: 'spaces' | 'dm';
  /** The chat that a room was made for and is not introduced to yet. */
  inTheMaking(room: RoomId): { person: UserId; number: number; name: string } | null;
  /** What a person chose to be spoken to in; null for nothing. */
  languageOf(person: UserId): Language | null;
  /** The memory of all rooms of this person; null where each room has its own. */
  sharedBy(person: UserId): ContextId | null;
}

export interface Roles {
  agentFor(person: UserId): { agent: AgentId; assignment: Assignment };
  /** What a person chose to be spoken to in, if anything. */
  languageFor(person: UserId): { language?: Language };
  /**
   * What a room of a person is that the bot is brought into. An entry room of before is a chat where people have one
   * chat each; where they have one memory each too, it shares that with the chats of before.
   */
  roleFor(person: UserId): Role;
  /** What a room with this marker is. */
  roleOf(marker: Marker): Role;
  /** Whose the room is that nobody is known in, and `speaker` speaks in first. */
  claim(room: RoomId, speaker: UserId): Claimed;
  /** What the registry says of a room's person by now, where the room remembers otherwise. */
  refresh(context: RoomContext): RoomEvent[];
}

export function createRoles({ registry, access, mode, inTheMaking, languageOf, sharedBy }: RolesWorld): Roles {
  const isDenied = (person: UserId) => access.assignmentOf(person) === 'denied';

  function agentFor(person: UserId): ReturnType<Roles['agentFor']> {
    const assignment = access.assignmentOf(person);
    return { agent: registry.agentOf(person), assignment: assignment === 'configured' ? 'configured' : 'default' };
  }

  function languageFor(person: UserId): { language?: Language } {
    const language = languageOf(person);
    return language === null ? {} : { language };
  }

  function roleFor(person: UserId): Role {
    if (!access.mayInvite(person) || isDenied(person)) return 'refused';
    return mode === 'spaces' ? 'entry' : 'chat';
  }

  return {
    agentFor,
    languageFor,
    roleFor,
    roleOf({ person, kind }) {
      if (isDenied(person)) return 'refused';
      return kind === 'entry' && mode === 'spaces' ? 'entry' : 'chat';
    },
    claim(room, speaker) {
      const chat = inTheMaking(room);
      const { person, number, name } = chat ?? { person: speaker, number: null, name: null };
      const role = roleFor(person);
      const served = chat === null || role === 'refused' ? role : 'chat';
      const contextId = sharedBy(person);
      const theirs = { ...agentFor(person), ...languageFor(person), ...(contextId !== null && { contextId }) };
      return { type: 'room.claimed', person, role: served, ...theirs, number, name };
    },
    refresh({ person, role, number, agent, assignment }) {
      if (person === null) return [];
      const today = agentFor(person);
      const served = role === 'chat' || number !== null ? 'chat' : roleFor(person);
      const wanted = isDenied(person) ? 'refused' : served;
      if (wanted === role && today.agent === agent && today.assignment === assignment) return [];
      return [{ type: 'agent.assigned', role: wanted, ...today }];
    },
  };
}
