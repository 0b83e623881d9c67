/** Why a connection broke: the trouble that a person is told about, and what stands in the log. */
import type { Trouble } from '../../machines/notices.ts';
import type { Text } from '../../machines/room.model.ts';
import { missesOneOf, pathsIn } from './attached.ts';
import { namable, nameOf, type Frame } from './frames.ts';

export interface Break {
  trouble: Trouble;
  /** In words, for the log; may quote the agent. */
  detail: string;
  /** The close code, the code of the socket's error, or that of the agent's ERROR; null where a limit ran out. */
  code: string | number | null;
}

/** The codes by which an agent says what became of its language model. */
const OF_MODELS = new Map<string, Trouble>([
  ['MODEL_DENIED', 'model-denied'],
  ['MODEL_NOT_FOUND', 'model-not-found'],
  ['MODEL_BUSY', 'model-busy'],
  ['MODEL_FAILED', 'model-failed'],
  ['MODEL_UNREACHABLE', 'model-unreachable'],
  ['MODEL_BROKE_OFF', 'model-broke-off'],
  ['MODEL_FILTERED', 'model-filtered'],
  ['MODEL_PROMPT_TOO_LONG', 'model-prompt-too-long'],
  ['MODEL_ANSWER_CUT', 'model-answer-cut'],
]);

type Refusal = Extract<Frame, { type: 'error' }>;

/** The code by which an agent says that it has no save of that name and person. */
const SAVE_IS_GONE = 'CONTEXT_NOT_FOUND';

/** Was the message written when the link broke? */
type Written = boolean;

/** The agent's side closed (RFC 6455). */
export function breakOfClose(code: number, reason: string, written: Written): Break {
  const detail = `closed with ${code} ${reason.slice(0, 200)}`.trimEnd();
  return { trouble: code === 1009 ? 'too-big' : lost(written), detail, code };
}

/** The socket failed. Package ws marks what is wrong with a frame by codes of its own. */
export function breakOfError(error: Error, written: Written): Break {
  return { trouble: troubleOfError(codeOf(error), written), detail: wordsOfError(error), code: codeOf(error) || null };
}

/** The agent said ERROR to what was asked. Details that cannot be read (null) are no ERROR of the protocol. */
export function breakOfRefusal(refusal: Refusal, asked: Text | null): Break {
  const { code, details } = refusal;
  return {
    trouble: details === null ? 'protocol' : troubleOfRefusal(code, details, asked),
    detail: nameOf(refusal),
    code: namable(code),
  };
}

/** The code of an agent's ERROR; other frames have none. */
export function codeOfFrame(frame: Frame): string | null {
  return frame.type === 'error' ? namable(frame.code) : null;
}

/** The connection is gone, for a reason that has no code. */
export function lostBy(detail: string, written: Written): Break {
  return { trouble: lost(written), detail, code: null };
}

function lost(written: Written): Trouble {
  return written ? 'connection-lost' : 'unreachable';
}

function troubleOfError(code: string, written: Written): Trouble {
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 'too-big';
  return code.startsWith('WS_ERR_') ? 'protocol' : lost(written);
}

/** Model providers refuse data URIs over 10,485,760 bytes in words only. */
function troubleOfRefusal(code: string, details: string, asked: Text | null): Trouble {
  const said = `${code} ${details}`;
  if (asked?.task?.kind === 'load' && code === SAVE_IS_GONE) return 'save-is-gone';
  const ofModel = OF_MODELS.get(code);
  if (ofModel !== undefined) return ofModel;
  if (/10[ ,._]?485[ ,._]?760|too[ _-]?(large|big)/i.test(said)) return 'too-big';
  return asked !== null && missesOneOf(pathsIn(asked), said) ? 'files-unseen' : 'agent-error';
}

/** Several addresses tried at once fail with an error that has no words itself. */
function wordsOfError(error: Error): string {
  if (error.message !== '') return error.message;
  if (error instanceof AggregateError) return error.errors.map(String).join('; ');
  return codeOf(error) || error.name;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
