import type { RenderAnswer, Rendered } from '../ports.ts';
import { referencesOf } from './blocks.ts';
import { cleanText } from './clean.ts';
import { fitsOneEvent, renderIntoOneEvent } from './fit.ts';
import { renderPiece } from './markdown.ts';
import type { References } from './markdown.ts';
import { MAX_STRUCTURED_LENGTH, splitMarkdown } from './split.ts';

const PART_BYTES = 8_000;
const SMALLEST_PART_BYTES = 1_000;

/**
 * Renders an answer as the messages it takes, each small enough for one event, even as an edit.
 * Blank Markdown gives none; above 256,000 characters the parts are plain text.
 */
export const renderAnswer: RenderAnswer = function* (markdown) {
  const text = cleanText(markdown);
  const parts = splitMarkdown(text, PART_BYTES);
  const isStructured = text.length <= MAX_STRUCTURED_LENGTH;
  const references = isStructured && parts.length > 1 && text.includes(']:') ? referencesOf(text) : {};
  for (const part of parts) {
    if (isStructured) yield* renderPart(part, references, PART_BYTES);
    else yield { body: part };
  }
};

/** Markup can be many times as long as the Markdown that asks for it: then the part is cut again. */
function* renderPart(part: string, references: References, bytes: number): Generator<Rendered> {
  const rendered = renderPiece(part, references);
  const smaller = bytes / 2;
  if (rendered !== null && fitsOneEvent(rendered)) yield rendered;
  else if (smaller < SMALLEST_PART_BYTES) yield renderIntoOneEvent(part);
  else for (const piece of splitMarkdown(part, smaller)) yield* renderPart(piece, references, smaller);
}
