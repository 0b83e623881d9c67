/** The number that the old system wrote into a chat's name: a word `C<digits>`, or the whole name `Чат <digits>`. */
export function numberInName(name: string | null): number | null {
  const text = name?.trim() ?? '';
  const word = /(?<![\p{L}\p{N}_])C(\d{1,9})(?![\p{L}\p{N}_])/iu.exec(text);
  const number = Number((word ?? /^Чат\s+(\d{1,9})$/iu.exec(text))?.[1] ?? 0);
  return number > 0 ? number : null;
}
