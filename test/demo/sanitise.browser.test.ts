import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { chromiumPath, test } from './page.ts';

/** Each with what is left of it. */
const table: [string, string][] = [
  ['<img src=x onerror="ran()" alt="picture">', 'picture'],
  ['<img src="data:image/svg+xml,<svg onload=ran()>" title="drawing">', 'drawing'],
  ['<script>ran()</script>safe', 'safe'],
  ['<a href="javascript:ran()">x</a>', 'x'],
  ['<a href=" JaVaScRiPt:ran()">x</a>', 'x'],
  ['<a href="java&#x0A;script:ran()">x</a>', 'x'],
  ['<a href="data:text/html,<script>ran()</script>">x</a>', 'x'],
  ['<a href="mxc://demo.test/abc">x</a>', 'x'],
  ['<a href="/demo/session">x</a>', 'x'],
  ['<a href="//example.org">x</a>', 'x'],
  ['<a name="top"><b>x</b></a>', '<b>x</b>'],
  [
    '<a href="https://example.org" onclick="ran()" style="position:fixed" target="_self" rel="opener">x</a>',
    '<a href="https://example.org" target="_blank" rel="noopener noreferrer nofollow">x</a>',
  ],
  ['<p id="composer" class="own" style="color:red" data-shows="rooms" aria-label="x">x</p>', '<p>x</p>'],
  ['<form action="https://example.org"><input autofocus onfocus="ran()"><button>go</button></form>', 'go'],
  ['<svg><animate onbegin="ran()" attributeName="x"/></svg><math><mtext>x</mtext></math>', ''],
  ['<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=ran()&gt;">', ''],
  ['<svg><style><img src=x onerror=ran()></style></svg><b>y</b>', '<b>y</b>'],
  ['a<noscript><p title="</noscript><img src=x onerror=ran()>"></noscript>', 'a'],
  ['<template><img src=x onerror="ran()"></template>z', 'z'],
  ['<iframe src="https://example.org" srcdoc="<script>parent.ran()</script>">x</iframe><b>y</b>', '<b>y</b>'],
  ['<object data="x"><embed src="x"></object><video src=x onerror="ran()"></video>k', 'k'],
  ['<details open ontoggle="ran()"><summary>s</summary>t</details>', '<details><summary>s</summary>t</details>'],
  ['<mx-reply><blockquote>quoted</blockquote></mx-reply>said', 'said'],
  ['<code class="language-ts evil">x</code>', '<code>x</code>'],
  [
    '<pre><code class="language-ts">&lt;b&gt; --&gt;</code></pre>',
    '<pre><code class="language-ts">&lt;b&gt; --&gt;</code></pre>',
  ],
  ['<ol start="3"><li>x</li></ol><ol start="x"><li>y</li></ol>', '<ol start="3"><li>x</li></ol><ol><li>y</li></ol>'],
  [
    '<table><tbody><tr><td align="right">1</td></tr></tbody></table>',
    '<table><tbody><tr><td align="right">1</td></tr></tbody></table>',
  ],
  ['<img src="mxc://demo.test/abc" alt="a" onload="ran()">', '<img alt="a" data-mxc="mxc://demo.test/abc">'],
  [
    '<span data-mx-color="#ff0000" data-mx-bg-color="red;x:y" data-mx-spoiler="why" data-x="y">x</span>',
    '<span data-mx-color="#ff0000" data-mx-spoiler="why">x</span>',
  ],
  ['<div data-mx-maths="\\frac{1}{2}">½</div>', '<div data-mx-maths="\\frac{1}{2}">½</div>'],
];

/** Puts the HTML, cleaned, into the page; gives it as it stands there. */
const insert = (html: string) => `import('/sanitise.js').then(({ sanitise }) => {
  const box = document.body.appendChild(document.createElement('div'));
  box.append(sanitise(${JSON.stringify(html)}));
  return box.innerHTML;
})`;

/** Puts an image into the page that calls `ran`, and waits until it has. */
const control = `new Promise((resolve) => {
  const before = window.ran;
  window.ran = () => { before(); resolve(); };
  document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="ran()">');
})`;

describe.skipIf(chromiumPath === null)('formatted messages (skipped where no Chromium is found: set CHROMIUM)', () => {
  /** A document of the page's origin without its policy, so that nothing but the cleaning stands in the way. */
  const bare = test.extend<{ page: Page }>({
    page: async ({ browser, url }, use) => {
      const context = await browser.newContext({ bypassCSP: true });
      const page = await context.newPage();
      await page.goto(`${url}style.css`);
      await page.evaluate('window.count = 0; window.ran = () => { window.count += 1; }');
      await use(page);
      await context.close();
    },
  });

  bare('hold nothing that runs, looks like the page or leads elsewhere unseen', async ({ page }) => {
    const cleaned: [string, string][] = [];
    for (const [html] of table) cleaned.push([html, await page.evaluate<string>(insert(html))]);
    expect(cleaned).toEqual(table);
    await page.evaluate(control);
    expect(await page.evaluate('window.count')).toBe(1);
  });

  bare('are text where they are nested too deep', async ({ page }) => {
    const deep = await page.evaluate<string>(insert(`${'<b>'.repeat(5000)}deep${'</b>'.repeat(5000)}`));
    expect(deep).toBe(`${'<b>'.repeat(100)}deep${'</b>'.repeat(100)}`);
  });

  test('are shown clean in the conversation', async ({ come, visits }) => {
    const page = await come();
    await page.evaluate(sendHostile);
    const content = page.locator('.own .content.rich');
    await content.waitFor();
    expect(await content.innerHTML()).toBe('<b>bold</b> picture');
    // The browser says of the handler, which was only parsed, that it would not have let it in.
    const { complaints } = visits[0]!;
    expect(complaints.splice(0).filter((complaint) => !complaint.includes('Content Security Policy'))).toEqual([]);
  });
});

const sendHostile = `Promise.all([import('/matrix.js'), import('/session.js')]).then(async ([{ createMatrix }, { logIn }]) => {
  const room = localStorage.getItem('roomkeeper.room').slice(1, -1);
  const formatted_body = '<b onclick="ran()">bold</b> <img src=x onerror="ran()" alt="picture"><script>ran()</' + 'script>';
  const content = { msgtype: 'm.text', body: 'bold', format: 'org.matrix.custom.html', formatted_body };
  await createMatrix(await logIn()).send(room, 'm.room.message', content, 'hostile');
})`;
