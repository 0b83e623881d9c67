import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { en } from '../../src/text/en.ts';
import { contrastProblems } from './contrast.ts';
import { answer, answers, chromiumPath, notice, press, room, say, test } from './page.ts';

describe.skipIf(chromiumPath === null)('questions on the chat page (skipped where no Chromium is found)', () => {
  test('the agent’s question is answered by a button, once', async ({ come }) => {
    const page = await come();
    await say(page, 'confirm sweep the floor');
    await notice(page, 'May I sweep the floor?');
    expect(await buttons(page)).toEqual(['Yes', 'No']);
    await press(page, 'Yes');
    await answer(page, 'You said yes: I sweep the floor.');
    expect(await buttons(page)).toEqual(['Yes, given, over', 'No, over']);
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('text');
    await page.reload();
    await answer(page, 'You said yes: I sweep the floor.');
    expect(await buttons(page)).toEqual(['Yes, given, over', 'No, over']);
    expect(await own(page)).toEqual(['confirm sweep the floor', '!yes']);
  });

  test('a question that ends otherwise has no use for its buttons', async ({ come }) => {
    const page = await come();
    await say(page, 'confirm');
    await notice(page, 'May I tidy up the workspace?');
    await say(page, 'hm');
    await notice(page, 'I’ll pass this message on after that.');
    expect(await buttons(page)).toEqual(['Yes', 'No']);
    await say(page, 'lieber nicht');
    await answer(page, 'You said no: I leave everything as it is.');
    expect(await buttons(page)).toEqual(['Yes, over', 'No, given, over']);
    await say(page, 'confirm');
    await expect.poll(() => buttons(page)).toEqual(['Yes', 'No']);
    await say(page, '!stop');
    await notice(page, 'Stopped.');
    await expect.poll(() => buttons(page)).toEqual(['Yes, over', 'No, over']);
  });

  test('a conversation is saved, and loaded into another chat by its button', async ({ come }) => {
    const page = await come();
    await say(page, 'my cat is called Mia');
    await answer(page, 'has 1 message');
    await say(page, '!save cat');
    await notice(page, 'The conversation is saved as cat.');
    await say(page, '!save cat');
    await notice(page, 'You already have a save called cat.');
    expect(await buttons(page)).toEqual(['Yes', 'No']);
    await press(page, 'No');
    await notice(page, 'Okay, the save stays as it was.');
    expect(await buttons(page)).toEqual(['Yes, over', 'No, given, over']);
    await say(page, '!save dog-2');
    await notice(page, 'The conversation is saved as dog-2.');

    await say(page, '!new');
    await room(page, 'Chat 2').click();
    await say(page, '!load');
    await notice(page, 'Which one should the agent read?');
    expect(await buttons(page)).toEqual(['Load dog-2', 'Load cat', 'None']);
    await press(page, 'None');
    await notice(page, 'Okay, I’m not loading anything.');
    expect(await buttons(page)).toEqual(['Load dog-2, over', 'Load cat, over', 'None, given, over']);
    await say(page, '!load');
    await expect.poll(() => buttons(page)).toEqual(['Load dog-2', 'Load cat', 'None']);
    await answers(page).first().focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await notice(page, 'The agent has read cat.');
    expect(await buttons(page)).toEqual(['Load dog-2, over', 'Load cat, given, over', 'None, over']);
    await say(page, 'recall');
    await answer(page, '“my cat is called Mia”');
  });

  test('before a conversation is forgotten it can be kept, left or saved', async ({ come }) => {
    const page = await come();
    await say(page, 'confirm');
    await notice(page, 'May I tidy up the workspace?');
    await say(page, '!clear');
    await notice(page, 'Should this chat start over?');
    expect(await buttons(page)).toEqual(['Yes', 'No', 'Save first']);
    expect(await buttons(page, 0)).toEqual(['Yes, over', 'No, over']);
    await press(page, 'No');
    await notice(page, 'Okay, everything goes on as it was.');
    expect(await buttons(page, 0)).toEqual(['Yes', 'No']);
    await page.locator('.answers').first().getByRole('button', { name: 'Yes' }).click();
    await answer(page, 'You said yes');
    await say(page, '!clear');
    await expect.poll(() => buttons(page)).toEqual(['Yes', 'No', 'Save first']);
    await press(page, 'Save first');
    await notice(page, 'and this chat starts over.');
    expect(await buttons(page)).toEqual(['Yes, over', 'No, over', 'Save first, given, over']);
    await say(page, 'hello');
    await answer(page, 'has 1 message');
  });

  test('what the bot says for a while only goes without a trace', async ({ come }) => {
    const page = await come();
    await say(page, 'slow 8');
    await page.locator('.message.streaming').waitFor();
    await say(page, 'two');
    const waits = page.locator('.notice', { hasText: waiting });
    await waits.waitFor();
    await answer(page, '“two”');
    await waits.waitFor({ state: 'detached' });
    expect(await page.locator('.gone').count()).toBe(0);
    await page.reload();
    await answer(page, '“two”');
    expect(await page.locator('.gone').count()).toBe(0);
  });

  test('what an agent does is told while it does it', async ({ come }) => {
    const page = await come();
    await say(page, 'tool 6');
    const working = page.locator('.notice', { hasText: 'Working' });
    await working.filter({ hasText: 'Calculating (step 1 of 2)' }).waitFor();
    expect(await working.count()).toBe(1);
    await answer(page, 'The calculator says that 6 × 7 is 42.');
    await working.waitFor({ state: 'detached' });
    expect(await page.locator('.gone').count()).toBe(0);
  });

  test.for(['light', 'dark'] as const)('everything can be read: %s', async (colorScheme, { come }) => {
    const page = await come({ colorScheme });
    await say(page, '!save cat');
    await notice(page, 'The conversation is saved as cat.');
    await say(page, '!save cat');
    await press(page, 'No');
    await say(page, 'confirm');
    await notice(page, 'May I tidy up the workspace?');
    await say(page, '!load');
    await notice(page, 'Which one should the agent read?');
    expect(await page.evaluate(contrastProblems)).toEqual([]);
  });
});

const waiting = en.notices['text waits']({ position: 1 }).slice(0, 20);

/** The buttons of a question, of the newest unless told, as somebody hears them who does not see. */
const buttons = (page: Page, question = -1) =>
  page.evaluate<
    string[]
  >(`[...document.querySelectorAll('.answers')].at(${question}).querySelectorAll('button').values().map((button) =>
    button.getAttribute('aria-label') + (button.ariaPressed === 'true' ? ', given' : '') + (button.disabled ? ', over' : '')).toArray()`);

/** What the person said. */
const own = (page: Page) => page.locator('.own .content').allInnerTexts();
