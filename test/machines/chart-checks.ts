import ts from 'typescript';
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { allNodes, describeMachine, pathTo, UNNAMED, type ChartNode } from '../../src/diagrams/walk.ts';

/** What is wrong with a machine, one sentence each; empty for a sound one. XState itself refuses targets that do not exist. */
export function problemsOf(build: () => AnyStateMachine, vocabulary = ''): string[] {
  let machine: AnyStateMachine;
  let root: ChartNode;
  try {
    machine = build();
    root = describeMachine(machine);
  } catch (error) {
    return [`does not build: ${(error as Error).message}`];
  }
  return [
    ...implementationProblems(root, machine, vocabulary),
    ...allNodes(root).flatMap(({ id, type }) => (type === 'history' ? [`'${id}' is a history state`] : [])),
    ...unreachable(root).map((id) => `nothing leads to '${id}'`),
    ...trespasses(root),
    ...children(machine),
  ];
}

const kinds = ['actions', 'guards', 'delays'] as const;

const composers = ['asks', 'enqueue', 'check', 'and', 'or', 'not'];

/** The names that other names are made of, in the source of a vocabulary. */
function namedWithin(vocabulary: string): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && composers.includes(node.expression.text)) {
      const parts = node.arguments.flatMap((part) => (ts.isArrayLiteralExpression(part) ? [...part.elements] : [part]));
      names.push(...parts.flatMap(namesOf));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('vocabulary.ts', vocabulary, ts.ScriptTarget.Latest, true));
  return names;
}

/** `'a name'` or `{ type: 'a name', … }`. */
function namesOf(part: ts.Node): string[] {
  if (ts.isStringLiteral(part)) return [part.text];
  if (!ts.isObjectLiteralExpression(part)) return [];
  return part.properties.flatMap((property) =>
    ts.isPropertyAssignment(property) && property.name.getText() === 'type' ? namesOf(property.initializer) : [],
  );
}

function implementationProblems(root: ChartNode, machine: AnyStateMachine, vocabulary: string): string[] {
  const nodes = allNodes(root);
  const transitions = nodes.flatMap((node) => node.transitions);
  const used = {
    actions: [...nodes.flatMap(({ entry, exit }) => [...entry, ...exit]), ...transitions.flatMap((t) => t.actions)],
    guards: transitions.flatMap(({ guard }) => (guard === null ? [] : [guard])),
    delays: transitions.flatMap(({ delay }) => (delay === null ? [] : [delay])),
  };
  const within = namedWithin(vocabulary);
  return kinds.flatMap((kind) => {
    const known = Object.keys(machine.implementations[kind]);
    const names = [...new Set(used[kind])];
    return [
      ...names.filter((name) => !known.includes(name)).map((name) => problemOfName(kind, name)),
      ...known
        .filter((name) => !names.includes(name) && !within.includes(name))
        .map((name) => `${kind}: '${name}' is never used`),
    ];
  });
}

function problemOfName(kind: string, name: string): string {
  return name === UNNAMED ? `${kind}: one has no name` : `${kind}: '${name}' has no implementation`;
}

/** Ids of the states that no run can enter, whatever the guards say. */
function unreachable(root: ChartNode): string[] {
  const entered = new Set<string>();
  const open = [root.id];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const node of pathTo(root, id)) {
      if (entered.has(node.id)) continue;
      entered.add(node.id);
      open.push(...node.transitions.flatMap(({ targets }) => targets));
      if (node.type === 'parallel') open.push(...node.children.map((child) => child.id));
    }
    const last = pathTo(root, id).at(-1)!;
    if (last.initial !== null) open.push(last.initial);
  }
  return allNodes(root).flatMap(({ id }) => (entered.has(id) ? [] : [id]));
}

/** Regions speak to each other by `raise`: none leads into another one. */
function trespasses(root: ChartNode): string[] {
  return allNodes(root)
    .filter(({ type }) => type === 'parallel')
    .flatMap(({ children: regions }) =>
      regions.flatMap((region) => {
        const others = regions.filter((other) => other !== region).flatMap(allNodes);
        return allNodes(region).flatMap(({ id, transitions }) =>
          transitions
            .flatMap(({ targets }) => targets)
            .filter((target) => others.some((other) => other.id === target))
            .map((target) => `'${id}' leads into another region, to '${target}'`),
        );
      }),
    );
}

function children(machine: AnyStateMachine): string[] {
  const nodes = nodesOf(machine.root);
  return [
    ...nodes.filter(({ invoke }) => invoke.length > 0).map(({ id }) => `'${id}' invokes`),
    ...Object.keys(machine.implementations.actors).map((name) => `actors: '${name}' is a child`),
    ...Object.entries(machine.implementations.actions).flatMap(([name, action]) =>
      (action as { type?: string }).type === 'xstate.spawnChild' ? [`actions: '${name}' spawns`] : [],
    ),
  ];
}

function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states as Record<string, AnyStateNode>).flatMap(nodesOf)];
}

/**
 * What a chart's source must not hold, so that it speaks in names only and the importer keeps it: chapters are plain typed
 * constants of the file itself, joined by one `createMachine`.
 */
export function formFaultsOf(source: string): string[] {
  const file = ts.createSourceFile('chart.ts', source, ts.ScriptTarget.Latest, true);
  const imported = new Set<string>();
  const faults: string[] = [];
  const calls: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportSpecifier(node)) imported.add(node.name.text);
    if (ts.isFunctionLike(node) && !ts.isTypeNode(node)) faults.push(`a function: ${firstLine(node)}`);
    if (ts.isCallExpression(node)) calls.push(node.expression.getText());
    if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node))
      faults.push(`more than a plain value: ${firstLine(node)}`);
    if (ts.isPropertyAssignment(node)) {
      if (node.name.getText() === 'params') faults.push(`params: ${firstLine(node)}`);
      if (
        ts.isIdentifier(node.initializer) &&
        node.name.getText() !== 'context' &&
        imported.has(node.initializer.text)
      ) {
        faults.push(`imported: ${firstLine(node)}`);
      }
    }
    const spread = ts.isSpreadAssignment(node)
      ? node.expression
      : ts.isShorthandPropertyAssignment(node)
        ? node.name
        : null;
    if (spread !== null && (!ts.isIdentifier(spread) || imported.has(spread.text)))
      faults.push(`imported: ${firstLine(node)}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  const machines = calls.filter((name) => /^\w+\.createMachine$/.test(name));
  const others = calls.filter((name) => !machines.includes(name)).map((name) => `calls ${name}`);
  return [...faults, ...others, ...(machines.length === 1 ? [] : [`${machines.length} × createMachine`])];
}

function firstLine(node: ts.Node): string {
  return node.getText().split('\n')[0] ?? '';
}

/** What a pure source must not say, one sentence each. Comments and strings may say anything. */
export function impuritiesOf(source: string): string[] {
  const imports = ts
    .preProcessFile(source, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => !['xstate', 'zod'].includes(name) && !/^\.\/[\w.-]+\.ts$/.test(name));
  const words = identifiersOf(source).filter((word) => impure.includes(word));
  return [...imports.map((name) => `imports '${name}'`), ...[...new Set(words)].map((word) => `speaks of ${word}`)];
}

const impure = [
  'spawnChild',
  'enqueue.spawnChild',
  'sendTo',
  'enqueue.sendTo',
  'Date',
  'Math.random',
  'process',
  'crypto',
  'performance',
  'setTimeout',
  'setInterval',
  'fetch',
];

/** The free names of a source, and what is taken from `Math`. */
function identifiersOf(source: string): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) {
      names.push(`${node.expression.getText()}.${node.name.text}`);
      visit(node.expression);
      return;
    }
    if (ts.isPropertyAssignment(node)) return visit(node.initializer);
    if (ts.isIdentifier(node)) names.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true));
  return names;
}
