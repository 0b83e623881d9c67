const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const seconds = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const date = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

/** @param {number} ms */
export const timeOf = (ms) => clock.format(ms);
/** @param {number} ms */
export const exactTimeOf = (ms) => seconds.format(ms);

/**
 * `Today`, `Yesterday` or the date.
 * @param {number} ms
 */
export function dayOf(ms) {
  const day = new Date(ms).toDateString();
  if (day === new Date().toDateString()) return 'Today';
  if (day === new Date(Date.now() - 86_400_000).toDateString()) return 'Yesterday';
  return date.format(ms);
}
