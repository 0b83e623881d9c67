import type { StateCore, Token } from 'markdown-it';

/** A markdown-it core rule: images that Matrix cannot show become links, links that it cannot follow become text. */
export function showOnlyWhatMatrixCan(state: StateCore): void {
  for (const block of state.tokens) {
    if (block.children !== null) block.children = reduce(block.children, state);
  }
}

function reduce(tokens: Token[], state: StateCore): Token[] {
  const kept: Token[] = [];
  let openLink: Token | null = null;
  for (const token of tokens) {
    if (token.type === 'link_open') openLink = token;
    const isDeadLink = openLink !== null && isMedia(openLink.attrGet('href'));
    if (token.type === 'link_close') openLink = null;

    if (token.type === 'image' && !isMedia(token.attrGet('src'))) kept.push(...asLink(token, state, openLink !== null));
    else if (!(isDeadLink && (token.type === 'link_open' || token.type === 'link_close'))) kept.push(token);
  }
  return kept;
}

function isMedia(url: string | number | null): boolean {
  return /^mxc:/i.test(String(url));
}

/** Links do not stand in links: there only the words of the image stay. */
function asLink(image: Token, state: StateCore, insideLink: boolean): Token[] {
  const src = String(image.attrGet('src'));
  const text = new state.Token('text', '', 0);
  text.content = state.md.renderer.renderInlineAsText(image.children ?? [], state.md.options, state.env) || src;
  text.level = image.level;
  if (insideLink) return [text];

  const open = new state.Token('link_open', 'a', 1);
  open.attrs = [['href', src]];
  open.level = image.level;
  const close = new state.Token('link_close', 'a', -1);
  close.level = image.level;
  text.level += 1;
  return [open, text, close];
}
