import { unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { picture } from '../../src/reference-agent/samples-of-media.ts';
import { en } from '../../src/text/en.ts';
import { temporaryFolder } from '../support/bot.ts';
import { contrastProblems } from './contrast.ts';
import { answer, chromiumPath, notice, say, test } from './page.ts';

const painted = picture();

/** A transfer as the browser makes it where something is dragged or pasted. */
const transfer = (name: string, type: string, content: Buffer) => `(() => {
  const bytes = Uint8Array.from(atob(${JSON.stringify(content.toString('base64'))}), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], ${JSON.stringify(name)}, { type: ${JSON.stringify(type)} }));
  return transfer;
})()`;

/** Drags a file over the chat and lets it go there. */
async function drop(page: Page, name: string, type: string, content: Buffer): Promise<void> {
  const dataTransfer = await page.evaluateHandle(transfer(name, type, content));
  await page.dispatchEvent('#log', 'dragover', { dataTransfer });
  await page.locator('#drop').waitFor();
  await page.dispatchEvent('#log', 'drop', { dataTransfer });
  expect(await page.locator('#drop').isVisible()).toBe(false);
}

/** Gives whether the page took it. */
const paste = (page: Page, name: string, type: string, content: Buffer, words = '') =>
  page.evaluate<boolean>(`(() => {
    const clipboardData = ${transfer(name, type, content)};
    if (${JSON.stringify(words)} !== '') clipboardData.items.add(${JSON.stringify(words)}, 'text/plain');
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    return !document.getElementById('text').dispatchEvent(event);
  })()`);

const choose = (page: Page, ...files: [name: string, mimeType: string, content: Buffer][]) =>
  page.locator('#files').setInputFiles(files.map(([name, mimeType, buffer]) => ({ ...{ name, mimeType }, buffer })));

/** Waits until exactly this stands above the message box. */
async function trayIs(page: Page, lines: unknown[]): Promise<void> {
  const shown = async () =>
    (await page.locator('#tray-list li').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
  await expect.poll(shown, { timeout: 10_000 }).toEqual(lines);
}

/** A file that waits. */
const waits = (number: number, name: string, size: string) => `${number}. ${name} ${size}`;

/** Waits until it is shown, and gives what it is. */
async function shownAs(page: Page, selector: string, facts: string): Promise<unknown> {
  await page.locator(selector).waitFor();
  const read = `(() => { const it = document.querySelector(${JSON.stringify(selector)}); return ${facts}; })()`;
  return page.evaluate(read);
}

const notes = Buffer.from('Remember the milk.');

describe.skipIf(chromiumPath === null)('files on the page (skipped where no Chromium is found: set CHROMIUM)', () => {
  test('three are sent and listed, one is taken out, the agent gets the others and answers with two', async ({
    come,
  }) => {
    const page = await come();
    await choose(page, ['notes.txt', 'text/plain', notes]);
    await drop(page, 'data.bin', '', Buffer.alloc(2_500));
    expect(await paste(page, 'image.png', 'image/png', painted)).toBe(true);
    await trayIs(page, [
      waits(1, 'notes.txt', '18 bytes'),
      waits(2, 'data.bin', '2.5 KB'),
      waits(3, 'image.png', '3.3 KB'),
    ]);
    await say(page, '!list');
    await notice(page, 'These 3 files go along with your next message');
    await page.getByRole('button', { name: 'Remove data.bin' }).click();
    await page.locator('.own', { hasText: '!remove 2' }).waitFor();
    await trayIs(page, [waits(1, 'notes.txt', '18 bytes'), waits(2, 'image.png', '3.3 KB')]);
    await say(page, 'media');
    await answer(page, 'I drew a picture and recorded a sound for you.');
    expect(await page.locator('.answer li').allInnerTexts()).toEqual([
      expect.stringMatching(/-notes\.txt$/),
      expect.stringMatching(/-image\.png$/),
    ]);
    await page.locator('#tray').waitFor({ state: 'hidden' });
    await page.locator('.answer audio').waitFor();
    expect(await page.locator('.answer figure').allInnerTexts()).toEqual([
      expect.stringMatching(/^picture-[\da-f]{8}\.png\s3\.3 KB\sSave$/),
      expect.stringMatching(/^sound-[\da-f]{8}\.wav\s51 KB\sSave$/),
    ]);
    const answered = (kind: string, facts: string) => () => shownAs(page, `.answer ${kind}`, facts);
    await expect.poll(answered('img', '[it.naturalWidth, it.naturalHeight]')).toEqual([480, 300]);
    await expect.poll(answered('audio', '[it.controls, it.duration]')).toEqual([true, 1.6]);
    // It plays on where its message is drawn anew.
    await page.evaluate('player = document.querySelector(".answer audio"), player.loop = true, player.play()');
    const played = page.locator('.answer', { has: page.locator('audio') });
    await played.locator('.react').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await played.locator('.reaction').waitFor();
    expect(await answered('audio', '[it === player, it.paused]')()).toEqual([true, false]);
    expect(await page.locator('.answer img').getAttribute('alt')).toMatch(/^picture-[\da-f]{8}\.png$/);
  });

  test('what cannot be sent says why and is tried again, a running one is called off, and words wait for both', async ({
    come,
    visits,
  }) => {
    const page = await come();
    await page.route(/upload\?filename=refused/, (route) => route.fulfill({ status: 503 }), { times: 1 });
    await page.route(/upload\?filename=held/, () => undefined);
    await choose(page, ['refused.txt', 'text/plain', notes], ['held.bin', '', Buffer.alloc(1_000)]);
    const problem = 'The homeserver did not take it (status 503).';
    await trayIs(page, [`refused.txt 18 bytes ${problem} Try again`, 'held.bin 1 KB']);
    expect(await page.locator('#tray-news').innerText()).toBe(`refused.txt was not sent. ${problem}`);
    await say(page, 'files');
    await page.locator('.own', { hasText: 'waits for your files' }).waitFor();
    await say(page, '!list');
    await notice(page, en.notices['no files wait']({}));
    const bar = page.getByRole('progressbar', { name: 'Sending held.bin' });
    expect(await bar.getAttribute('max')).toBe('1');
    await page.getByRole('button', { name: 'Cancel held.bin' }).focus();
    await page.keyboard.press('Enter');
    await bar.waitFor({ state: 'detached' });
    // Whoever uses the keyboard is at the next one.
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Give up refused.txt');
    await page.getByRole('button', { name: 'Try again: refused.txt' }).click();
    await answer(page, 'With your message came:');
    expect(await page.locator('.own .content, .own figure').allInnerTexts()).toEqual([
      '!list',
      expect.stringMatching(/^refused\.txt\s/),
      'files',
    ]);
    expect(visits[0]?.complaints.splice(0)).toEqual([
      expect.stringMatching(/^503: .*filename=refused\.txt$/),
      expect.stringContaining('status of 503'),
    ]);
  });

  test('how far a file is can be seen', async ({ come }) => {
    const page = await come();
    const cdp = await page.context().newCDPSession(page);
    const limit = (uploadThroughput: number) =>
      cdp.send('Network.emulateNetworkConditions', {
        ...{ offline: false, latency: 0, downloadThroughput: -1 },
        uploadThroughput,
      });
    await limit(100_000);
    await choose(page, ['film.mp4', 'video/mp4', Buffer.alloc(1_000_000)]);
    const share = () => page.evaluate<number>('document.querySelector("#tray progress")?.value ?? 0');
    await expect.poll(share).toBeGreaterThan(0);
    expect(await share()).toBeLessThan(1);
    await limit(-1);
    await trayIs(page, [waits(1, 'film.mp4', '1 MB')]);
  });

  test('a file that is gone before its turn is said to be', async ({ come, onTestFinished }) => {
    const { path: folder, remove } = await temporaryFolder();
    onTestFinished(remove);
    const [held, gone] = ['held.bin', 'gone.txt'].map((name) => path.join(folder, name)) as [string, string];
    for (const file of [held, gone]) writeFileSync(file, 'content');
    const page = await come();
    await page.route(/upload\?filename=held/, () => undefined);
    await page.locator('#files').setInputFiles([held, gone]);
    await trayIs(page, ['held.bin 7 bytes', 'gone.txt 7 bytes']);
    unlinkSync(gone);
    await page.getByRole('button', { name: 'Cancel held.bin' }).click();
    await trayIs(page, ['gone.txt 7 bytes It cannot be read. A folder has to be packed first. Try again']);
  });

  test('what is too big is not sent at all', async ({ come }) => {
    const page = await come();
    await page.route('**/client/v1/media/config', (route) => route.fulfill({ json: { 'm.upload.size': 2_000 } }));
    await page.reload();
    await notice(page, 'Just write');
    await choose(page, ['big.bin', '', Buffer.alloc(2_001)]);
    await trayIs(page, ['big.bin 2 KB It is too big: at most 2 KB are taken.']);
    expect(await page.locator('.own').count()).toBe(0);
    await page.getByRole('button', { name: 'Give up big.bin' }).click();
    await page.locator('#tray').waitFor({ state: 'hidden' });
    expect(await page.evaluate('document.activeElement.id')).toBe('text');
  });

  test('numbers are never those of before; all can be taken out at once', async ({ come }) => {
    const page = await come();
    await choose(
      page,
      ...['a', 'b', 'c', 'd'].map((name): [string, string, Buffer] => [`${name}.txt`, 'text/plain', notes]),
    );
    const left = (...names: string[]) => names.map((name, index) => waits(index + 1, `${name}.txt`, '18 bytes'));
    await trayIs(page, left('a', 'b', 'c', 'd'));
    // The second would mean another file by then.
    await page.evaluate(`for (const number of [0, 1]) document.querySelectorAll('.take-out')[number].click()`);
    await trayIs(page, left('b', 'c', 'd'));
    await notice(page, 'These 3 files go along');
    await page.locator('.take-out').last().click();
    await trayIs(page, left('b', 'c'));
    await page.getByRole('button', { name: 'Remove all', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#tray').waitFor({ state: 'hidden' });
    expect(await page.evaluate('document.activeElement.id')).toBe('text');
    await notice(page, en.notices['all files are removed']({ files: 2 }));
    expect(await page.locator('.own .content').allInnerTexts()).toEqual(['!remove 1', '!remove 3', '!remove all']);
  });

  test('a text that is pasted with its picture stays a text, and nothing is opened in place of the page', async ({
    come,
  }) => {
    const page = await come();
    expect(await paste(page, 'image.png', 'image/png', painted, 'words')).toBe(false);
    const dataTransfer = await page.evaluateHandle(transfer('page.html', 'text/html', notes));
    const isTaken = `['dragover', 'drop'].map((type) => {
      const dataTransfer = ${transfer('page.html', 'text/html', notes)};
      const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
      return !document.getElementById('machine-body').dispatchEvent(event);
    })`;
    expect(await page.evaluate(isTaken)).toEqual([true, true]);
    await page.dispatchEvent('#log', 'dragover', { dataTransfer });
    await page.locator('#drop').waitFor();
    await page.dispatchEvent('#log', 'dragleave', { dataTransfer });
    await page.locator('#drop').waitFor({ state: 'hidden' });
    await say(page, '!list');
    await notice(page, en.notices['no files wait']({}));
  });

  test('whatever a file is called, says it is and holds, it is shown as a picture or saved, and does nothing', async ({
    come,
  }) => {
    const page = await come();
    await page.evaluate('window.ran = 0');
    const script = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="opener?.ran++; parent.ran++"/>');
    await choose(
      page,
      ['<img src=x onerror="ran++">.html', 'text/html', script],
      ['picture\u202egnp.exe', '', script],
      ['drawing.svg', 'image/svg+xml', script],
      ['not-a.png', 'image/png', script],
      [`${'long'.repeat(60)}.png`, 'image/png', painted],
    );
    await trayIs(page, Array<unknown>(5).fill(expect.stringMatching(/^\d\. .* (?:\d+ bytes|3\.3 KB)$/)));
    const [name, size] = ['.own figure .file-name', '.own figure .file-size'];
    expect(await page.locator(name).allInnerTexts()).toEqual([
      '<img src=x onerror="ran++">.html',
      'picturegnp.exe',
      'drawing.svg',
      'not-a.png',
      `${'long'.repeat(10)}…${'long'.repeat(3)}.png`,
    ]);
    expect(await page.locator(size).allInnerTexts()).toEqual([
      ...Array<string>(4).fill(`${script.length} bytes`),
      '3.3 KB',
    ]);
    const picture = page.locator('.own figure img');
    await expect.poll(() => page.evaluate('document.querySelector(".own figure img")?.naturalWidth')).toBe(480);
    // What is no picture is none any more.
    await expect.poll(() => page.locator('.own .stage').count()).toBe(1);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save picturegnp.exe' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('picturegnp.exe');
    const [tab] = await Promise.all([page.context().waitForEvent('page'), picture.click()]);
    await tab.waitForLoadState();
    expect(await tab.evaluate('[document.contentType, window.opener]')).toEqual(['image/png', null]);
    expect(await page.evaluate('window.ran')).toBe(0);
  });

  test('what others say of their files is shown beside them', async ({ come }) => {
    const page = await come();
    await page.evaluate(sendOfAnotherClient);
    const captioned = page.locator('.own', { has: page.locator('.content', { hasText: 'Look at this' }) });
    await captioned.locator('figure img').waitFor();
    expect(await captioned.locator('.content').innerHTML()).toBe('<b>Look</b> at this');
    await page
      .locator('.own figure', { hasText: 'huge.png' })
      .getByRole('button', { name: /^Show the picture/ })
      .click();
    await page.locator('.own figure', { hasText: 'huge.png' }).locator('img').waitFor();
    await page
      .locator('.own figure', { hasText: 'lost.wav' })
      .getByRole('button', { name: /^Could not be loaded/ })
      .waitFor();
  });

  const sizes = { desk: { width: 1440, height: 900 }, phone: { width: 360, height: 740 } };

  test.for([
    ['light', 'desk'],
    ['dark', 'phone'],
  ] as const)('everything can be read: %s, %s', async ([colorScheme, size], { come, visits }) => {
    const page = await come({ colorScheme, reducedMotion: 'reduce', viewport: sizes[size] });
    await say(page, 'media');
    await page.locator('.answer audio').waitFor();
    await page.route(/upload/, (route) => route.fulfill({ status: 503 }), { times: 1 });
    await choose(page, ['refused.txt', 'text/plain', notes], [`${'long '.repeat(20)}.txt`, 'text/plain', notes]);
    await trayIs(page, [
      expect.stringMatching(/^1\. .*…g long long \.txt 18 bytes$/),
      expect.stringContaining('Try again'),
    ]);
    expect(await page.evaluate(contrastProblems)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(sizes[size].width);
    visits[0]?.complaints.splice(0, 2);
  });
});

/** A captioned picture, one that says it is huge, and one that is not there. */
const sendOfAnotherClient = `Promise.all([import('/matrix.js'), import('/session.js')]).then(async ([{ createMatrix }, { logIn }]) => {
  const matrix = createMatrix(await logIn());
  const room = localStorage.getItem('roomkeeper.room').slice(1, -1);
  const transfer = ${transfer('a.png', 'image/png', painted)};
  const signal = new AbortController().signal;
  const url = await matrix.upload(transfer.files[0], { progress: () => {}, signal });
  const send = (content) => matrix.send(room, 'm.room.message', content, content.filename);
  const caption = { body: 'Look at this', format: 'org.matrix.custom.html', formatted_body: '<b id="text">Look</b> at this' };
  await send({ msgtype: 'm.image', filename: 'a.png', url, info: { mimetype: 'image/png', size: 5, w: 1, h: 1e9 }, ...caption });
  await send({ msgtype: 'm.image', filename: 'huge.png', body: 'huge.png', url, info: { size: 1e12 } });
  await send({ msgtype: 'm.audio', filename: 'lost.wav', body: 'lost.wav', url: 'nonsense', info: { size: 5 } });
})`;
