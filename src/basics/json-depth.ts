/** How deep JSON is nested, found before it is parsed. */

const [QUOTE, BACKSLASH, BRACKET, BRACE] = [34, 92, 91, 123];

/** Whether brackets are nested deeper than `limit`; those inside texts are not counted. */
export function isNestedDeeper(json: string, limit: number): boolean {
  if (json.length <= limit) return false;
  let depth = 0;
  let inText = false;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (code === BACKSLASH) index += 1;
    else if (code === QUOTE) inText = !inText;
    else if (inText) continue;
    else if (code === BRACKET || code === BRACE) {
      if (++depth > limit) return true;
    } else if (code === BRACKET + 2 || code === BRACE + 2) depth -= 1;
  }
  return false;
}
