/** A chart as Mermaid `stateDiagram-v2` text: names, events and guards, which read as sentences; actions stand elsewhere. */
import { allNodes, conditionOf, isPassing, pathTo, type ChartNode, type ChartTransition } from './walk.ts';

export interface View {
  /** Id of the state whose inside is drawn. */
  inside: string;
  /** Ids of the states within it that are drawn with their own inside; the others are plain boxes. */
  opened: readonly string[];
}

interface Arrow {
  from: string;
  to: string;
  says: string;
}

/** A state answers for its children with an arrow of each; for more of them than this with one arrow of "any state". */
const MOST_HEIRS = 3;

/** Draws one view of a machine. Throws when the view names a state that does not exist. */
export function drawMermaid(root: ChartNode, view: View): string {
  const drawing = new Set([view.inside, ...view.opened]);
  for (const id of drawing) pathTo(root, id);
  const top = pathTo(root, view.inside).at(-1)!;
  const arrows = allNodes(top).flatMap((node) =>
    node.transitions.flatMap((transition) => arrowsOf(root, top, drawing, node, transition)),
  );
  const within = new Set(allNodes(top).map(({ id }) => id));
  const outside = [...new Set(arrows.map(({ to }) => to))].filter((id) => !within.has(id));
  const lines = [
    'stateDiagram-v2',
    ...outside.map((id) => `  ${box(pathTo(root, id).at(-1)!)}`),
    ...(top === root ? inside(top, drawing, arrows) : composite(top, drawing, arrows)).map((line) => `  ${line}`),
    ...merge(arrows).map(({ from, to, says }) => `  ${slug(from)} --> ${slug(to)} : ${says}`),
  ];
  return lines.join('\n');
}

function arrowsOf(
  root: ChartNode,
  top: ChartNode,
  drawing: ReadonlySet<string>,
  source: ChartNode,
  transition: ChartTransition,
): Arrow[] {
  const from = shown(root, top, drawing, source.id);
  const condition = conditionOf(source, transition);
  const says = condition === null ? transition.label : `${transition.label} [${condition}]`;
  return transition.targets.flatMap((target) => {
    const into = shown(root, top, drawing, target);
    if (from === into && (from !== source.id || target !== into)) return [];
    const to = landing(root, drawing, from, into);
    if (from !== source.id) return [{ from, to, says: `see the inside of ${nameOf(root, from)}` }];
    return departures(root, drawing, source, to, transition.event).map((id) => ({ from: id, to, says }));
  });
}

/** Where an arrow begins: what leads a state into its own inside is drawn from those within that leave the event to it. */
function departures(
  root: ChartNode,
  drawing: ReadonlySet<string>,
  node: ChartNode,
  to: string,
  event: string,
): string[] {
  if (!drawing.has(node.id) || !isWithin(root, node.id, to)) return [node.id];
  if (node.type === 'parallel') {
    const region = pathTo(node, to)[1]!;
    return departures(root, drawing, region, to, event);
  }
  const heirs = node.children.filter((child) => leavesTo(child, event));
  return heirs.length <= MOST_HEIRS ? heirs.map(({ id }) => id) : [anyState(node.id)];
}

/** What enters a state from within is drawn to where that state begins. */
function landing(root: ChartNode, drawing: ReadonlySet<string>, from: string, to: string): string {
  const initial = pathTo(root, to).at(-1)!.initial;
  return initial !== null && drawing.has(to) && isWithin(root, to, from) ? landing(root, drawing, from, initial) : to;
}

/** The innermost state of the drawing in which `id` lies; itself when it lies outside of what is drawn. */
function shown(root: ChartNode, top: ChartNode, drawing: ReadonlySet<string>, id: string): string {
  const path = pathTo(root, id);
  const start = path.findIndex((node) => node.id === top.id);
  if (start === -1) return id;
  const closed = path.slice(start).find((node) => !drawing.has(node.id));
  return closed?.id ?? id;
}

function isWithin(root: ChartNode, outer: string, id: string): boolean {
  return outer !== id && pathTo(root, id).some((node) => node.id === outer);
}

/** Whether a state leaves an event, in one case at least, to the state around it. */
function leavesTo(child: ChartNode, event: string): boolean {
  if (child.type === 'final' || isPassing(child)) return false;
  return !child.transitions.some((own) => own.event === event && own.guard === null);
}

function composite(node: ChartNode, drawing: ReadonlySet<string>, arrows: readonly Arrow[]): string[] {
  return [`${box(node)} {`, ...inside(node, drawing, arrows).map((line) => `  ${line}`), '}'];
}

function inside(node: ChartNode, drawing: ReadonlySet<string>, arrows: readonly Arrow[]): string[] {
  const children = node.children.map((child) => [
    ...(drawing.has(child.id) ? composite(child, drawing, arrows) : [box(child)]),
    ...(child.type === 'final' ? [`${slug(child.id)} --> [*]`] : []),
  ]);
  if (node.type === 'parallel') return children.flatMap((lines, index) => (index === 0 ? lines : ['--', ...lines]));
  const any = anyState(node.id);
  return [
    ...(node.initial === null ? [] : [`[*] --> ${slug(node.initial)}`]),
    ...children.flat(),
    ...(arrows.some(({ from }) => from === any) ? [`state "in any state here" as ${slug(any)}`] : []),
  ];
}

/** One arrow for all that leads from one state to another: the words stand below each other. */
function merge(arrows: readonly Arrow[]): Arrow[] {
  const merged = new Map<string, Arrow>();
  for (const arrow of arrows) {
    const key = `${arrow.from} > ${arrow.to}`;
    const known = merged.get(key);
    const says = new Set([...(known?.says.split(LINE_BREAK) ?? []), plain(arrow.says)]);
    merged.set(key, { ...arrow, says: [...says].join(LINE_BREAK) });
  }
  return [...merged.values()];
}

const LINE_BREAK = '<br/>';
const ANY = 'any state of ';

function anyState(id: string): string {
  return `${ANY}${id}`;
}

function nameOf(root: ChartNode, id: string): string {
  return pathTo(root, id).at(-1)!.key;
}

function box(node: ChartNode): string {
  return `state "${plain(node.key)}" as ${slug(node.id)}`;
}

function slug(id: string): string {
  return id.replace(/[^A-Za-z0-9]+/g, '_');
}

/** Without the signs that would end a Mermaid label. */
function plain(text: string): string {
  return text.replace(/["<>:;{}\n]/g, ' ');
}
