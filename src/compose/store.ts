/** The folders in which actors are kept. */
import path from 'node:path';
import type { Config } from '../config/config.ts';
import type { Log } from '../ports.ts';
import { openAnswers } from '../store/answers.ts';
import { openRecords, type RecordFolder } from '../store/records.ts';

export interface Store {
  rooms: RecordFolder;
  people: RecordFolder;
  deadLetters: RecordFolder;
  answers: Awaited<ReturnType<typeof openAnswers>>;
}

export async function openStore(config: Config, log: Log): Promise<Store> {
  const writing = { fsync: config.state.fsync };
  const onCorrupt = (error: Error) => log.error({ error }, 'damaged record moved aside');
  const folder = (name: string) => path.join(config.state.dir, name);
  const [rooms, people, deadLetters, answers] = await Promise.all([
    openRecords(folder('rooms'), { ...writing, onCorrupt }),
    openRecords(folder('people'), { ...writing, onCorrupt }),
    openRecords(folder('dead-letters'), { ...writing, onCorrupt }),
    openAnswers(folder('answers'), writing),
  ]);
  return { rooms, people, deadLetters, answers };
}
