/** `machines/README.md`: the charts as diagrams, as sentences and as a table, all derived from the machines themselves. */
import { personEffects } from '../../machines/person.model.ts';
import { roomEffects } from '../../machines/room.effects.ts';
import { type EffectClass } from '../../machines/effects.ts';
import { personMachine } from '../../machines/person.machine.ts';
import { fixedLimits } from '../../machines/room-limits.ts';
import { roomMachine } from '../../machines/room.machine.ts';
import { supervisorMachine } from '../../machines/supervisor.machine.ts';
import { delays } from './delays.ts';
import { drawMermaid, type View } from './mermaid.ts';
import { messages } from './happenings.ts';
import { cellText, treatments } from './table.ts';
import { allNodes, conditionOf, describeMachine, pathTo, type ChartNode, type ChartTransition } from './walk.ts';

const conversation = 'room.serving.conversation';

/** The regions of a room that serves are all drawn with their inside. */
function roomViews(room: ChartNode): { caption: string; view: View }[] {
  const regions = pathTo(room, conversation)
    .at(-2)!
    .children.map(({ id }) => id);
  return [
    { caption: 'The whole room:', view: { inside: 'room', opened: ['room.serving', ...regions] } },
    {
      caption: 'The inside of `asking`, which is one turn:',
      view: { inside: `${conversation}.asking`, opened: [`${conversation}.asking.working`] },
    },
  ];
}

const effectClasses: Record<EffectClass, string> = {
  repeatable: 'kept in the record until acknowledged, sent again after a crash under the same transaction id',
  once: 'begun only when the record that says so is on disk, never sent again on its own',
  disposable: 'never stored; lost in a crash without harm',
};

/** The page as Markdown. Throws when a view above names a state that is gone. */
export function renderReadme(): string {
  const room = describeMachine(roomMachine);
  const person = describeMachine(personMachine);
  const supervisor = describeMachine(supervisorMachine);
  return `${[
    '# The machines',
    '<!-- Written by `npm run diagrams`; a test fails when this page and the machines differ. -->',
    'An arrow says: on this event, if [this holds], go there. A state takes what it does not name itself from the state around it.',
    '## The room',
    'One Matrix room is one machine. Where nobody invited the bot it is *unclaimed*: whoever speaks first becomes its person, before that word is heard. Then it is *serving* a person, or *pointing* from an entry room to the chats in a Space of the person, or *refusing* somebody whom no agent serves, until the bot has *left*; a numbered chat is *leaving* until the list of its person is without it. A room that serves has regions side by side. The *conversation* rests (`idle`, or `interrupted` when a turn was cut off and `!retry` would repeat it) until a text comes; then it is `asking`: it waits for a place among the turns that the agent takes at once, connects, waits for the agent to report its status, sends the text, and listens to the answer as it grows. The agent may ask something back, the person may stop it; when the answer is in the room the next waiting text has its turn. The *tray* and the *dialog* are places for files and for questions of our own; today they refuse and rest.',
    ...roomViews(room).flatMap(({ caption, view }) => [caption, fenced(drawMermaid(room, view))]),
    '### State × message',
    '*taken*: something happens that the message asks for; *held*: it waits its turn; *refused*: the person is told why not; *ignored*: nothing happens, on purpose. What differs under a circumstance stands in brackets. No message is heard in `unclaimed`, where `room.claimed` comes first, and in `leaving`, where the bot is no longer in the room. Found by running the machine: the states and circumstances are those that events lead to.',
    table(
      ['', ...messages.map(({ type }) => `\`${type}\``)],
      treatments().map(({ state, cells }) => [state, ...cells.map(cellText)]),
    ),
    '### Effects',
    'What a room wants done outside:',
    effectTable(roomEffects),
    '### Delays',
    delayTable(room, delays(roomMachine, { limits: fixedLimits })),
    '### Every state and transition',
    sentences(room),
    '## The person',
    'One person is one machine: a Space and the chats in it. Making a chat is a sequence of steps; each is in the record before the next begins, so that it goes on where it was after a kill, and wishes that come meanwhile wait in line. A step that the homeserver refuses ends the making, an alias that stays does not; the next wish goes on where it ended. Where the Space is lost meanwhile, another one is made.',
    fenced(drawMermaid(person, { inside: person.id, opened: [`${person.id}.making a chat`] })),
    '### Effects',
    'What a person wants done outside:',
    effectTable(personEffects),
    '### Every state and transition',
    sentences(person),
    '## The supervisor',
    'The root of the service. It boots, catches up with what happened while it was away, and runs; while the homeserver or the disk fails it is degraded and says why. Told to stop, it finishes open work within a limit. A room that crashes is restarted or parked, in every state.',
    fenced(drawMermaid(supervisor, { inside: supervisor.id, opened: [] })),
    '### Delays',
    delayTable(supervisor, delays(supervisorMachine)),
    '### Every state and transition',
    sentences(supervisor),
  ].join('\n\n')}\n`;
}

/** One transition as a line of the page. */
export function sentence(root: ChartNode, source: ChartNode, transition: ChartTransition): string {
  const condition = conditionOf(source, transition);
  const targets = transition.targets.map((id) => `*${nameOf(root, id)}*`);
  const does = [...transition.actions, ...(targets.length === 0 ? [] : [`→ ${targets.join(', ')}`])];
  const event = transition.delay === null && transition.event !== '' ? `\`${transition.label}\`` : transition.label;
  return `${event}${condition === null ? '' : ` [${condition}]`}: ${does.length === 0 ? 'nothing' : does.join(', ')}`;
}

/** The heading of a state: its path within the machine. */
export function nameOf(root: ChartNode, id: string): string {
  const path = pathTo(root, id).slice(1);
  return path.length === 0 ? root.key : path.map(({ key }) => key).join(' / ');
}

function sentences(root: ChartNode): string {
  return allNodes(root)
    .map((node) => {
      const tags = node.tags.length === 0 ? '' : ` (${node.tags.join(', ')})`;
      const lines = [
        ...(node.entry.length === 0 ? [] : [`on entry: ${node.entry.join(', ')}`]),
        ...(node.exit.length === 0 ? [] : [`on exit: ${node.exit.join(', ')}`]),
        ...node.transitions.map((transition) => sentence(root, node, transition)),
      ];
      const is = node.description === null ? '' : `: ${node.description}`;
      return [`- **${nameOf(root, node.id)}**${tags}${is}`, ...lines.map((line) => `  - ${line}`)].join('\n');
    })
    .join('\n');
}

function effectTable(effects: Record<string, EffectClass>): string {
  return table(
    ['effect', 'class', 'which means'],
    Object.entries(effects).map(([name, kind]) => [name, kind, effectClasses[kind]]),
  );
}

function delayTable(root: ChartNode, known: Record<string, string>): string {
  const uses = (name: string) =>
    allNodes(root)
      .filter(({ transitions }) => transitions.some(({ delay }) => delay === name))
      .map(({ id }) => nameOf(root, id));
  return table(
    ['delay', 'how long, where nothing else is remembered', 'bounds'],
    Object.entries(known).map(([name, length]) => [name, length, uses(name).join(', ')]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function fenced(diagram: string): string {
  return `\`\`\`mermaid\n${diagram}\n\`\`\``;
}
