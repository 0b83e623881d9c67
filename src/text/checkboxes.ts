import type { MarkdownIt, StateCore } from 'markdown-it';

/** markdown-it: items of a list that begin with `[ ]` or `[x]` show a box. */
export function showCheckboxes(it: MarkdownIt): void {
  it.core.ruler.push('show checkboxes', draw);
}

function draw({ tokens }: StateCore): void {
  tokens.forEach(({ type, children }, index) => {
    const [first] = children ?? [];
    if (type !== 'inline' || first?.type !== 'text' || tokens[index - 2]?.type !== 'list_item_open') return;
    first.content = first.content.replace(/^\[([ xX])\](?=\s|$)/, (_, mark) => (mark === ' ' ? '☐' : '☑'));
  });
}
