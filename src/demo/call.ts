/** A request to the client-server API of the demo's homeserver: gives the answer, still to be decoded. */
export type Call = (method: 'GET' | 'POST' | 'PUT', path: string, body?: object) => Promise<unknown>;

/** Requests in the name of one login; each rejects with a sentence when the homeserver refuses. */
export function createCall(homeserver: string, accessToken: string): Call {
  return async (method, path, body) => {
    const response = await fetch(`${homeserver}/_matrix/client/v3${path}`, {
      method,
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`The homeserver of the demo refused a request (status ${response.status}).`);
    return response.json();
  };
}
