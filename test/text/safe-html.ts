/** The tags of Matrix, with the attributes that may stand in them, exactly as our renderer writes them. */
const TAG = new RegExp(
  [
    String.raw`</?(?:h[1-6]|blockquote|p|ul|li|pre|code|strong|em|del|table|thead|tbody|tr|th|td)>`,
    String.raw`</?(?:b|i|u|s|sub|sup|span|div|details|summary|caption)>`,
    String.raw`<(?:span|div) data-mx-maths="[^"<>]*">`,
    String.raw`<span(?: data-mx-(?:spoiler|color|bg-color)(?:="[^"<>]*")?)+>`,
    String.raw`<[hb]r />`,
    String.raw`<ol(?: start="\d+")?>|</ol>`,
    String.raw`<code class="language-[\w.+#-]+">`,
    String.raw`<a href="(?:https?|ftp|mailto|magnet):[^"<>]*">|</a>`,
    String.raw`<img src="(?:mxc|MXC):[^"<>]*" alt="[^"<>]*"(?: title="[^"<>]*")? />`,
  ]
    .map((tag) => `^(?:${tag})$`)
    .join('|'),
);

/** Everything in HTML that no message may hold; empty when it is safe. */
export function faultsOf(html: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  for (const tag of html.match(/<[^>]*>/g) ?? []) {
    const name = /^<\/?(\w+)/.exec(tag)?.[1] ?? '';
    if (!TAG.test(tag)) faults.push(`tag ${tag}`);
    if (tag.startsWith('</')) {
      if (open.pop() !== name) faults.push(`not open ${tag}`);
    } else if (!tag.endsWith('/>')) open.push(name);
    if (open.length > 100) faults.push('too deep');
  }
  if (open.length > 0) faults.push(`not closed ${open.join(' ')}`);
  if (html.replaceAll(/<[^>]*>/g, '').includes('<')) faults.push('a bare <');
  if (/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u.test(html)) faults.push('control characters');
  if (!html.isWellFormed()) faults.push('lone surrogates');
  return faults;
}
