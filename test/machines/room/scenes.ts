import {
  asked,
  clear,
  command,
  ended,
  granted,
  invited,
  joined,
  opened,
  play,
  ready,
  resumed,
  testLimits,
  text,
  unreachable,
  type Scene,
} from './story.ts';

/** The states of a conversation, each reached by what really happens; the turn's text is `$1`. */
export const idle = play(invited(), joined);
export const waiting = idle.after(text('1'));
export const connecting = waiting.after(granted());
export const awaitingStatus = connecting.after(opened());
export const backingOff = connecting.after(unreachable());
/** With an agent that knows only the bare protocol. */
export const streaming = awaitingStatus.after(ready());
/** With one that takes confirmations and runs a repeated message only once. */
export const streamingAble = awaitingStatus.after(ready({ idempotent: true, confirmations: true }));
export const asking = streaming.after(asked());
export const askingAble = streamingAble.after(asked());
export const stopping = streaming.after(command('stop'));
/** `!clear` came while the agent answered. */
export const discarded = streaming.after(clear);
/** The limit of working time is over. */
export const tooLong = streaming.after(streaming.end('turnLimit'));
export const finishing = streaming.after(ended('done', 'answer'));
export const interrupted = streaming.after(resumed);
/** A turn failed and the person did not retry. */
export const failed = streaming.after(ended('failed', null, 'agent-error'));
/** The agent's connection went away while its question was open. */
export const questionLeft = asking.after(resumed);
/** The answer that ended in the question is on its way. */
export const questionFinishing = asking.after(ended('done', 'Shall I?'));

export const beforeTheTurnIsSent: Record<string, Scene> = {
  'asking / waiting for a place': waiting,
  'asking / working / connecting': connecting,
  'asking / working / awaiting status': awaitingStatus,
  'asking / working / backing off': backingOff,
};

export const busy: Record<string, Scene> = {
  ...beforeTheTurnIsSent,
  'asking / working / streaming': streaming,
  'asking / awaiting confirmation': asking,
  'asking / stopping': stopping,
  'asking / finishing': finishing,
};

export const resting: Record<string, Scene> = { idle, interrupted };

export const everywhere: Record<string, Scene> = { ...resting, ...busy };

/** The scene with as many texts waiting as there may be. */
export const full = (scene: Scene): Scene =>
  scene.after(...Array.from({ length: testLimits.queue }, (_, n) => text(`q${n + 1}`)));

/** A row for each scene of a set, for `it.each`. */
export const each = (scenes: Record<string, Scene>): [string, Scene][] => Object.entries(scenes);
