/** For tests that need a browser: starts the Chromium of this machine and keeps what it complains about. */
import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const places = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The executable named by CHROMIUM or in one of the usual places; null when there is none. */
export const chromiumPath = places.find((place) => place !== undefined && existsSync(place)) ?? null;

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts it without a window, on a profile of its own. */
export async function startBrowser(): Promise<Browser> {
  if (chromiumPath === null) throw new Error('There is no Chromium: set CHROMIUM to its path.');
  return chromium.launch({ executablePath: chromiumPath, headless: true, args: flags });
}

export interface Visit {
  page: Page;
  /** What the browser complained about, and requests that failed, except those that the page gave up itself. */
  complaints: string[];
}

/** A visit of somebody who was never there before; nothing moves for show, which would cost the machine as much as the test. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    if (reason !== 'net::ERR_ABORTED') complaints.push(`${reason}: ${request.url()}`);
  });
  await page.goto(url);
  await page.locator('.message.notice', { hasText: 'Just write' }).waitFor();
  return { page, complaints };
}
