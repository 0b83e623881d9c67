/** The log: JSON lines or pretty ones, without secrets and without what people wrote. */
import { type DestinationStream, pino, stdSerializers } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { Log } from '../ports.ts';

export interface LogOptions {
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  format: 'json' | 'pretty';
  /** Standard output where it is left out. */
  destination?: DestinationStream;
}

/** Fields that hold secrets, or what people or agents wrote (an agent may quote a person). */
const hidden = [
  'token',
  'accessToken',
  'access_token',
  'password',
  'secret',
  'authorization',
  'Authorization',
  'body',
  'formatted_body',
  'text',
  'said',
];

/** How deep below the fields of a line hidden ones are found. */
const DEPTH = 4;

const paths = hidden.flatMap((name) => Array.from({ length: DEPTH }, (_, depth) => `${'*.'.repeat(depth)}${name}`));

/** A log of one line per call, written before the call returns. Hidden fields are shown as `[hidden]`. */
export function createLog({ level, format, destination = standardOutput() }: LogOptions): Log {
  const stream = format === 'pretty' ? prettyTo(destination) : destination;
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err, error: stdSerializers.err, cause: stdSerializers.err },
      redact: { paths, censor: '[hidden]' },
    },
    stream,
  );
  return {
    ...(logger.isLevelEnabled('trace')
      ? { trace: (fields: object, message: string) => logger.trace(fields, message) }
      : {}),
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}

function standardOutput(): DestinationStream {
  return pino.destination({ fd: 1, sync: true });
}

function prettyTo(destination: DestinationStream): DestinationStream {
  const quoted = (value: unknown) => JSON.stringify(value);
  const format = prettyFactory({
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    colorize: process.stdout.isTTY,
    // These stand in the head of a line, where pino-pretty writes them as they are.
    customPrettifiers: { name: quoted, pid: quoted, hostname: quoted, caller: quoted },
  });
  return { write: (line) => destination.write(format(withoutControls(line))) };
}

/** A line of JSON in which no text can steer a terminal; line breaks stay, stack traces need them. */
function withoutControls(line: string): string {
  return line
    .replace(/\\\\|\\u00[01][0-9a-f]|\\[bfr]/g, (escape) => (escape === '\\\\' ? escape : '?'))
    .replace(/[\u007f-\u009f]/g, '?');
}
