/** Whether a message fits into one event. */
import type { Rendered } from '../ports.ts';
import { renderMarkdown } from './markdown.ts';

/** An event may have 65,536 bytes; what is not content (ids, relations, signatures) keeps the rest. */
const CONTENT_BYTES = 60_000;

/** Whether it fits into one event, even as an edit, which says everything twice. */
export function fitsOneEvent({ body, html = '' }: Rendered): boolean {
  return 2 * (Buffer.byteLength(JSON.stringify(body)) + Buffer.byteLength(JSON.stringify(html))) < CONTENT_BYTES;
}

/** Renders Markdown of at most 8,000 bytes into one event: without HTML where that is too much. */
export function renderIntoOneEvent(markdown: string): Rendered {
  const rendered = renderMarkdown(markdown);
  return fitsOneEvent(rendered) ? rendered : { body: rendered.body };
}
