/** What the earlier system was known not to do (A-01..A-52 of docs/requirements.md), each with what is so now. */
export interface OldLimit {
  id: number;
  was: string;
  now: string;
}

const said = (id: number, was: string, now: string): OldLimit => ({ id, was, now });

/** Still there, or there by nature: with a way around, where there is one. */
export const stillSo: readonly OldLimit[] = [
  said(
    1,
    'No end-to-end encryption',
    'So it is. In an encrypted room the bot says so, once, and reads nothing. Way around: rooms that it makes itself are not encrypted; do not switch encryption on in them, nor force it for all rooms of the homeserver.',
  ),
  said(
    2,
    'An agent that restarts forgets',
    'Its memory is its own affair. Where its STATUS has another `session` than before, the person is told that it may have forgotten; agents of `kind: provider` keep their memory in the state folder and forget nothing.',
  ),
  said(
    3,
    'The shared volume binds bot and agents to one host',
    'So it is: files travel through a folder that both see. Texts need no folder. Across hosts, a network file system that has `rename` and hard links or exclusive creation does (NFS 4); `check-agents --files` tries it both ways.',
  ),
  said(
    19,
    'The first pieces of an answer are missing after tools or files',
    'That is the agent’s: what comes is shown, in its order. `LOG_LEVEL=trace` writes every frame, so that one sees what came.',
  ),
  said(
    36,
    'Leaving a room does not delete it',
    'By nature of Matrix. `reset --mode server-leave-forget` takes the bot out and says that people keep the rooms until they leave them.',
  ),
  said(
    37,
    'Clients send a file and its words apart',
    'By nature of clients. Files wait for the next text; a caption goes along at once.',
  ),
  said(
    50,
    'The agents’ protocol may lose files',
    'What an agent can do stands in its STATUS; frames that nobody knows are counted and change nothing.',
  ),
];

/** No limit any more. */
export const noMore: readonly OldLimit[] = [
  said(
    4,
    'A change of the registry needs a restart',
    'Agents, people, access and the keys that rooms ask at the moment apply at once; what waits for the next start is named, and an invalid change does nothing but be told.',
  ),
  said(5, 'Saves and settings vanish with the process', 'They are on disk with their person.'),
  said(
    6,
    'Whether a save is there depends on the agent’s goodwill',
    'The service looks at the file, and calls nothing saved that is not there.',
  ),
  said(7, 'Clearing is cosmetic', '`!clear` gives the room a new memory.'),
  said(8, 'The store blocks', 'One write for all rooms of a tick; nobody waits for another room’s.'),
  said(9, 'A search hits another person’s chat', 'Numbers live with their person.'),
  said(10, 'Two `!new` get one number', 'One actor per person numbers the chats.'),
  said(11, 'The first chat has a constant number', 'It is counted like all others.'),
  said(
    12,
    'A long task that has ended cannot reach the person',
    'Agents may push ([docs/agent-protocol.md](agent-protocol.md)), once the operator has set a token.',
  ),
  said(13, 'Nothing is seen before the end', 'The answer grows in the room.'),
  said(14, 'Everybody is let in', '`policy.access` says who; a person who is not is told whom to ask.'),
  said(15, 'Rooms without an owner', 'In a chat only its person’s messages are turns.'),
  said(16, 'Keys of tenants mix', 'A row for each room and person, by its id.'),
  said(
    17,
    'The backend is hard-wired',
    '`MATRIX_PLATFORM_BACKEND`; another word than `real` or `mock` ends the start.',
  ),
  said(18, 'Confirmations are stubs', 'A question is a state of the room, and outlives a restart.'),
  said(20, 'Tokens are lost', 'They stand in the line of the turn, and in `!context` as the agent counts them.'),
  said(21, 'A second END blurs answers', 'It changes nothing but a counter.'),
  said(22, 'Late events stick to the next answer', 'A turn hears its own connection alone.'),
  said(23, 'The SDK’s queue is fragile', 'The protocol is spoken by the service’s own code.'),
  said(24, 'Big images end badly', 'What is too big is said before it goes, and a closing for size is told as that.'),
  said(25, 'A stream hangs for ever', 'Silence and the whole turn have bounds (above).'),
  said(26, 'A request ends without an answer', 'Every message ends in something visible, also an END without text.'),
  said(27, 'Volumes of agents collide', 'A start looks whether each workspace is one agent’s alone.'),
  said(28, 'Roots do not match', 'A start says what there is of a path; `check-agents --files` tries both sides.'),
  said(29, 'Rights between containers', 'The problem names both users and the mode.'),
  said(30, 'Duplicate rooms after a loss', 'Rooms are found again by what the bot keeps about them on the homeserver.'),
  said(31, 'An error of a provider kills the process', 'A fault stays in its room.'),
  said(
    32,
    'The loss of the database makes rooms unusable',
    'They are found again, with their people, numbers and memories.',
  ),
  said(33, 'Rows and records disagree', 'One record says it; a start sets the rest right.'),
  said(34, 'Stale counters bring ids back', 'A counter is never taken back.'),
  said(35, 'A repeated invitation does nothing', 'It brings the way back to what is there.'),
  said(38, 'Undoing by a reaction is not standard', 'A reaction that is removed takes the word back.'),
  said(39, 'No monitoring', '`/metrics`, `/readyz`, and `!ops` in Matrix ([docs/operating.md](operating.md)).'),
  said(
    40,
    'No bound on pace, no health, no graceful end',
    'Lines, rates and sizes are bounded (above); a signal ends it within ten seconds, with nothing lost.',
  ),
  said(41, 'A client library does not know direct rooms', 'Whoever invites is the person; `is_direct` is not asked.'),
  said(42, 'Versions of Python', 'None is used.'),
  said(43, 'Tests inherit the deployment’s variables', 'Configuration is handed in.'),
  said(44, 'A doubled block drops credentials', 'A test reads the compose files.'),
  said(45, 'A wrong path to the registry', 'The start ends and names the path.'),
  said(46, 'Clearing wipes the wrong memory', 'The old one is retired, the new one is new.'),
  said(47, 'Two storages for two surfaces', 'One store behind ports.'),
  said(48, 'Error paths are not tested', 'Every transition is, through a killed host.'),
  said(49, 'Whose a room is, is unclear without records', 'It stands in the bot’s own data of the room.'),
  said(
    51,
    'The homeserver’s certificate is not trusted',
    '`MATRIX_CA_FILE` adds an authority; a certificate that is not trusted is named.',
  ),
  said(52, 'Messages, choices and files are lost over a restart', 'They are kept.'),
];
