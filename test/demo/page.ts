/** For tests of the chat page in a real browser: each file has one Chromium and one demo, each visit is somebody new. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect, test as base } from 'vitest';
import { startPageServer } from '../../src/demo/page-server.ts';
import { createPeople } from '../../src/demo/people.ts';
import { startService } from '../../src/demo/service.ts';
import { createLog } from '../../src/ops/log.ts';
import { startBrowser, visit, type Visit } from './chromium.ts';

export { chromiumPath } from './chromium.ts';

interface PerFile {
  browser: Browser;
  /** The address of the page; the agent behind it answers without pauses, except where it is asked to be slow. */
  url: string;
}

interface PerTest {
  visits: Visit[];
  /** Opens the page for somebody new; at the end of the test nothing may have gone wrong in the browser. */
  come: (options?: BrowserContextOptions) => Promise<Page>;
}

export const test = base.extend<PerFile & PerTest>({
  browser: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const browser = await startBrowser();
      await use(browser);
      await browser.close();
    },
    { scope: 'file' },
  ],
  url: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const log = createLog({ level: 'error', format: 'json' });
      const service = await startService({ state: null, provider: null, pace: 0, log });
      const people = createPeople(service.homeserver, service.bot);
      const server = await startPageServer({ ...service, people }, '127.0.0.1', 0);
      await use(server.url);
      await server.close();
      await service.stop();
    },
    { scope: 'file' },
  ],
  // eslint-disable-next-line no-empty-pattern
  visits: async ({}, use) => use([]),
  come: async ({ browser, url, visits }, use) => {
    await use(async (options) => {
      const came = await visit(browser, url, options);
      visits.push(came);
      return came.page;
    });
    await Promise.all(visits.map(({ page }) => page.context().close()));
    expect(visits.flatMap(({ complaints }) => complaints)).toEqual([]);
  },
});

export async function say(page: Page, text: string): Promise<void> {
  await page.locator('#text').fill(text);
  await page.locator('#text').press('Enter');
}

/** Waits for an answer that is complete. */
export const answer = (page: Page, text: string) =>
  page.locator('.answer:not(.streaming)', { hasText: text }).waitFor();

export const notice = (page: Page, text: string) => page.locator('.notice', { hasText: text }).first().waitFor();

/** The buttons of the newest question. */
export const answers = (page: Page) => page.locator('.answers').last().getByRole('button');

/** Presses one of them. */
export const press = (page: Page, name: string) =>
  page.locator('.answers').last().getByRole('button', { name, exact: true }).click();

/** A room in the list. */
export const room = (page: Page, name: string) =>
  page.locator('.room', { has: page.locator('.room-name', { hasText: name }) });

/** Waits until the list of rooms shows exactly these headings and names. */
export async function rooms(page: Page, names: unknown[]): Promise<void> {
  const shown = `[...document.querySelectorAll('#room-list h2, .room-name')].map((name) => name.firstChild.data)`;
  await expect.poll(() => page.evaluate<string[]>(shown), { timeout: 5_000 }).toEqual(names);
}

const litStates = `[...document.querySelectorAll('.state[aria-current]')].map((state) => state.getAttribute('aria-label'))`;

/** Waits until exactly these states are lit. */
export async function lit(page: Page, names: string[]): Promise<void> {
  await expect.poll(() => page.evaluate<string[]>(litStates), { timeout: 5_000 }).toEqual(names);
}
