/** What stands in a message. */

/** A message's content as Markdown was rendered: what `m.room.message` needs besides its msgtype. */
export interface Rendered {
  body: string;
  /** `org.matrix.custom.html`, sanitised; absent when it would say the same as the body. */
  html?: string;
}
