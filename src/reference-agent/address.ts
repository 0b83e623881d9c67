/** Where something of the provider's API is; people also write the base with the path of the completions behind it. */
export function addressOf(base: string, path: string): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '').replace(/\/chat\/completions$/, '')}/${path}`;
  return url.href;
}
