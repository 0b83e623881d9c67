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
export const renderAnswer: RenderAnswer = (markdown) => {
  const text = cleanText(markdown);
  const parts = splitMarkdown(text, PART_BYTES);
  if (text.length > MAX_STRUCTURED_LENGTH) return parts.map((body) => ({ body }));
  const references = parts.length > 1 && text.includes(']:') ? referencesOf(text) : {};
  return parts.flatMap((part) => renderPart(part, references, PART_BYTES));
};

/** Markup can be many times as long as the Markdown that asks for it: then the part is cut again. */
function renderPart(part: string, references: References, bytes: number): Rendered[] {
  const rendered = renderPiece(part, references);
  if (rendered !== null && fitsOneEvent(rendered)) return [rendered];
  const smaller = bytes / 2;
  if (smaller < SMALLEST_PART_BYTES) return [renderIntoOneEvent(part)];
  return splitMarkdown(part, smaller).flatMap((piece) => renderPart(piece, references, smaller));
}
