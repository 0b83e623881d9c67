/** The errors that the homeserver answers with. */

/** An answer that is not 2xx: `errcode` and the sentence go to the client. */
export class MatrixError extends Error {
  readonly status: number;
  readonly errcode: string;
  readonly fields: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    errcode: string,
    message: string,
    extra: { fields?: Record<string, unknown>; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.errcode = errcode;
    this.fields = extra.fields ?? {};
    this.headers = extra.headers ?? {};
  }
}

export const forbidden = (message: string) => new MatrixError(403, 'M_FORBIDDEN', message);
export const notFound = (message: string) => new MatrixError(404, 'M_NOT_FOUND', message);
/** What Synapse says where it has no better code. */
export const unknown = (message: string, status = 400) => new MatrixError(status, 'M_UNKNOWN', message);
export const badJson = (message: string) => new MatrixError(400, 'M_BAD_JSON', message);
export const invalidParam = (message: string) => new MatrixError(400, 'M_INVALID_PARAM', message);
export const missingParam = (message: string) => new MatrixError(400, 'M_MISSING_PARAM', message);
export const tooLarge = () =>
  new MatrixError(413, 'M_TOO_LARGE', 'Upload request body is too large', { headers: { Connection: 'close' } });
export const unrecognized = (status: 404 | 405) => new MatrixError(status, 'M_UNRECOGNIZED', 'Unrecognized request');
export const missingToken = () => new MatrixError(401, 'M_MISSING_TOKEN', 'Missing access token');
export const unknownToken = (expired: boolean) =>
  new MatrixError(401, 'M_UNKNOWN_TOKEN', expired ? 'Access token has expired' : 'Invalid access token passed.', {
    fields: { soft_logout: expired },
  });
export const notInRoom = (user: string, room: string) => forbidden(`User ${user} not in room ${room}`);
export const noPreview = (user: string, room: string) =>
  forbidden(`User ${user} not in room ${room}, and room previews are disabled`);
