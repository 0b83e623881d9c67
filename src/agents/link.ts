/** One WebSocket connection to an agent for one turn. */
import { WebSocket } from 'ws';
import type { RoomId } from '../../machines/ids.ts';
import type { Text } from '../../machines/room.model.ts';
import { createBarrier } from '../basics/barrier.ts';
import { describeError } from '../basics/describe-error.ts';
import type { Capabilities, Link, LinkEvent, OpenLink } from '../ports.ts';
import { pathsIn } from './attached.ts';
import { breakOfClose, breakOfError, breakOfRefusal, codeOfFrame, lostBy, type Break } from './breaks.ts';
import {
  decodeFrame,
  encodeBeginning,
  encodeConfirmation,
  encodeStop,
  nameOf,
  noCapabilities,
  outlineOf,
  type Frame,
} from './frames.ts';
import { settingsOf, type LinkCount, type LinkFacts, type LinkOptions, type LinkSettings } from './link-options.ts';
import { createTimers } from './timers.ts';
import { agentUrl, withoutSecrets } from './url.ts';

/** How long a peer may take to answer our closing before its socket is destroyed. */
const HANG_UP_MS = 1_000;
/** So many frames that cannot be read end the link: whoever sends them speaks another protocol. */
export const MOST_INVALID = 20;
/** Kinds of ignored frames that a link names in the log. */
const NAMED_MOST = 20;

/** Makes the port through which actors reach agents. Events of a link come after the call that opened it has returned. */
export function openLinks(options: LinkOptions): OpenLink {
  const settings = settingsOf(options);
  return (target, listen) => new AgentLink(settings, target, listen);
}

type Phase = 'connecting' | 'awaiting status' | 'ready' | 'asked' | 'ended';
type Ending = Extract<LinkEvent, { type: 'ended' | 'unreachable' }>;

class AgentLink implements Link {
  readonly #settings: LinkSettings;
  readonly #listen: (event: LinkEvent) => void;
  readonly #facts: LinkFacts;
  readonly #about: Parameters<OpenLink>[0]['about'];
  readonly #timers;
  readonly #socket: WebSocket | null;
  readonly #ignored = new Set<string>();
  #phase: Phase = 'connecting';
  #capabilities: Capabilities = noCapabilities;
  #asked: Text | null = null;
  #requestId: string | null = null;
  #questionOpen = false;
  #stopping = false;
  #pongAwaited = false;
  #invalid = 0;
  #bytes = 0;

  /** Behind it stands all that an agent or the time sets off: what throws there ends this link, and nothing else. */
  readonly #barred = createBarrier((error) => {
    this.#settings.log.error({ ...this.#named(), error }, 'an agent link broke on what came in');
    this.#fail({ trouble: 'protocol', detail: describeError(error), code: null });
  });

  constructor(
    settings: LinkSettings,
    { agent, contextId, about }: Parameters<OpenLink>[0],
    listen: (event: LinkEvent) => void,
  ) {
    this.#settings = settings;
    this.#listen = listen;
    this.#facts = { agent, contextId, url: null, room: null };
    this.#about = about;
    this.#timers = createTimers<'limit' | 'silence' | 'ping'>((ms, act) => settings.after(ms, this.#barred(act)));
    this.#socket = this.#dial();
    this.#limit('connect', 'unreachable', 'connection');
  }

  ask({ text, room }: { text: Text; room: RoomId }): void {
    if (this.#phase !== 'ready' || this.#socket === null) return;
    this.#facts.room = room;
    if (this.#socket.readyState !== WebSocket.OPEN) return this.#lose('closed before the message was written');
    this.#phase = 'asked';
    this.#requestId = text.eventId;
    this.#asked = text;
    const requestId = this.#capabilities.request_id ? this.#requestId : null;
    this.#send(encodeBeginning({ text, room, attachments: pathsIn(text), requestId }, this.#facts.contextId));
    this.#watchSilence();
  }

  confirm(question: string, approved: boolean): void {
    if (this.#phase !== 'asked' || this.#stopping) return;
    this.#questionOpen = false;
    this.#send(encodeConfirmation(question, approved));
    this.#watchSilence();
  }

  stop(): void {
    if (this.#phase === 'ended' || this.#stopping) return;
    if (this.#phase !== 'asked' || !this.#capabilities.stop) return this.#end({ type: 'ended', outcome: 'stopped' });
    this.#stopping = true;
    this.#watchSilence();
    this.#timers.set('limit', this.#settings.limits.stop, () => this.#end({ type: 'ended', outcome: 'stopped' }));
    this.#send(encodeStop());
  }

  close(): void {
    if (this.#phase !== 'ended') this.#hangUp();
  }

  #dial(): WebSocket | null {
    const { baseOf, limits } = this.#settings;
    try {
      const base = baseOf(this.#facts.agent);
      if (base === null) throw new Error('no such agent is configured');
      const url = agentUrl(base, this.#facts.contextId);
      this.#facts.url = withoutSecrets(url);
      this.#settings.log.debug(this.#named(), 'agent called');
      const settings = { perMessageDeflate: false, maxPayload: limits.maxFrame, closeTimeout: HANG_UP_MS };
      return this.#hear(new WebSocket(url, settings));
    } catch (error) {
      const detail = describeError(error);
      queueMicrotask(this.#barred(() => this.#fail({ trouble: 'unreachable', detail, code: null })));
      return null;
    }
  }

  #hear(socket: WebSocket): WebSocket {
    const barred = this.#barred;
    socket.on(
      'open',
      barred(() => this.#opened()),
    );
    socket.on(
      'message',
      barred((data, isBinary: boolean) => this.#received(data as Buffer, isBinary)),
    );
    socket.on(
      'pong',
      barred(() => void (this.#pongAwaited = false)),
    );
    socket.on(
      'error',
      barred((error: Error) => this.#fail(breakOfError(error, this.#phase === 'asked'))),
    );
    socket.on(
      'close',
      barred((code: number, reason: Buffer) =>
        this.#fail(breakOfClose(code, reason.toString(), this.#phase === 'asked')),
      ),
    );
    return socket;
  }

  #opened(): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'awaiting status';
    this.#limit('status', 'no-status', 'STATUS');
    this.#watchPulse();
    this.#tell({ type: 'opened' });
  }

  #received(data: Buffer, isBinary: boolean): void {
    if (this.#phase === 'ended') return this.#settings.count('frame late');
    this.#bytes += data.length;
    this.#pongAwaited = false;
    const { frame, requestId } = decodeFrame(data, isBinary);
    this.#settings.log.trace?.({ ...this.#named(), ...outlineOf(frame), bytes: data.length }, 'frame of an agent');
    if (this.#phase === 'awaiting status') return this.#greet(frame);
    if (this.#phase === 'ready') return this.#takeEarly(frame);
    // A foreign frame says nothing about this turn: it does not push the silence limit away either.
    const foreign = this.#capabilities.request_id && requestId !== null && requestId !== this.#requestId;
    if (foreign) return this.#settings.count('frame foreign');
    this.#watchSilence();
    this.#take(frame);
  }

  #greet(frame: Frame): void {
    if (frame.type !== 'status') {
      const detail = `the first frame was ${nameOf(frame)}, not STATUS`;
      return this.#fail({ trouble: 'protocol', detail, code: codeOfFrame(frame) });
    }
    this.#timers.clear('limit');
    this.#phase = 'ready';
    this.#capabilities = frame.capabilities;
    this.#tell({ type: 'ready', capabilities: frame.capabilities, session: frame.session });
  }

  #takeEarly(frame: Frame): void {
    if (frame.type !== 'error' && frame.type !== 'disconnect') return this.#settings.count('frame unexpected');
    this.#fail({ trouble: 'unreachable', detail: `${nameOf(frame)} before the message`, code: codeOfFrame(frame) });
  }

  #take(frame: Frame): void {
    switch (frame.type) {
      case 'text':
        if (frame.text !== '') this.#tell(frame);
        return;
      case 'progress':
        if (frame.unknownType !== null) this.#ignore('frame unknown', frame.unknownType);
        return this.#tell({ type: 'progress', text: frame.text, step: frame.step, steps: frame.steps });
      case 'question': {
        this.#questionOpen = true;
        this.#timers.clear('silence');
        const expiresInMs = frame.expiresAt === null ? null : Math.max(0, frame.expiresAt - this.#settings.now());
        return this.#tell({ type: 'question', id: frame.id, text: frame.text, expiresInMs });
      }
      case 'file':
        return this.#tell(frame);
      case 'end':
        if (this.#stopping) return this.#end({ type: 'ended', outcome: 'stopped' });
        return this.#end({ ...frame, type: 'ended', outcome: 'done' });
      case 'error':
        return this.#fail(breakOfRefusal(frame, this.#asked));
      case 'disconnect':
        return this.#lose('the agent said that it disconnects');
      case 'status':
        return this.#settings.count('frame unexpected');
      case 'unknown':
        return this.#ignore('frame unknown', frame.name);
      case 'protocol':
        this.#ignore('frame invalid', frame.detail);
        if (++this.#invalid < MOST_INVALID) return;
        return this.#fail({ trouble: 'protocol', detail: `${MOST_INVALID} frames could not be read`, code: null });
    }
  }

  #ignore(name: LinkCount, what: string): void {
    this.#settings.count(name);
    if (this.#ignored.has(what) || this.#ignored.size >= NAMED_MOST) return;
    this.#ignored.add(what);
    this.#settings.log.warn({ ...this.#named(), what }, 'ignored a frame of an agent');
  }

  #limit(name: 'connect' | 'status', trouble: 'unreachable' | 'no-status', what: string): void {
    const ms = this.#settings.limits[name];
    this.#timers.set('limit', ms, () => this.#fail({ trouble, detail: `no ${what} within ${ms} ms`, code: null }));
  }

  #watchSilence(): void {
    if (this.#stopping || this.#questionOpen) return this.#timers.clear('silence');
    const ms = this.#settings.limits.silence;
    this.#timers.set('silence', ms, () =>
      this.#fail({ trouble: 'silent', detail: `no frame for ${ms} ms`, code: null }),
    );
  }

  #watchPulse(): void {
    const ms = this.#settings.limits.ping;
    this.#timers.set('ping', ms, () => {
      if (this.#pongAwaited) return this.#lose(`no pong for ${ms} ms`);
      this.#pongAwaited = true;
      this.#socket?.ping();
      this.#watchPulse();
    });
  }

  #lose(detail: string): void {
    this.#fail(lostBy(detail, this.#phase === 'asked'));
  }

  #fail({ trouble, detail, code }: Break): void {
    if (this.#phase === 'ended') return;
    if (this.#stopping) return this.#end({ type: 'ended', outcome: 'stopped' });
    if (this.#phase === 'asked') this.#end({ type: 'ended', outcome: 'failed', trouble, detail });
    else this.#end({ type: 'unreachable', trouble, detail });
    // Without `detail`, which may hold the agent's words.
    this.#settings.log.info({ ...this.#named(), trouble, code }, 'an agent link failed');
  }

  #end(event: Ending): void {
    if (this.#phase === 'ended') return;
    this.#hangUp();
    this.#tell(event);
  }

  #send(frame: string): void {
    this.#settings.log.trace?.({ ...this.#named(), bytes: frame.length }, 'frame for an agent');
    this.#socket?.send(frame);
  }

  #hangUp(): void {
    this.#phase = 'ended';
    this.#settings.countBytes(this.#bytes);
    this.#timers.clearAll();
    this.#socket?.close(1000);
  }

  /** What each line of the log says of it. */
  #named() {
    return { ...this.#facts, ...this.#about?.() };
  }

  #tell(event: LinkEvent): void {
    try {
      this.#listen(event);
    } catch (error) {
      this.#settings.log.error({ ...this.#named(), heard: event.type, error }, 'the listener of an agent link failed');
    }
  }
}
