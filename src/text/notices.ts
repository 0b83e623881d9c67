import type { CommandName } from '../../machines/commands.ts';
import type { Notice, Trouble } from '../../machines/notices.ts';
import type { RenderNotice } from '../ports.ts';
import { renderIntoOneEvent } from './fit.ts';

/** Every sentence of one language: what a notice says, in Markdown. Values from outside go through `code` or `quote`. */
export type Catalogue = {
  [Key in Notice['key']]: (values: Omit<Extract<Notice, { key: Key }>, 'key'>) => string;
};

/** What each command is for, as lists say it after its name; `args`: what is written behind the name. */
export type Purposes = Record<CommandName, { purpose: string; args?: string }>;

/** What went wrong, and whether asking the same again may help. */
export type TroubleWords = Record<Trouble, { says: string; retry: boolean }>;

/** Gives the sentences of one language as messages. */
export function renderNotice(catalogue: Catalogue): RenderNotice {
  return (notice) => renderIntoOneEvent(sentence(catalogue, notice));
}

function sentence<Key extends Notice['key']>(catalogue: Catalogue, notice: Extract<Notice, { key: Key }>): string {
  const say: (values: typeof notice) => string = catalogue[notice.key];
  return say(notice);
}
