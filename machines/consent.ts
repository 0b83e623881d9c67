/** What people write for yes and no to a question, besides `!yes` and `!no`. */

const words = {
  yes: [
    'yes',
    'y',
    'yep',
    'yeah',
    'sure',
    'ok',
    'okay',
    'go ahead',
    'yes please',
    'do it',
    'ja',
    'ja bitte',
    'jo',
    'klar',
    ...['да', 'ага', 'угу', 'давай', 'да давай', 'да, давай', 'да пожалуйста', 'да, пожалуйста'],
    ...['конечно', 'да, конечно', 'да конечно', 'хорошо', 'ладно', 'ок', 'окей', 'можно', 'разрешаю'],
  ],
  no: [
    ...['no', 'n', 'nope', 'no thanks', 'don’t', "don't", 'nein', 'nein danke', 'nö', 'lieber nicht'],
    ...['нет', 'неа', 'не-а', 'не надо', 'нет, не надо', 'не нужно', 'не стоит', 'нельзя'],
    ...['нет спасибо', 'нет, спасибо'],
  ],
};
const signs = { yes: ['👍', '✅', '☑', '✔', '👌', '🆗'], no: ['👎', '❌', '✖', '🚫'] };

/** What does not change the word: blanks and marks around it, skin tones, the selector of an emoji's look. */
const DRESS = /^[\s.,!]+|[\s.,!]+$|\p{Emoji_Modifier}|\ufe0e|\ufe0f/gu;
const LONGEST = 20;

/** Whether a text is nothing but a yes or a no; null for what says more. */
export function wordIn(text: string): 'yes' | 'no' | null {
  if (text.length > LONGEST) return null;
  const bare = text.replace(DRESS, '').toLowerCase();
  const says = (word: 'yes' | 'no') => words[word].includes(bare) || signs[word].includes(bare);
  if (says('yes')) return 'yes';
  return says('no') ? 'no' : null;
}
