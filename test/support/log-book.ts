/** Take it where a part is given a log: one that a test reads, or one that says nothing. */
import type { Log } from '../../src/ports.ts';

export interface LogLine {
  level: keyof Log;
  message: string;
  fields: object;
}

export interface LogBook extends Log {
  lines: LogLine[];
}

export function logBook(): LogBook {
  const lines: LogLine[] = [];
  const at = (level: LogLine['level']) => (fields: object, message: string) =>
    void lines.push({ level, message, fields });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export { silentLog } from '../../src/ports/silent-log.ts';
