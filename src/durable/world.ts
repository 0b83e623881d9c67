/** What durable actors need from outside: records, a log, the time. */

/** Milliseconds since 1970. */
export type Now = () => number;

export interface Log {
  /** Left out where nobody wants as much: then it costs nothing. */
  trace?: (fields: object, message: string) => void;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Documents of one kind, each replaced atomically; what is read is checked by the caller. */
export interface Records {
  /** Null when there is none, `undefined` where it is no JSON; rejects when the disk cannot be read. */
  read(key: string): Promise<unknown>;
  write(key: string, record: unknown): Promise<void>;
  remove(key: string): Promise<void>;
  /** The keys of all records. */
  keys(): Promise<string[]>;
}
