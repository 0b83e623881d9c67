/** The Matrix client-server API, as much of it as this page needs. */

export class MatrixError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const FILTER = JSON.stringify({ room: { timeline: { limit: 100 } }, presence: { not_types: ['*'] } });

export function createMatrix({ userId, accessToken }) {
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };

  /** Rejects with `MatrixError` for an answer that is no success, with what `fetch` throws when there is none. */
  async function call(method, path, { body, signal } = {}) {
    const response = await fetch(`/_matrix/client/v3${path}`, {
      method,
      headers,
      signal,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new MatrixError(response.status, answer.errcode ?? 'M_UNKNOWN', answer.error ?? '');
    return answer;
  }

  const inRoom = (room, path) => `/rooms/${encodeURIComponent(room)}${path}`;

  return {
    userId,

    sync(since, timeout, signal) {
      const query = new URLSearchParams({ filter: FILTER, timeout: String(timeout), ...(since && { since }) });
      return call('GET', `/sync?${query}`, { signal });
    },

    /** Gives the id of the event; the same transaction is only taken once. */
    async send(room, type, content, transaction) {
      const path = inRoom(room, `/send/${type}/${encodeURIComponent(transaction)}`);
      return (await call('PUT', path, { body: content })).event_id;
    },

    redact: (room, event, transaction) =>
      call('PUT', inRoom(room, `/redact/${encodeURIComponent(event)}/${encodeURIComponent(transaction)}`), {
        body: {},
      }),

    markRead: (room, event) => call('POST', inRoom(room, `/receipt/m.read/${encodeURIComponent(event)}`), { body: {} }),

    join: (room) => call('POST', `/join/${encodeURIComponent(room)}`, { body: {} }),

    /** What stands before `from`: `{ chunk, end }`, newest first, without `end` at the beginning of the room. */
    earlier: (room, from) => call('GET', inRoom(room, `/messages?dir=b&limit=100&from=${encodeURIComponent(from)}`)),

    /** The bytes behind an `mxc://` address, as an address that this page can show; null when there are none. */
    async download(mxc) {
      const [, server, id] = /^mxc:\/\/([^/]+)\/([^/?#]+)$/.exec(mxc) ?? [];
      if (id === undefined) return null;
      const path = `/_matrix/client/v1/media/download/${encodeURIComponent(server)}/${encodeURIComponent(id)}`;
      const response = await fetch(path, { headers: { authorization: headers.authorization } });
      return response.ok ? URL.createObjectURL(await response.blob()) : null;
    },
  };
}
