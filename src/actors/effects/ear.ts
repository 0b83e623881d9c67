/** Listens beside a turn to what comes from its agent: when it was last heard, and what it does besides its answer. */
import type { Heard } from '../../../machines/room-status.ts';
import type { LinkEvent, Now, OpenLink } from '../../ports.ts';
import type { LiveWork, Work } from './live-work.ts';

export interface Ear {
  /** The same links, heard first. */
  openLink: OpenLink;
  /** Null as long as nothing was heard. */
  readonly heard: Heard | null;
  readonly work: LiveWork;
}

export function createEar(openLink: OpenLink, now: Now, work: LiveWork): Ear {
  let heard: Heard | null = null;

  function hears(event: LinkEvent): void {
    if (event.type === 'ended' || event.type === 'unreachable') return work.end();
    heard = { at: now(), begun: event.type === 'text' || heard?.begun === true };
    if (event.type === 'text') work.says();
    const doing = event.type === 'progress' ? workIn(event) : null;
    if (doing !== null) work.does(doing);
  }

  return {
    openLink: (target, listen) =>
      openLink(target, (event) => {
        hears(event);
        listen(event);
      }),
    get heard() {
      return heard;
    },
    work,
  };
}

/** Null where it says nothing that a person could read. */
function workIn({ text, step, steps }: Extract<LinkEvent, { type: 'progress' }>): Work | null {
  return text === '' && step === null ? null : { on: text === '' ? null : text, step, steps };
}
