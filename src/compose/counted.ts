/** What rooms work with, counted on the way. */
import type { FileWorld } from '../actors/effects/files.ts';
import type { IncomingFiles, Meter, OpenLink } from '../ports.ts';

/** The same links, whose failures are counted. */
export function countedLinks(openLink: OpenLink, meter: Meter): OpenLink {
  return (target, listen) =>
    openLink(target, (event) => {
      const failed = event.type === 'unreachable' || (event.type === 'ended' && event.outcome === 'failed');
      if (failed) meter.count('agent links failed', { agent: target.agent, trouble: event.trouble });
      listen(event);
    });
}

/** The same, whose bytes are counted once they lie there. */
export function countedFiles(incoming: IncomingFiles, meter: Meter): IncomingFiles {
  return {
    ...incoming,
    async bring(...file) {
      const brought = await incoming.bring(...file);
      if (brought.is === 'there') meter.count('bytes', { way: 'files in' }, brought.bytes);
      return brought;
    },
  };
}

/** The same, whose bytes are counted once the homeserver has them. */
export function countedMedia(media: FileWorld['media'], meter: Meter): FileWorld['media'] {
  return {
    ...media,
    async upload(file) {
      const uploaded = await media.upload(file);
      if (uploaded.is === 'there') meter.count('bytes', { way: 'files out' }, file.bytes);
      return uploaded;
    },
  };
}
