/** What operators read, made of facts: words of one language. */
import type { OpsSaid, Report } from '../ports/ops.ts';
import type { Rendered } from '../ports.ts';
import { renderIntoOneEvent } from './fit.ts';
import type { OpsWords } from './ops-words.ts';
import { linesWithin } from './phrases.ts';

/** How long what an operator reads may get, in bytes of Markdown. */
const OPS_BYTES = 6_000;

export function renderOps(words: OpsWords, said: OpsSaid): Rendered {
  return within(words, linesOf(words, said));
}

export function renderReports(words: OpsWords, reports: readonly Report[]): Rendered {
  return within(words, reports.map(words.report));
}

function within(words: OpsWords, lines: readonly string[]): Rendered {
  return renderIntoOneEvent(linesWithin(OPS_BYTES, lines, words.more).join('\n'));
}

function linesOf(words: OpsWords, said: OpsSaid): string[] {
  switch (said.is) {
    case 'usage':
      return [words.usage(said.word)];
    case 'elsewhere':
      return [words.elsewhere];
    case 'status':
      return words.status(said);
    case 'rooms':
      return words.rooms(said);
    case 'why':
      return [words.why(said.why)];
    case 'unparked':
      return [words.unparked(said)];
  }
}
