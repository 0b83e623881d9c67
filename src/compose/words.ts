/** The sentences and names that people see, with the operator's own words from the policy in them. */
import type { AgentId, UserId } from '../../machines/ids.ts';
import { languages, type Language } from '../../machines/language.ts';
import { notices, type Notice } from '../../machines/notices.ts';
import type { Config } from '../config/config.ts';
import { namesIn } from '../config/default-names.ts';
import { oneLine } from '../basics/visible.ts';
import type { Alarm } from '../durable/timers.ts';
import { serverOf } from '../matrix/room-templates.ts';
import type { NameOf, Now, PicturesIn, RenderAnswer, RenderFarewell, RenderNotice, RenderPreview } from '../ports.ts';
import { answersWithin } from '../text/answer.ts';
import { catalogue } from '../text/catalogue.ts';
import { renderNotice, type Words } from '../text/notices.ts';
import { previewsIn } from '../text/preview.ts';
import { picturesIn } from '../text/readable.ts';
import type { Roster } from './roster.ts';

/** The longest name of a person within a sentence or the name of their Space, in characters. */
const NAME_CHARACTERS = 60;
/** Nobody is greeted later than this, ms, for want of their name. */
const NAME_MS = 1_000;

type LanguageOf = (person: UserId) => Language | null;

/** What is made of the words of each language, found by what a person chose: nothing means the operator's choice. */
export function spoken<Made>({ language }: Pick<Config['policy'], 'language'>, make: (words: Words) => Made) {
  const made = Object.fromEntries(languages.map((each) => [each, make(catalogue[each])])) as Record<Language, Made>;
  return (chosen: Language | null): Made => made[chosen ?? language];
}

export function wordsFor(
  { matrix, policy }: Pick<Config, 'matrix' | 'policy'>,
  roster: Pick<Roster, 'labelOf' | 'policy'>,
): RenderNotice {
  const render = spoken(policy, (words) => renderNotice(words, serverOf(matrix.userId)));
  const most = policy.files.maxBytes;
  return (notice, language) => render(language)(filled(notice));

  function filled(notice: Notice): Notice {
    if (notice.key === 'no agent for you') return { ...notice, contact: roster.policy().access.contact };
    if (notice.key === 'files wait') return { ...notice, most };
    if (namesAnAgent(notice)) {
      return { ...notice, agent: notice.agent && roster.labelOf(notice.agent as AgentId) } as Notice;
    }
    return notice;
  }
}

type NamingAnAgent = 'greeting' | 'your agent' | 'agent changed' | 'context';

function namesAnAgent(notice: Notice): notice is Notice<NamingAnAgent> {
  return 'agent' in notices[notice.key].values;
}

/** What is said about answers that are shown in part. */
export function answersFor({ policy }: Pick<Config, 'policy'>): {
  renderAnswer: RenderAnswer;
  renderPreview: RenderPreview;
  picturesIn: PicturesIn;
} {
  const answers = spoken(policy, (words) => answersWithin(policy.reply.mostParts, words.answers));
  const previews = spoken(policy, (words) => previewsIn(words.answers));
  return {
    renderAnswer: (markdown, language) => answers(language)(markdown),
    renderPreview: (markdown, growth, language) => previews(language)(markdown, growth),
    picturesIn,
  };
}

export function farewellsFor({ policy }: Pick<Config, 'policy'>, languageOf: LanguageOf): RenderFarewell {
  const farewells = spoken(policy, (words) => words.farewells);
  return (why, person) => farewells(languageOf(person))[why];
}

/** What Spaces and chats are called. `nameOf`: what a person is called. */
export function namesFor(policy: Pick<Config['policy'], 'language' | 'names'>, nameOf: NameOf) {
  const names = (language: Language | null) => namesIn(language ?? policy.language, policy.names);
  return {
    space: async (person: UserId, language: Language | null): Promise<string> => {
      const name = await nameOf(person);
      return names(language).space.replaceAll('{name}', () => name);
    },
    chat: (number: number, language: Language | null): string =>
      names(language).chat.replaceAll('{number}', () => String(number)),
  };
}

/** What the rooms say of themselves. `labelOf`: what the agent of a person is called. */
export function topicsFor(policy: Pick<Config['policy'], 'language'>, labelOf: (person: UserId) => string) {
  const topics = spoken(policy, (words) => words.topics);
  return {
    space: (language: Language | null): string => topics(language).space,
    chat: (number: number, person: UserId, language: Language | null): string =>
      topics(language).chat(number, oneLine(labelOf(person), NAME_CHARACTERS)),
  };
}

type DisplayName = (person: UserId) => Promise<string | null>;

/** What a person calls themselves, or where that is nothing the first part of their id. Rejects as `displayName` does. */
export function callingBy(displayName: DisplayName): NameOf {
  return async (person) => oneLine((await displayName(person)) ?? '', NAME_CHARACTERS) || localpart(person);
}

/** The same, for who waits for the sentence that it stands in. */
export function callingSoonBy(displayName: DisplayName, { alarm, now }: { alarm: Alarm; now: Now }): NameOf {
  const nameOf = callingBy(displayName);
  return (person) =>
    new Promise((resolve) => {
      const nameless = () => resolve(oneLine(localpart(person), NAME_CHARACTERS));
      const cancel = alarm.set(now() + NAME_MS, nameless);
      nameOf(person).then(resolve, nameless).finally(cancel);
    });
}

function localpart(person: UserId): string {
  return person.slice(1, person.indexOf(':'));
}
