import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { commandHints } from '../../src/demo/commands.ts';
import { troubles } from '../../src/text/en-tables.ts';
import { en } from '../../src/text/en.ts';
import { contrastProblems } from './contrast.ts';
import { answer, chromiumPath, lit, notice, press, room, rooms, say, test } from './page.ts';

/** What is lit of a chat in which nothing but the conversation is at something. */
const whileQuiet = (...conversation: string[]): string[] => [
  ...['serving', 'conversation', ...conversation, 'line', 'nothing waits'],
  ...['tray', 'empty', 'burst', 'nothing new', 'pushes', 'nothing is held back', 'dialog', 'none'],
];

describe.skipIf(chromiumPath === null)('the chat page (skipped where no Chromium is found: set CHROMIUM)', () => {
  test('explains itself once, and answers', async ({ come }) => {
    const page = await come();
    const text = (await page.locator('#intro p').first().innerText()).trim();
    expect(text.match(/\.(?= |$)/g)).toHaveLength(5);
    await page.locator('#examples button', { hasText: 'hello' }).click();
    await answer(page, 'My memory of this conversation has 1 message.');
    expect(await page.locator('.answer .content strong').allInnerTexts()).toEqual(['reference agent', '1 message']);
    await page.locator('#intro-close').click();
    await page.reload();
    await answer(page, 'You wrote: “hello”.');
    expect(await page.locator('#intro').isVisible()).toBe(false);
    await page.locator('#about').click();
    expect(await page.locator('#intro').isVisible()).toBe(true);
  });

  test('shows a slow answer as it grows, the machine at work, and stops both', async ({ come }) => {
    const page = await come();
    await lit(page, whileQuiet('idle'));
    await say(page, 'slow 30');
    await page.locator('.message.streaming', { hasText: 'I count to 120: 1 2 3' }).waitFor();
    await lit(page, whileQuiet('asking', 'working', 'streaming'));
    expect(await page.locator('#machine-now').innerText()).toBe('streaming');
    expect(await page.locator('#room-status').innerText()).toBe('The agent is writing');
    expect(await page.locator('.message.streaming').getAttribute('aria-busy')).toBe('true');
    await say(page, '!stop');
    await notice(page, 'Stopped.');
    await lit(page, whileQuiet('idle'));
    await page.locator('.message.streaming').waitFor({ state: 'detached' });
    const [latest] = await page.locator('#changes li').allInnerTexts();
    expect(latest).toMatch(/^\d\d:\d\d:\d\d\s+deliver the answer: done → idle\s+close the connection, hide typing$/);
    expect(await page.locator('#stop').isVisible()).toBe(false);
  });

  test('begins a new conversation with !clear', async ({ come }) => {
    const page = await come();
    await say(page, 'one');
    await answer(page, 'has 1 message');
    await say(page, '!clear');
    await press(page, 'Yes');
    await notice(page, en.notices.cleared({ waiting: 0 }));
    await say(page, 'two');
    await page.locator('.answer', { hasText: '“two”' }).filter({ hasText: 'has 1 message' }).waitFor();
  });

  test('tells of a failure of the agent, and asks again by the command in it', async ({ come }) => {
    const page = await come();
    await say(page, 'fail');
    await answer(page, 'I begin to answer, but');
    await notice(page, troubles['agent-error'].says);
    await page.locator('.notice .command', { hasText: '!retry' }).click();
    await page.locator('.own', { hasText: '!retry' }).waitFor();
    await page.locator('.notice', { hasText: troubles['agent-error'].says }).nth(1).waitFor();
  });

  test('a reload in the middle of an answer shows what is there and goes on, until the button stops it', async ({
    come,
  }) => {
    const page = await come();
    await say(page, 'slow 30');
    await page.locator('.message.streaming', { hasText: '1 2 3' }).waitFor();
    await page.reload();
    await page.locator('.message.streaming', { hasText: '1 2 3' }).waitFor();
    const before = (await page.locator('.message.streaming').innerText()).length;
    await lit(page, whileQuiet('asking', 'working', 'streaming'));
    await expect
      .poll(async () => (await page.locator('.message.streaming').innerText()).length)
      .toBeGreaterThan(before);
    await page.locator('#stop').click();
    await notice(page, 'Stopped.');
    expect(await page.evaluate(kinds)).toEqual(['notice', 'own', 'answer', 'own', 'notice']);
  });

  test('leads from the invitation to the first chat, and on to others', async ({ come }) => {
    const page = await come();
    await page.locator('.line', { hasText: 'Roomkeeper invited you; this page accepted for you.' }).waitFor();
    await rooms(page, ['Your agents', 'Chat 1', 'Where you met', 'Entry room']);
    await room(page, 'Entry room').click();
    await notice(page, 'made you a chat: Chat 1');
    await lit(page, ['pointing']);
    await page.locator('.notice .command', { hasText: '!new' }).click();
    await room(page, 'Chat 2').locator('.unread', { hasText: 'new' }).waitFor();
    await room(page, 'Chat 2').click();
    await say(page, '!rename Travel plans');
    await page.locator('#room-name', { hasText: 'Travel plans' }).waitFor();
    await page.locator('#new-chat').click();
    await page.locator('#room-name', { hasText: 'Chat 3' }).waitFor();
    await say(page, '!archive');
    await rooms(page, ['Your agents', 'Travel plans', 'Chat 1', 'Archived', 'Chat 3', 'Where you met', 'Entry room']);
    await say(page, '!chats');
    await page.locator('.notice li', { hasText: 'Travel plans' }).locator('a').click();
    await page.locator('#room-name', { hasText: 'Travel plans' }).waitFor();
    await say(page, 'hello');
    await answer(page, 'has 1 message');
    expect(await page.locator('.unread').count()).toBe(0);
  });

  test('chats are conversations of their own, with a mark for what was not read', async ({ come }) => {
    const page = await come();
    await page.locator('#new-chat').click();
    await page.locator('#room-name', { hasText: 'Chat 2' }).waitFor();
    await room(page, 'Chat 1').click();
    await say(page, 'slow 6');
    await page.locator('.message.streaming').waitFor();
    await say(page, 'and then');
    await page.locator('.own', { hasText: 'and then' }).waitFor();
    await room(page, 'Chat 2').click();
    await page.locator('#room-name', { hasText: 'Chat 2' }).waitFor();
    await room(page, 'Chat 1').locator('.unread').waitFor();
    await say(page, 'here');
    await page.locator('.answer', { hasText: 'has 1 message' }).waitFor();
    expect(await page.locator('.own').allInnerTexts()).toEqual([expect.stringMatching(/^here\s/)]);
    await room(page, 'Chat 1').click();
    await answer(page, '“and then”');
    await page.locator('.unread').waitFor({ state: 'detached' });
    await page.reload();
    await page.locator('#room-name', { hasText: 'Chat 1' }).waitFor();
    await answer(page, '“and then”');
  });

  test('everything is within reach of the keyboard', async ({ come }) => {
    const page = await come();
    const focus = () =>
      page.evaluate<string>('document.activeElement.id || document.activeElement.textContent.trim().slice(0, 6)');
    const order: string[] = [];
    for (let step = 0; step < 29; step++) {
      await page.keyboard.press('Tab');
      order.push(await focus());
    }
    expect(order).toEqual([
      ...['Skip t', 'new-chat', 'Chat 1', 'Entry ', 'about', 'log'],
      ...['hello', 'table', 'slow', 'confir', 'tool 6', 'media', 'fail', '!save', '!new', '!help', 'intro-close'],
      ...['!help', '!stop ', '!clear', '!new [', '!chats', '!save ', '!load ', '!branc', '!conte'],
      ...['attach', 'text', 'machine-body'],
    ]);
    await page.keyboard.press('Escape');
    await page.locator('#intro').waitFor({ state: 'hidden' });
    await page.locator('#text').focus();
    await page.keyboard.type('!st');
    expect(await suggestions(page)).toEqual([hintOf('!stop'), hintOf('!status'), hintOf('!start')]);
    await page.keyboard.press('Escape');
    expect(await page.locator('#suggestions').isVisible()).toBe(false);
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    await page.keyboard.type('ren');
    expect(await suggestions(page)).toEqual([hintOf('!rename')]);
    await page.keyboard.press('Enter');
    expect(await page.locator('#text').inputValue()).toBe('!rename ');
    await page.locator('#text').fill('');
    await page.keyboard.type('!');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    expect(await page.locator('#text').inputValue()).toBe('!help');
    await page.keyboard.press('Enter');
    await notice(page, 'You can also use');
    await page.keyboard.type('two');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('lines');
    await page.keyboard.press('Enter');
    await page.locator('.own', { hasText: 'two' }).locator('.content', { hasText: 'lines' }).waitFor();
    await answer(page, 'two lines');
  });

  test('reactions are added and taken back', async ({ come }) => {
    const page = await come();
    await say(page, 'hello');
    await answer(page, 'has 1 message');
    await page.locator('.message.streaming').waitFor({ state: 'detached' });
    await page.locator('.answer .react').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Escape');
    expect(await page.locator('#picker').isVisible()).toBe(false);
    expect(await page.evaluate<string>('document.activeElement.className')).toBe('react');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    const reaction = page.locator('.answer .reaction[aria-pressed=true]', { hasText: '👍' });
    await reaction.waitFor();
    await page.reload();
    await reaction.click();
    await reaction.waitFor({ state: 'detached' });
  });

  test('what was said long ago comes when somebody scrolls back', { timeout: 30_000 }, async ({ come }) => {
    const page = await come();
    await say(page, 'first of all');
    await answer(page, 'has 1 message');
    await page.evaluate(sayMuchNonsense);
    await page
      .locator('.notice', { hasText: 'I don’t know the command' })
      .nth(MANY - 1)
      .waitFor({ timeout: 15_000 });
    await say(page, 'last of all');
    await answer(page, '“last of all”');
    await page.reload();
    await answer(page, '“last of all”');
    expect(await page.locator('.own', { hasText: 'first of all' }).count()).toBe(0);
    await page.evaluate('document.getElementById("log").scrollTop = 0');
    await page.locator('.own', { hasText: 'first of all' }).waitFor();
  });

  const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

  test('whoever reads at the end stays there when something grows before the page has heard that it scrolled', async ({
    come,
  }) => {
    const page = await come();
    await say(page, 'help');
    await answer(page, 'I am the reference agent');
    const atEnd = () =>
      page.evaluate<boolean>(`(() => {
        const log = document.getElementById('log');
        return log.scrollHeight - log.scrollTop - log.clientHeight < 2;
      })()`);
    await expect.poll(atEnd).toBe(true);
    await page.evaluate(`(() => {
      const log = document.getElementById('log');
      const grow = () => (document.getElementById('messages').lastElementChild.style.paddingBottom = (height += 300) + 'px');
      let height = 0;
      grow();
      log.scrollTop = log.scrollHeight;
      grow();
    })()`);
    await expect.poll(atEnd).toBe(true);
    await page.locator('#log').hover();
    await page.mouse.wheel(0, -500);
    await expect.poll(atEnd).toBe(false);
    await say(page, '!list');
    await notice(page, 'No files are waiting');
    await expect.poll(atEnd).toBe(true);
  });

  test('fits a phone, one part at a time', async ({ come }) => {
    const page = await come(phone);
    await say(page, 'table');
    await answer(page, 'The distances are rounded');
    const parts: unknown[] = [];
    for (const part of ['rooms', 'machine', 'chat']) {
      await page.locator(`[data-shows=${part}]`).click();
      const visible = await Promise.all(['.rooms', '.chat', '.machine'].map((name) => page.locator(name).isVisible()));
      parts.push([part, ...visible, await page.evaluate('document.documentElement.scrollWidth')]);
    }
    expect(parts).toEqual([
      ['rooms', true, false, false, 360],
      ['machine', false, false, true, 360],
      ['chat', false, true, false, 360],
    ]);
  });

  test.for(['light', 'dark'] as const)('everything can be read: %s', async (colorScheme, { come }) => {
    const page = await come({ colorScheme, reducedMotion: 'reduce', viewport: { width: 1440, height: 900 } });
    await say(page, 'table');
    await answer(page, 'The distances are rounded');
    await say(page, '!help');
    await notice(page, 'You can also use');
    await say(page, '!new');
    await room(page, 'Chat 2').locator('.unread').waitFor();
    await say(page, 'slow 20');
    await page.locator('.message.streaming').waitFor();
    await page.locator('#text').fill('!');
    expect(await page.evaluate(contrastProblems)).toEqual([]);
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  });
});

/** What is offered of a command. */
function hintOf(command: string): string | undefined {
  return commandHints()
    .filter(({ name }) => name === command)
    .map(({ args, hint }) => [command, args, hint].filter((part) => part !== '').join(' '))[0];
}

/** What is offered above the message box, each in a line. */
async function suggestions(page: Page): Promise<string[]> {
  const shown = await page.locator('#suggestions li').allInnerTexts();
  return shown.map((text) => text.replaceAll(/\s+/g, ' '));
}

const kinds = `[...document.querySelectorAll('.message')].map(({ classList }) => classList.item(1))`;

/** With as many answers, more than one sync brings. */
const MANY = 50;
const sayMuchNonsense = `Promise.all([import('/matrix.js'), import('/session.js')]).then(async ([{ createMatrix }, { logIn }]) => {
  const matrix = createMatrix(await logIn());
  const room = localStorage.getItem('roomkeeper.room').slice(1, -1);
  const say = (_, index) => matrix.send(room, 'm.room.message', { msgtype: 'm.text', body: '!nonsense-' + index }, 'nonsense-' + index);
  await Promise.all(Array.from({ length: ${MANY} }, say));
})`;
