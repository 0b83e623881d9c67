/** One connection to the agent: frames in, turns run, frames out. */
import type { WebSocket } from 'ws';
import type { Log } from '../ports.ts';
import type { Chats } from './chats.ts';
import type { AgentFrame, ContextFrame, UserMessage } from './frames.ts';
import { CAPABILITIES, readFrame } from './frames.ts';
import type { Run } from './run.ts';

interface Conversation {
  chat: string;
  chats: Chats;
  /** Whether it knows the frames on its memory. */
  contexts: boolean;
  log: Log;
}

/** Speaks the agent protocol on one WebSocket of the conversation `chat`: STATUS, then one turn at a time. */
export function serveConnection(socket: WebSocket, { chat, chats, contexts, log }: Conversation): void {
  let current: { run: Run; leave: () => void; nameless: boolean } | null = null;

  const send = (frame: AgentFrame) => socket.send(JSON.stringify(frame));
  const refuse = (code: string, details: string, request_id?: string) =>
    send({ type: 'ERROR', code, details, ...(request_id !== undefined && { request_id }) });

  const answer = (message: UserMessage | ContextFrame) => {
    if (current !== null) return refuse('AGENT_BUSY', 'The agent answers one message at a time.', message.request_id);
    const run = chats.run(chat, message);
    const request = message.request_id === undefined ? {} : { request_id: message.request_id };
    const leave = run.listen({ send: (frame) => send({ ...frame, ...request }), crash: () => socket.terminate() });
    current = { run, leave, nameless: message.message_id === undefined };
    void run.finished.then(() => {
      leave();
      current = null;
    });
  };

  const ignore = (name: string) => log.warn({ chat, name }, 'the agent ignored an unknown frame');

  socket.on('error', (error) => log.warn({ chat, error }, 'a connection of the agent broke'));
  socket.on('close', () => {
    current?.leave();
    // Nobody can ask for a turn without an id again: there is no use in running it on.
    if (current?.nameless === true) current.run.stop();
    chats.rest(chat);
  });
  socket.on('message', (data) => {
    const frame = readFrame((data as Buffer).toString());
    if (frame === null) return refuse('AGENT_PROTOCOL_ERROR', 'The agent could not read a frame.');
    switch (frame.type) {
      case 'USER_MESSAGE':
        return answer(frame);
      case 'USER_CONFIRMATION':
        return current?.run.confirm(frame.id, frame.approved);
      case 'STOP':
        return current?.run.stop();
      case 'unknown':
        return ignore(frame.name);
      default:
        return contexts ? answer(frame) : ignore(frame.type);
    }
  });

  send({ type: 'STATUS', session: chats.session(chat), capabilities: { ...CAPABILITIES, contexts } });
}
