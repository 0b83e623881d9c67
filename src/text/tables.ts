/** How large tables get, told from their source. */

const DELIMITERS = /^[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*$/;

/** About how many cells the tables of a text have: rows are filled up to the width of the header. */
export function cellsIn(markdown: string): number {
  let cells = 0;
  let width = 0;
  let before = '';
  for (const line of markdown.split('\n')) {
    if (line.trim() === '') width = 0;
    else if (isDelimiterRow(line) && before !== '') width = Math.max(width, marksIn(before));
    cells += Math.max(width, marksIn(line));
    before = line.trim();
  }
  return cells;
}

/** Rows that are filled up to a far wider header: it would take long, and show nothing but empty cells. */
export function isMostlyEmptyCells(markdown: string): boolean {
  const cells = cellsIn(markdown);
  return cells > 2_000 && cells > markdown.length;
}

/** The row of dashes under the header of a table. */
export function isDelimiterRow(line: string): boolean {
  return line.includes('-') && DELIMITERS.test(line);
}

function marksIn(line: string): number {
  let marks = 0;
  for (let at = line.indexOf('|'); at >= 0; at = line.indexOf('|', at + 1)) marks += 1;
  return marks;
}
