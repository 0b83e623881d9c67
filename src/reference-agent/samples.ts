/** Markdown that the scripted agent shows. */

export const table = `| Planet | Distance from the Sun | Moons |
| :--- | ---: | ---: |
| Mercury | 58 million km | 0 |
| Venus | 108 million km | 0 |
| Earth | 150 million km | 1 |
| Mars | 228 million km | 2 |

The distances are **rounded**; the moons are not.
`;

/** At least `bytes` of Markdown: headings, paragraphs, lists, tables and code fences, numbered to show that nothing is lost. */
export function longAnswer(bytes: number): string {
  let text = '# A long answer\n\n';
  for (let section = 1; text.length < bytes; section += 1) text += longSection(section);
  return `${text}That was all.\n`;
}

function longSection(section: number): string {
  const rows = Array.from(
    { length: 12 },
    (_, row) => `| ${section}.${row} | ${(section * 31 + row * 17) % 997} | row ${row} |`,
  );
  const lines = Array.from(
    { length: 20 },
    (_, line) => `const line${line} = ${section} * ${line}; // section ${section}`,
  );
  return `## Section ${section}

This is section **${section}** of a long answer. It is here to show how a room takes an answer that does not fit into one message: the text goes on in the next one, and neither a table nor a block of code is torn apart where that can be avoided.

1. The first point of section ${section}
2. The second point, with \`code\` and a [link](https://matrix.org/)
3. The third point

| Number | Value | Remark |
| --- | ---: | --- |
${rows.join('\n')}

\`\`\`js
${lines.join('\n')}
\`\`\`

`;
}
