/** Why a connection broke, as the trouble that a person is told about. */
import type { Trouble } from '../../machines/notices.ts';

/** Was the message written when the link broke? */
type Written = boolean;

/** The trouble behind a close code (RFC 6455) of the agent's side. */
export function troubleOfClose(code: number, written: Written): Trouble {
  if (code === 1009) return 'too-big';
  return written ? 'connection-lost' : 'unreachable';
}

/** The trouble behind a socket error. Package ws marks what is wrong with a frame by codes of its own. */
export function troubleOfError(error: Error, written: Written): Trouble {
  const code = codeOf(error);
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 'too-big';
  if (code.startsWith('WS_ERR_')) return 'protocol';
  return written ? 'connection-lost' : 'unreachable';
}

/** The trouble behind an ERROR frame: model providers refuse data URIs over 10,485,760 bytes in words only. */
export function troubleOfRefusal(code: string, details: string): Trouble {
  return /10[ ,._]?485[ ,._]?760|too[ _-]?(large|big)/i.test(`${code} ${details}`) ? 'too-big' : 'agent-error';
}

/** An error in words for the log; several addresses tried at once fail with an error that has no words itself. */
export function wordsOfError(error: Error): string {
  if (error.message !== '') return error.message;
  if (error instanceof AggregateError) return error.errors.map(String).join('; ');
  return codeOf(error) || error.name;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
