import type { AnswerPart, Rendered } from '../ports.ts';
import { referencesOf } from './blocks.ts';
import { bytesOf, renderIntoOneEvent, roomOf } from './fit.ts';
import { renderMarkdown, renderPiece, type References } from './markdown.ts';
import type { AnswerWords } from './notices.ts';
import { readable } from './readable.ts';
import { isStructured, splitMarkdown } from './split.ts';
import { cellsIn } from './tables.ts';

/** The first part may be an edit, which says everything twice. */
const FIRST_BYTES = 8_000;
/** The text and its HTML are together about as long as an event carries. */
const LATER_BYTES = 26_000;
const SMALLEST_PART_BYTES = 1_000;
/** What a cell takes in an event at least, in the Markdown and in the HTML. */
const CELL_BYTES = 14;

/**
 * Renders answers as the messages they take, each small enough for one event, the first even as an edit. Blank Markdown
 * gives none; above 256,000 characters the parts are plain text. What is beyond `mostParts` is told at the end of the last.
 */
export function answersWithin(mostParts: number, words: AnswerWords): (markdown: string) => Iterable<AnswerPart> {
  return function* (markdown) {
    let count = 0;
    let last: Rendered | null = null;
    const text = readable(markdown, words);
    // More than this is not shown, whatever it is.
    const longest = (mostParts + 1) * LATER_BYTES;
    for (const message of messagesOf(text.slice(0, longest))) {
      if (last !== null) yield count === mostParts ? cutOff(last, words) : last;
      if (count === mostParts) return;
      last = message;
      count += 1;
    }
    if (last !== null) yield text.length > longest ? cutOff(last, words) : last;
  };
}

function* messagesOf(text: string): Generator<Rendered> {
  const parts = splitMarkdown(text, LATER_BYTES, FIRST_BYTES);
  const isPlain = !isStructured(text);
  const references = !isPlain && parts.length > 1 && text.includes(']:') ? referencesOf(text) : {};
  let kind: Kind = 'edit';
  for (const part of parts) {
    if (isPlain) yield { body: part };
    else yield* renderPart(part, references, kind === 'edit' ? FIRST_BYTES : LATER_BYTES, kind);
    kind = 'message';
  }
}

type Kind = Parameters<typeof roomOf>[0];

/** Markup can be many times as long as the Markdown that asks for it: then the part is cut again. */
function* renderPart(part: string, references: References, bytes: number, kind: Kind): Generator<Rendered> {
  const room = roomOf(kind);
  const cells = cellsIn(part) * CELL_BYTES;
  const rendered = cells > room ? null : renderPiece(part, references);
  if (rendered !== null && bytesOf(rendered) < room) {
    yield rendered;
    return;
  }

  const share =
    rendered === null
      ? Math.min(cells > room ? 0.8 : 0.4, (0.9 * room) / cells)
      : Math.min(0.8, (0.9 * room) / bytesOf(rendered));
  const smaller = Math.floor(Math.min(bytes, Buffer.byteLength(part)) * share);
  if (smaller < SMALLEST_PART_BYTES) {
    yield* renderAsTheyFit(part);
    return;
  }
  const [head = '', ...rest] = splitMarkdown(part, smaller);
  yield* renderPart(head, references, smaller, kind);
  for (const piece of rest) yield* renderPart(piece, references, smaller, 'message');
}

function* renderAsTheyFit(part: string): Generator<Rendered> {
  for (const piece of splitMarkdown(part, FIRST_BYTES)) yield renderIntoOneEvent(piece);
}

function cutOff(last: Rendered, { tooLong }: AnswerWords): AnswerPart {
  return { ...followed(last, tooLong), isCutOff: true };
}

function followed({ body, html }: Rendered, note: string): Rendered {
  const said = renderMarkdown(note);
  const text = `${body}\n\n${said.body}`;
  return html === undefined ? { body: text } : { body: text, html: `${html}\n<p>${said.html ?? said.body}</p>` };
}
