/** The Matrix client-server API, as much of it as this page needs. */
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
   * @returns {Promise<unknown>}
   */
  return async (method, path, body) => {
    const response = await fetch(`/_matrix/client/v3${path}`, {
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
     * The same transaction is only taken once.
     * @param {string} room
     * @param {string} type
     * @param {object} content
     * @param {string} transaction
     */
    send: (room, type, content, transaction) =>
      call('PUT', inRoom(room, `/send/${type}/${encodeURIComponent(transaction)}`), content),

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

    /**
     * The bytes behind an `mxc://` address, as an address that this page can show; null when there are none.
     * @param {string} mxc
     */
    async download(mxc) {
      const [, server, id] = /^mxc:\/\/([^/]+)\/([^/?#]+)$/.exec(mxc) ?? [];
      if (server === undefined || id === undefined) return null;
      const path = `/_matrix/client/v1/media/download/${encodeURIComponent(server)}/${encodeURIComponent(id)}`;
      const response = await fetch(path, { headers: { authorization } });
      return response.ok ? URL.createObjectURL(await response.blob()) : null;
    },
  };
}
