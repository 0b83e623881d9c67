/** The Matrix client-server API, as much of it as this page needs. */
import { kindOf, typeOf } from './file-words.js';
import { jsonOf } from './json.js';

/** @import { Earlier, SyncResponse } from './types.ts' */

export class MatrixError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const FILTER = JSON.stringify({ room: { timeline: { limit: 100 } }, presence: { not_types: ['*'] } });

/**
 * Requests in the name of one login. Each rejects with `MatrixError` for an answer that is no success, with what `fetch`
 * throws when there is none.
 * @param {Record<string, string>} headers
 */
function createCall(headers) {
  /**
   * @param {'GET' | 'POST' | 'PUT'} method
   * @param {string} path
   * @param {object} [body]
   * @param {'v1' | 'v3'} [version] of the API
   * @returns {Promise<unknown>}
   */
  return async (method, path, body, version = 'v3') => {
    const response = await fetch(`/_matrix/client/${version}${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const answer = /** @type {{ error?: string }} */ (await jsonOf(response).catch(() => ({})));
    if (!response.ok) throw new MatrixError(response.status, answer.error ?? '');
    return answer;
  };
}

/**
 * @param {string} room
 * @param {string} path
 */
const inRoom = (room, path) => `/rooms/${encodeURIComponent(room)}${path}`;

/**
 * @param {XMLHttpRequest} request
 * @returns {unknown}
 */
const answerIn = ({ response }) => response;

/** @param {{ accessToken: string }} login */
export function createMatrix({ accessToken }) {
  const authorization = `Bearer ${accessToken}`;
  const call = createCall({ authorization, 'content-type': 'application/json' });

  return {
    /**
     * @param {string | null} since
     * @param {number} timeout
     */
    async sync(since, timeout) {
      const begin = since === null ? {} : { since };
      const query = new URLSearchParams({ filter: FILTER, timeout: String(timeout), ...begin });
      return /** @type {SyncResponse} */ (await call('GET', `/sync?${query}`));
    },

    /**
     * The same transaction is only taken once. Gives the id of the event.
     * @param {string} room
     * @param {string} type
     * @param {object} content
     * @param {string} transaction
     */
    async send(room, type, content, transaction) {
      const path = inRoom(room, `/send/${type}/${encodeURIComponent(transaction)}`);
      return /** @type {{ event_id: string }} */ (await call('PUT', path, content)).event_id;
    },

    /**
     * @param {string} room
     * @param {string} event
     * @param {string} transaction
     */
    redact: (room, event, transaction) =>
      call('PUT', inRoom(room, `/redact/${encodeURIComponent(event)}/${encodeURIComponent(transaction)}`), {}),

    /**
     * @param {string} room
     * @param {string} event
     */
    markRead: (room, event) => call('POST', inRoom(room, `/receipt/m.read/${encodeURIComponent(event)}`), {}),

    /** @param {string} room */
    join: (room) => call('POST', `/join/${encodeURIComponent(room)}`, {}),

    /**
     * What stands before `from`.
     * @param {string} room
     * @param {string} from
     */
    async earlier(room, from) {
      const path = inRoom(room, `/messages?dir=b&limit=100&from=${encodeURIComponent(from)}`);
      return /** @type {Earlier} */ (await call('GET', path));
    },

    /** How many bytes a file may have. */
    async largest() {
      const answer = await call('GET', '/media/config', undefined, 'v1');
      return /** @type {{ 'm.upload.size'?: number }} */ (answer)['m.upload.size'] ?? Infinity;
    },

    /**
     * Brings a file there; gives its `mxc://` address. `progress` hears how much of it is there, from 0 to 1.
     * @param {File} file
     * @param {{ progress: (share: number) => void, signal: AbortSignal }} how
     * @returns {Promise<string>}
     */
    upload: (file, { progress, signal }) =>
      new Promise((resolve, reject) => {
        // Only this kind of request tells how far it is.
        const request = new XMLHttpRequest();
        request.open('POST', `/_matrix/media/v3/upload?${new URLSearchParams({ filename: file.name })}`);
        request.setRequestHeader('authorization', authorization);
        request.setRequestHeader('content-type', file.type || 'application/octet-stream');
        request.responseType = 'json';
        request.upload.onprogress = ({ loaded, total }) => progress(total === 0 ? 1 : loaded / total);
        request.onload = () => {
          const answer = /** @type {{ content_uri?: string, error?: string } | null} */ (answerIn(request));
          if (request.status === 200 && answer?.content_uri !== undefined) resolve(answer.content_uri);
          else reject(new MatrixError(request.status, answer?.error ?? ''));
        };
        request.onerror = request.onabort = () => reject(new TypeError('There was no answer.'));
        signal.addEventListener('abort', () => request.abort());
        request.send(file);
      }),

    /**
     * What is behind an `mxc://` address; null when there is nothing. It is of no type but those that are only shown.
     * @param {string} mxc
     */
    async download(mxc) {
      const [, server, id] = /^mxc:\/\/([^/]+)\/([^/?#]+)$/.exec(mxc) ?? [];
      if (server === undefined || id === undefined) return null;
      const path = `/_matrix/client/v1/media/download/${encodeURIComponent(server)}/${encodeURIComponent(id)}`;
      const response = await fetch(path, { headers: { authorization } });
      if (!response.ok) return null;
      const type = typeOf(response.headers.get('content-type') ?? '');
      const kind = kindOf(type);
      return new Blob([await response.blob()], { type: kind === 'file' ? 'application/octet-stream' : type });
    },
  };
}
