/** The sentences and names that people see, with the operator's own words from the policy in them. */
import type { UserId } from '../../machines/ids.ts';
import type { Notice } from '../../machines/notices.ts';
import type { Config } from '../config/config.ts';
import { oneLine } from '../basics/visible.ts';
import { serverOf } from '../matrix/room-templates.ts';
import type { RenderNotice } from '../ports.ts';
import { en } from '../text/en.ts';
import { renderNotice } from '../text/notices.ts';

/** The longest name of a person within the name of their Space, in characters. */
const NAME_CHARACTERS = 60;

export function wordsFor({ matrix, agents, policy }: Pick<Config, 'matrix' | 'agents' | 'policy'>): RenderNotice {
  const render = renderNotice(en, serverOf(matrix.userId));
  const labels = new Map<string, string>(agents.map(({ id, label }) => [id, label]));
  const { contact } = policy.access;
  return (notice) => render(filled(notice));

  function filled(notice: Notice): Notice {
    if (notice.key === 'no agent for you') return { ...notice, contact };
    if (notice.key === 'your agent' || notice.key === 'agent changed' || notice.key === 'context') {
      return { ...notice, agent: labels.get(notice.agent) ?? notice.agent };
    }
    return notice;
  }
}

/** What Spaces and chats are called. `displayName`: what a person calls themselves; null when nobody says so. */
export function namesFor(
  { space, chat }: Config['policy']['names'],
  displayName: (person: UserId) => Promise<string | null>,
) {
  return {
    space: async (person: UserId): Promise<string> => {
      const name = oneLine((await displayName(person)) ?? '', NAME_CHARACTERS) || localpart(person);
      return space.replaceAll('{name}', () => name);
    },
    chat: (number: number): string => chat.replaceAll('{number}', () => String(number)),
  };
}

/** What the rooms say of themselves. `labelOf`: what the agent of a person is called. */
export function topicsFor(labelOf: (person: UserId) => string) {
  return {
    space: en.topics.space,
    chat: (number: number, person: UserId): string => en.topics.chat(number, oneLine(labelOf(person), NAME_CHARACTERS)),
  };
}

function localpart(person: UserId): string {
  return person.slice(1, person.indexOf(':'));
}
