/** The files that go from this page into rooms: one after another, so that they arrive in the order in which they were chosen. */
import { kindOf, sized, typeOf } from './file-words.js';
import { MatrixError } from './matrix.js';
import { newTransaction } from './outbox.js';

/** @import { Matrix, Upload } from './types.ts' */

/** How long a file that was sent is shown where the bot does not say that it waits, ms. */
const SENT_MS = 2_000;

/**
 * `changed()` is called when what is shown has to change, `progressed()` when only more of a file is there.
 * @param {Matrix} matrix
 * @param {{ changed: () => void, progressed: () => void }} told
 */
export function createUploads(matrix, { changed, progressed }) {
  /** @type {Upload[]} */
  let uploads = [];
  /**
   * The messages that brought what waits, or did.
   * @type {Set<string>}
   */
  const arrived = new Set();
  /** @type {Promise<void>} */
  let line = Promise.resolve();
  const largest = matrix.largest().catch(() => Infinity);

  /** @param {Upload} upload */
  function remove(upload) {
    if (!uploads.includes(upload)) return;
    uploads = uploads.filter((other) => other !== upload);
    upload.done.resolve();
    changed();
  }

  /**
   * @param {Upload} upload
   * @param {Partial<Upload>} news
   */
  function change(upload, news) {
    Object.assign(upload, news);
    changed();
  }

  /** @param {Upload} upload */
  async function run(upload) {
    if (!uploads.includes(upload)) return;
    try {
      if (upload.url === null) {
        change(upload, { state: 'uploading', share: 0 });
        upload.url = await bringThere(matrix, upload, await largest, progressed);
      }
      if (!uploads.includes(upload)) return;
      change(upload, { state: 'sending', share: 1 });
      const content = { ...(await contentOf(upload.file)), url: upload.url };
      const event = await matrix.send(upload.room, 'm.room.message', content, upload.id);
      if (arrived.has(event)) return remove(upload);
      upload.done.resolve();
      change(upload, { state: 'sent', event });
      setTimeout(() => remove(upload), SENT_MS);
    } catch (error) {
      const problem = problemOf(error, await largest);
      if (uploads.includes(upload)) change(upload, { state: 'failed', ...problem });
    }
  }

  /** @param {Upload} upload */
  function enqueue(upload) {
    change(upload, { state: 'waiting', problem: null });
    line = line.then(() => run(upload));
  }

  /** @param {string} id */
  const withId = (id) => uploads.find((upload) => upload.id === id);

  return {
    /**
     * @param {string} room
     * @param {File[]} files
     */
    add(room, files) {
      const added = files.map((file) => newUpload(room, file));
      uploads = [...uploads, ...added];
      added.forEach(enqueue);
    },
    /** @param {string} id */
    retry(id) {
      const upload = withId(id);
      if (upload?.state === 'failed') enqueue(upload);
    },
    /** @param {string} id */
    cancel(id) {
      const upload = withId(id);
      if (upload === undefined) return;
      remove(upload);
      upload.abort.abort();
    },
    /**
     * From now on the bot shows these.
     * @param {string[]} events
     */
    arrive(events) {
      for (const event of events) arrived.add(event);
      for (const upload of uploads) if (upload.event !== null && arrived.has(upload.event)) remove(upload);
    },
    /** @param {string} room */
    of: (room) => uploads.filter((upload) => upload.room === room),
    /**
     * Resolves when all that now go into a room are there, or given up; null when none does.
     * @param {string} room
     */
    through(room) {
      const going = uploads.filter((upload) => upload.room === room && upload.state !== 'sent');
      return going.length === 0 ? null : Promise.all(going.map(({ done }) => done.promise));
    },
  };
}

/**
 * @param {string} room
 * @param {File} file
 * @returns {Upload}
 */
function newUpload(room, file) {
  return {
    id: newTransaction(),
    room,
    file,
    state: 'waiting',
    share: 0,
    problem: null,
    mayTryAgain: true,
    url: null,
    event: null,
    abort: new AbortController(),
    done: Promise.withResolvers(),
  };
}

class Unreadable extends Error {}

/**
 * Rejects for a folder, and for a file that is not there any more.
 * @param {File} file
 */
async function readable(file) {
  await file
    .slice(0, 1)
    .arrayBuffer()
    .catch(() => {
      throw new Unreadable();
    });
}

/**
 * The file's `mxc://` address.
 * @param {Matrix} matrix
 * @param {Upload} upload
 * @param {number} most bytes that are taken
 * @param {() => void} progressed
 */
async function bringThere(matrix, upload, most, progressed) {
  const { file, abort } = upload;
  if (file.size > most) throw new MatrixError(413, '');
  await readable(file);
  const progress = (/** @type {number} */ share) => {
    upload.share = share;
    progressed();
  };
  return matrix.upload(file, { progress, signal: abort.signal });
}

/**
 * @param {unknown} error
 * @param {number} most bytes that are taken
 */
function problemOf(error, most) {
  if (error instanceof MatrixError && error.status === 413) {
    const limit = Number.isFinite(most) ? `: at most ${sized(most)} are taken` : '';
    return { problem: `It is too big${limit}.`, mayTryAgain: false };
  }
  return { problem: sentenceOf(error), mayTryAgain: true };
}

/** @param {unknown} error */
function sentenceOf(error) {
  if (error instanceof Unreadable) return 'It cannot be read. A folder has to be packed first.';
  if (error instanceof MatrixError) return `The homeserver did not take it (status ${error.status}).`;
  return 'The demo does not answer.';
}

const TYPES = { picture: 'm.image', sound: 'm.audio', film: 'm.video', file: 'm.file' };

/**
 * What its message says, the address aside.
 * @param {File} file
 */
async function contentOf(file) {
  const kind = kindOf(typeOf(file.type));
  const info = { size: file.size, ...(file.type !== '' && { mimetype: file.type }) };
  const shape = kind === 'picture' ? await shapeOf(file) : {};
  return { msgtype: TYPES[kind], body: file.name, filename: file.name, info: { ...info, ...shape } };
}

/**
 * How large a picture is; nothing for what is none.
 * @param {File} file
 */
async function shapeOf(file) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (picture === null) return {};
  const { width: w, height: h } = picture;
  picture.close();
  return { w, h };
}
