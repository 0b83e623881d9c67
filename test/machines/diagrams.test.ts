import { readFileSync } from 'node:fs';
import { createMachine } from 'xstate';
import { describe, expect, it } from 'vitest';
import { personMachine } from '../../machines/person.machine.ts';
import { roomMachine } from '../../machines/room.machine.ts';
import { supervisorMachine } from '../../machines/supervisor.machine.ts';
import { renderMachinesReadme } from '../../src/diagrams.ts';
import { drawMermaid } from '../../src/diagrams/mermaid.ts';
import { nameOf, sentence } from '../../src/diagrams/readme.ts';
import { allNodes, describeMachine } from '../../src/diagrams/walk.ts';

const page = renderMachinesReadme();
const diagrams = [...page.matchAll(/```mermaid\n([^]*?)\n```/g)].map(([, diagram = '']) => diagram);

describe('machines/README.md', () => {
  it('is what the machines say now (else: npm run diagrams)', () => {
    expect(readFileSync(new URL('../../machines/README.md', import.meta.url), 'utf8')).toBe(page);
  });

  it.each([roomMachine, personMachine, supervisorMachine])(
    'holds every state and transition of a machine: $id',
    (machine) => {
      const root = describeMachine(machine);
      const lines = new Set(page.split('\n'));
      const missing = allNodes(root).flatMap((node) => {
        const heading = `- **${nameOf(root, node.id)}**`;
        const own = node.transitions.map((transition) => `  - ${sentence(root, node, transition)}`);
        const headed = [...lines].some((line) => line.startsWith(heading));
        return [...(headed ? [] : [heading]), ...own.filter((line) => !lines.has(line))];
      });
      expect(missing).toEqual([]);
      expect(allNodes(root).length).toBeGreaterThan(5);
    },
  );

  it.each([roomMachine, personMachine, supervisorMachine])(
    'draws every state and every arrow of a machine: $id',
    (machine) => {
      const drawn = diagrams.join('\n');
      const root = describeMachine(machine);
      const states = allNodes(root).filter(({ id }) => id !== root.id);
      expect(states.filter(({ key }) => !drawn.includes(`state "${key}" as `)).map(({ id }) => id)).toEqual([]);
      const arrows = allNodes(root).flatMap(({ transitions }) =>
        transitions.filter(({ targets }) => targets.length > 0),
      );
      const label = ({ label, guard }: (typeof arrows)[number]) => (guard === null ? label : `${label} [${guard}]`);
      const labels = diagrams.flatMap((diagram) => diagram.split(/ : |<br\/>|\n/));
      expect(arrows.map(label).filter((words) => !labels.some((found) => found.startsWith(words)))).toEqual([]);
      expect(arrows.length).toBeGreaterThan(5);
    },
  );
});

describe('the diagrams', () => {
  const name = '[A-Za-z0-9_]+';
  const grammar = [
    /^stateDiagram-v2$/,
    new RegExp(`^state "[^"<>:;{}]+" as ${name}( \\{)?$`),
    new RegExp(`^\\[\\*\\] --> ${name}$`),
    new RegExp(`^${name} --> \\[\\*\\]$`),
    new RegExp(`^${name} --> ${name} : ([^"<>:;{}]|<br/>)+$`),
    /^--$/,
    /^\}$/,
  ];

  /** What a strict reader of Mermaid has against a diagram. */
  function faultsOf(diagram: string): string[] {
    const lines = diagram.split('\n').map((line) => line.trim());
    const faults = lines
      .filter((line) => !grammar.some((rule) => rule.test(line)))
      .map((line) => `not a line: ${line}`);
    const boxes: string[] = [];
    const open: string[] = [];
    const around = new Map<string, string[]>();
    for (const line of lines) {
      const box = /^state ".*" as (\w+)( \{)?$/.exec(line);
      if (box?.[1] !== undefined) {
        if (boxes.includes(box[1])) faults.push(`drawn twice: ${box[1]}`);
        boxes.push(box[1]);
        around.set(box[1], [...open]);
        if (box[2] !== undefined) open.push(box[1]);
      }
      if (line === '}' && open.pop() === undefined) faults.push('closes nothing');
      if (line === '--' && open.length === 0) faults.push('divides nothing');
    }
    if (open.length > 0) faults.push(`left open: ${open.join(', ')}`);
    for (const line of lines) {
      const [, from = '', to = ''] = /^(\S+) --> (\S+)/.exec(line) ?? [];
      for (const end of [from, to]) {
        if (end !== '' && end !== '[*]' && !boxes.includes(end)) faults.push(`no such box: ${end}`);
      }
      // Mermaid's layout breaks on an arrow between a box and what is inside of it.
      if (around.get(from)?.includes(to) || around.get(to)?.includes(from)) faults.push(`into itself: ${line}`);
    }
    return faults;
  }

  it('are four, and sound', () => {
    expect(diagrams.length).toBe(4);
    expect(diagrams.flatMap(faultsOf)).toEqual([]);
  });

  it('are held to a grammar that can say no', () => {
    const faulty = [
      'stateDiagram-v2',
      'state "a" as a {',
      'state "b" as b',
      'state "b" as b',
      'a --> b : go',
      'b --> c : go',
      'b -> b',
      'b --> b : one: two',
    ];
    expect(faultsOf(faulty.join('\n'))).toEqual([
      'not a line: b -> b',
      'not a line: b --> b : one: two',
      'drawn twice: b',
      'left open: a',
      'into itself: a --> b : go',
      'no such box: c',
    ]);
    expect(faultsOf('--\n}')).toEqual(['divides nothing', 'closes nothing']);
  });

  it('lead from a state around others by arrows of those that do not answer themselves', () => {
    const machine = createMachine({
      id: 'lamp',
      initial: 'off',
      on: { 'cut; now': '.off', smash: '.broken' },
      states: {
        off: { on: { press: [{ guard: 'it is "fine"', target: 'on.dim' }, 'broken'], 'cut; now': {} } },
        on: { initial: 'dim', states: { dim: { on: { press: 'bright' } }, bright: { on: { press: '#lamp.off' } } } },
        broken: { type: 'final' },
      },
    });
    expect(drawMermaid(describeMachine(machine), { inside: 'lamp', opened: [] }).split('\n')).toEqual([
      'stateDiagram-v2',
      '  [*] --> lamp_off',
      '  state "off" as lamp_off',
      '  state "on" as lamp_on',
      '  state "broken" as lamp_broken',
      '  lamp_broken --> [*]',
      '  lamp_on --> lamp_off : cut  now<br/>see the inside of on',
      '  lamp_off --> lamp_broken : smash<br/>press [otherwise]',
      '  lamp_on --> lamp_broken : smash',
      '  lamp_off --> lamp_on : press [it is  fine ]',
    ]);
    expect(drawMermaid(describeMachine(machine), { inside: 'lamp.on', opened: [] }).split('\n')).toEqual([
      'stateDiagram-v2',
      '  state "off" as lamp_off',
      '  state "on" as lamp_on {',
      '    [*] --> lamp_on_dim',
      '    state "dim" as lamp_on_dim',
      '    state "bright" as lamp_on_bright',
      '  }',
      '  lamp_on_dim --> lamp_on_bright : press',
      '  lamp_on_bright --> lamp_off : press',
    ]);
  });

  it('name a state by its place, whatever id the chart gave it, and lead from within to where it begins', () => {
    const machine = createMachine({
      id: 'lamp',
      initial: 'on',
      states: {
        on: {
          id: 'light',
          initial: 'dim',
          on: { cut: 'off' },
          states: {
            dim: { id: 'faint', on: { press: 'bright', again: '#light' } },
            bright: { on: { press: '#faint', again: '#light' } },
          },
        },
        off: { on: { press: '#light' } },
      },
    });
    expect(drawMermaid(describeMachine(machine), { inside: 'lamp', opened: ['lamp.on'] }).split('\n')).toEqual([
      'stateDiagram-v2',
      '  [*] --> lamp_on',
      '  state "on" as lamp_on {',
      '    [*] --> lamp_on_dim',
      '    state "dim" as lamp_on_dim',
      '    state "bright" as lamp_on_bright',
      '  }',
      '  state "off" as lamp_off',
      '  lamp_on --> lamp_off : cut',
      '  lamp_on_dim --> lamp_on_bright : press',
      '  lamp_on_dim --> lamp_on_dim : again',
      '  lamp_on_bright --> lamp_on_dim : press<br/>again',
      '  lamp_off --> lamp_on : press',
    ]);
  });

  it('lead from a state with regions into one of them from within that one', () => {
    const machine = createMachine({
      id: 'lamp',
      type: 'parallel',
      on: { cut: '.light.off' },
      states: {
        light: { initial: 'off', states: { off: { on: { press: 'on', cut: {} } }, on: {} } },
        fan: { initial: 'still', states: { still: {} } },
      },
    });
    const view = { inside: 'lamp', opened: ['lamp.light', 'lamp.fan'] };
    const arrows = drawMermaid(describeMachine(machine), view)
      .split('\n')
      .filter((line) => line.includes(' : '));
    expect(arrows).toEqual(['  lamp_light_on --> lamp_light_off : cut', '  lamp_light_off --> lamp_light_on : press']);
  });

  it('say so when a view names a state that is gone', () => {
    const root = describeMachine(createMachine({ id: 'lamp' }));
    expect(() => drawMermaid(root, { inside: 'lamp', opened: ['lamp.on'] })).toThrow(
      "the chart has no state 'lamp.on'",
    );
  });
});
