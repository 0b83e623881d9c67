/** Which messages are questions that buttons answer, and which of them are open. Pure. */

/** @import { Asker, Asking, AskingSentence, Sentence } from '../wire.ts' */
/** @import { Message, Question } from './types.ts' */

/** A line of a list of saves. */
const LISTED = /^(\d+)\. `([^`]+)`/gm;
/** What does not change the word: blanks and marks around it, skin tones, the selector of an emoji's look. */
const DRESS = /^[\s.,!]+|[\s.,!]+$|\p{Emoji_Modifier}|\ufe0e|\ufe0f/gu;

/**
 * Marks the questions. A word goes to a question of the bot first, as it does there: meanwhile the agent's is out of reach.
 * @param {Message[]} messages oldest first
 * @param {Asking} asking
 */
export function markQuestions(messages, { questions, closings, consent }) {
  /** @type {Record<Asker, Question | null>} */
  const asked = { agent: null, bot: null };

  /**
   * @param {Asker} of
   * @param {string | null} given
   */
  function close(of, given) {
    const question = asked[of];
    if (question !== null) Object.assign(question, { isOpen: false, given });
    asked[of] = null;
  }

  /** @param {string} said */
  function hear(said) {
    const answer = answerIn(said, consent);
    const { bot, agent } = asked;
    // A list takes no plain words: they pass on.
    const isForTheBot = bot !== null && !(bot.hasList && isWord(answer) && !said.trim().startsWith('!'));
    if (isForTheBot) {
      const declines = answer === '!cancel' || (bot.hasList && answer === '!no');
      if (declines) close('bot', bot.hasList ? '0' : '!no');
      else if (takes(bot, answer)) close('bot', answer);
    } else if (agent !== null && takes(agent, answer)) close('agent', answer);
  }

  for (const message of messages) {
    if (message.kind === 'own') hear(message.body);
    if (message.kind !== 'notice' || message.redacted) continue;
    const { body, reactions } = message;
    const sentence = questions.find((candidate) => isSaid(candidate, body));
    for (const { of } of closings.filter((candidate) => isSaid(candidate, body))) close(of, null);
    if (sentence === undefined) continue;
    const { of, hasList } = sentence;
    close(of, null);
    message.question = asked[of] = { answers: answersTo(sentence, body), hasList, isOpen: true, given: null };
    const word = reactions.filter(({ mine }) => mine !== null).map(({ key }) => answerIn(key, consent));
    const given = word.find((answer) => isWord(answer) && (!hasList || answer === '!no'));
    if (given !== undefined) close(of, hasList ? '0' : given);
  }
  if (asked.bot !== null && asked.agent !== null) asked.agent.isOpen = false;
}

/**
 * @param {Sentence} sentence
 * @param {string} body
 */
const isSaid = ({ begins, ends }, body) =>
  body.length >= begins.length + ends.length && body.startsWith(begins) && body.endsWith(ends);

/**
 * What the buttons of a question say.
 * @param {AskingSentence} sentence
 * @param {string} body
 * @returns {Question['answers']}
 */
function answersTo({ answers, hasList }, body) {
  const listed = hasList ? [...body.matchAll(LISTED)] : [];
  return [
    ...listed.map(([, number = '', name = '']) => ({ says: number, save: name })),
    ...answers.map((says) => ({ says, save: null })),
  ];
}

/**
 * What is meant by what is said: a plain word is the command of the same meaning.
 * @param {string} said
 * @param {Asking['consent']} consent
 */
function answerIn(said, { yes, no }) {
  const bare = said.replace(DRESS, '').toLowerCase();
  return yes.includes(bare) ? '!yes' : no.includes(bare) ? '!no' : said.trim();
}

/** @param {string} answer */
const isWord = (answer) => answer === '!yes' || answer === '!no';

/**
 * @param {Question} question
 * @param {string} answer
 */
const takes = ({ answers }, answer) => answers.some(({ says }) => says === answer);
