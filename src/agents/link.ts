/** One WebSocket connection to an agent for one turn. */
import type { ClientOptions } from 'ws';
import { WebSocket } from 'ws';
import type { AgentId, ContextId } from '../../machines/ids.ts';
import type { Trouble } from '../../machines/notices.ts';
import { describeError } from '../basics/describe-error.ts';
import type { Capabilities, Link, LinkEvent, OpenLink } from '../ports.ts';
import { troubleOfClose, troubleOfError, troubleOfRefusal, wordsOfError } from './breaks.ts';
import type { Frame } from './frames.ts';
import { decodeFrame, encodeConfirmation, encodeStop, encodeUserMessage } from './frames.ts';
import type { LinkCount, LinkLimits, LinkOptions } from './link-options.ts';
import { defaultLimits } from './link-options.ts';
import { after, createTimers } from './timers.ts';
import { agentUrl } from './url.ts';

/** How long a peer may take to answer our closing before its socket is destroyed. */
const HANG_UP_MS = 1_000;

/** Makes the port through which actors reach agents. Events of a link come after the call that opened it has returned. */
export function openLinks(options: LinkOptions): OpenLink {
  const settings: Settings = {
    ...options,
    count: options.count ?? (() => undefined),
    limits: { ...defaultLimits, ...options.limits },
    after: options.after ?? after,
  };
  return (target, listen) => connect(settings, target, listen);
}

type Settings = Required<Omit<LinkOptions, 'limits'>> & { limits: LinkLimits };
type Phase = 'connecting' | 'awaiting status' | 'ready' | 'asked' | 'ended';
type Ending = Extract<LinkEvent, { type: 'ended' | 'unreachable' }>;

function connect(
  { baseOf, now, log, count, limits, after }: Settings,
  { agent, contextId }: { agent: AgentId; contextId: ContextId },
  listen: (event: LinkEvent) => void,
): Link {
  let phase: Phase = 'connecting';
  let capabilities: Capabilities = { idempotent: false, request_id: false, confirmations: false, stop: false };
  let requestId: string | null = null;
  let questionOpen = false;
  let stopping = false;
  let pongAwaited = false;
  const timers = createTimers<'limit' | 'silence' | 'ping'>(after);

  const tell = (event: LinkEvent) => {
    try {
      listen(event);
    } catch (error) {
      log.error({ agent, contextId, event: event.type, error }, 'the listener of an agent link failed');
    }
  };

  const end = (event: Ending) => {
    if (phase === 'ended') return;
    hangUp();
    tell(event);
  };

  const fail = (trouble: Trouble, detail: string) => {
    if (stopping) end({ type: 'ended', outcome: 'stopped' });
    else if (phase === 'asked') end({ type: 'ended', outcome: 'failed', trouble, detail });
    else end({ type: 'unreachable', trouble, detail });
  };

  const lose = (detail: string) => fail(phase === 'asked' ? 'connection-lost' : 'unreachable', detail);

  const watchSilence = () => {
    if (stopping || questionOpen) timers.clear('silence');
    else timers.set('silence', limits.silence, () => fail('silent', `no frame for ${limits.silence} ms`));
  };

  const watchPulse = () => {
    timers.set('ping', limits.ping, () => {
      if (pongAwaited) return lose(`no pong for ${limits.ping} ms`);
      pongAwaited = true;
      socket?.ping();
      watchPulse();
    });
  };

  const greet = (frame: Frame) => {
    if (frame.type !== 'status') return fail('protocol', `the first frame was ${nameOf(frame)}, not STATUS`);
    timers.clear('limit');
    phase = 'ready';
    capabilities = frame.capabilities;
    tell({ type: 'ready', capabilities, session: frame.session });
  };

  const takeEarly = (frame: Frame) => {
    if (frame.type === 'error' || frame.type === 'disconnect') return lose(`${nameOf(frame)} before the message`);
    count('frame unexpected');
  };

  const take = (frame: Frame) => {
    switch (frame.type) {
      case 'text':
        if (frame.text !== '') tell(frame);
        return;
      case 'progress':
        if (frame.unknownType !== null) ignore('frame unknown', frame.unknownType);
        return tell({ type: 'progress', text: frame.text, step: frame.step, steps: frame.steps });
      case 'question': {
        questionOpen = true;
        timers.clear('silence');
        const expiresInMs = frame.expiresAt === null ? null : Math.max(0, frame.expiresAt - now());
        return tell({ type: 'question', id: frame.id, text: frame.text, expiresInMs });
      }
      case 'file':
        return tell(frame);
      case 'end':
        return end(
          stopping ? { type: 'ended', outcome: 'stopped' } : { type: 'ended', outcome: 'done', tokens: frame.tokens },
        );
      case 'error':
        return fail(troubleOfRefusal(frame.code, frame.details), nameOf(frame));
      case 'disconnect':
        return lose('the agent said that it disconnects');
      case 'status':
        return count('frame unexpected');
      case 'unknown':
        return ignore('frame unknown', frame.name);
      case 'protocol':
        return ignore('frame invalid', frame.detail);
    }
  };

  const ignored = new Set<string>();
  const ignore = (name: LinkCount, what: string) => {
    count(name);
    if (ignored.has(what) || ignored.size >= 20) return;
    ignored.add(what);
    log.warn({ agent, contextId, what }, 'ignored a frame of an agent');
  };

  const hangUp = () => {
    phase = 'ended';
    timers.clearAll();
    socket?.close(1000);
  };

  const dial = (): WebSocket | null => {
    try {
      const base = baseOf(agent);
      if (base === null) throw new Error('no such agent is configured');
      return new WebSocket(agentUrl(base, contextId), socketOptions(limits));
    } catch (error) {
      queueMicrotask(() => fail('unreachable', describeError(error)));
      return null;
    }
  };

  const socket = dial();
  timers.set('limit', limits.connect, () => fail('unreachable', `no connection within ${limits.connect} ms`));
  socket?.on('open', () => {
    if (phase === 'ended') return;
    phase = 'awaiting status';
    timers.set('limit', limits.status, () => fail('no-status', `no STATUS within ${limits.status} ms`));
    watchPulse();
    tell({ type: 'opened' });
  });
  socket?.on('message', (data, isBinary) => {
    if (phase === 'ended') return count('frame late');
    pongAwaited = false;
    const { frame, requestId: belongsTo } = decodeFrame(data as Buffer, isBinary);
    if (phase === 'awaiting status') return greet(frame);
    if (phase === 'ready') return takeEarly(frame);
    // A foreign frame says nothing about this turn: it does not push the silence limit away either.
    if (capabilities.request_id && belongsTo !== null && belongsTo !== requestId) return count('frame foreign');
    watchSilence();
    take(frame);
  });
  socket?.on('pong', () => {
    pongAwaited = false;
  });
  socket?.on('error', (error) => fail(troubleOfError(error, phase === 'asked'), wordsOfError(error)));
  socket?.on('close', (code, reason) => {
    fail(troubleOfClose(code, phase === 'asked'), `closed with ${code} ${reason.toString().slice(0, 200)}`.trimEnd());
  });

  return {
    ask({ text, room }) {
      if (phase !== 'ready' || socket === null) return;
      if (socket.readyState !== WebSocket.OPEN) return lose('closed before the message was written');
      phase = 'asked';
      requestId = text.eventId;
      const declared = capabilities.request_id ? requestId : null;
      socket.send(encodeUserMessage({ text, room, attachments: [], requestId: declared }));
      watchSilence();
    },
    confirm(question, approved) {
      if (phase !== 'asked' || stopping) return;
      questionOpen = false;
      socket?.send(encodeConfirmation(question, approved));
      watchSilence();
    },
    stop() {
      if (phase === 'ended' || stopping) return;
      if (phase !== 'asked' || !capabilities.stop) return end({ type: 'ended', outcome: 'stopped' });
      stopping = true;
      watchSilence();
      timers.set('limit', limits.stop, () => end({ type: 'ended', outcome: 'stopped' }));
      socket?.send(encodeStop());
    },
    close() {
      if (phase !== 'ended') hangUp();
    },
  };
}

function socketOptions(limits: LinkLimits): ClientOptions {
  const options = { perMessageDeflate: false, maxPayload: limits.maxFrame, closeTimeout: HANG_UP_MS };
  return options;
}

function nameOf(frame: Frame): string {
  if (frame.type === 'error') return `ERROR ${frame.code}: ${frame.details.slice(0, 500)}`;
  if (frame.type === 'protocol') return frame.detail;
  return frame.type === 'unknown' ? frame.name : frame.type;
}
