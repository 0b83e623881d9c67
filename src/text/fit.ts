/** Whether a message fits into one event. */
import type { Rendered } from '../ports.ts';
import { renderMarkdown } from './markdown.ts';

/** An event may have 65,536 bytes; what is not text of ours (ids, relations, hashes, signatures) keeps the rest. */
const TEXT_BYTES = 59_000;

/** The bytes of its text in an event. */
export function bytesOf({ body, html = '' }: Rendered): number {
  return Buffer.byteLength(JSON.stringify(body)) + Buffer.byteLength(JSON.stringify(html));
}

/** How many bytes of text an event has room for; an edit says everything twice. */
export function roomOf(kind: 'message' | 'edit'): number {
  return kind === 'edit' ? TEXT_BYTES / 2 : TEXT_BYTES;
}

/** Whether it fits into one event, even as an edit. */
export function fitsOneEvent(rendered: Rendered): boolean {
  return bytesOf(rendered) < roomOf('edit');
}

/** Renders Markdown of at most 8,000 bytes into one event: without HTML where that is too much. */
export function renderIntoOneEvent(markdown: string): Rendered {
  const rendered = renderMarkdown(markdown);
  return fitsOneEvent(rendered) ? rendered : { body: rendered.body };
}
