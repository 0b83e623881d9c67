/** Take it to hear what of it all a log must never say: what people and agents said in this process, and every secret. */
import { createLog } from '../../src/ops/log.ts';
import type { LogLine } from './log-book.ts';

/** Shorter ones, and single words, may stand in a log by chance. */
const LONG_ENOUGH = 10;
/** An access token, of Synapse as of the embedded homeserver. */
const TOKEN = /syt_[\w-]{20,}/;
const said = new Set<string>();

/** Somebody said this, or it is secret. */
export function neverLogged(text: string): void {
  if (text.length >= LONG_ENOUGH && /\s/.test(text.trim())) said.add(text.trim());
}

/** It is secret, whatever it looks like. */
export function secret<Text extends string>(text: Text): Text {
  said.add(text);
  return text;
}

/** The lines, as they are written, that say something of it. */
export function leaksIn(lines: readonly LogLine[]): string[] {
  const written: string[] = [];
  const log = createLog({ level: 'trace', format: 'json', destination: { write: (line) => written.push(line) } });
  for (const { level, fields, message } of lines) log[level]?.(fields, message);
  // As it stands in JSON.
  const wanted = [...said].map((text) => JSON.stringify(text).slice(1, -1));
  return written.filter((line) => TOKEN.test(line) || wanted.some((text) => line.includes(text)));
}
