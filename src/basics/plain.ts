/** Without control and formatting characters: what strangers wrote cannot steer a terminal. */
export function plain(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
