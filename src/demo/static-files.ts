import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ServerResponse } from 'node:http';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** Nothing but this server's own files runs or is shown. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};

export interface StaticFiles {
  /** Answers with the file of that name; false when there is none. */
  serve(name: string, response: ServerResponse): Promise<boolean>;
}

/** The files that stand in a folder now, not those in folders inside it. */
export async function openStaticFiles(folder: string): Promise<StaticFiles> {
  const names = new Set(await readdir(folder));
  return {
    async serve(name, response) {
      const type = types[path.extname(name)];
      if (!names.has(name) || type === undefined) return false;
      const content = await readFile(path.join(folder, name));
      response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': content.length }).end(content);
      return true;
    },
  };
}
