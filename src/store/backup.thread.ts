/** The thread of a backup: one copy, then it ends. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { DatabaseSync } from './sqlite.ts';

const { file, draft } = workerData as { file: string; draft: string };
const connection = new DatabaseSync(file, { readOnly: true });
connection.prepare('VACUUM INTO ?').run(draft);
connection.close();
const descriptor = openSync(draft, 'r+');
fsyncSync(descriptor);
closeSync(descriptor);
