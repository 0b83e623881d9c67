import type { RenderPreview } from '../ports.ts';
import { renderIntoOneEvent } from './fit.ts';
import { splitMarkdown } from './split.ts';

const HEAD_BYTES = 7_000;

/** Renders the beginning of an answer that is still growing, with an ellipsis where there is more than is shown. */
export const renderPreview: RenderPreview = (markdown) => {
  const beginning = markdown.slice(0, 2 * HEAD_BYTES);
  const [head = '', ...rest] = splitMarkdown(beginning, HEAD_BYTES);
  const isCut = rest.length > 0 || beginning.length < markdown.length || head === '';
  return renderIntoOneEvent(isCut ? `${head}\n\n…` : head);
};
