/** What people write for yes and no to a question, besides `!yes` and `!no`, and react with for `!retry`. */

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

/** All that means one or the other. */
export const consent = { yes: [...words.yes, ...signs.yes], no: [...words.no, ...signs.no] };

/** What does not change the word: blanks and marks around it, skin tones, the selector of an emoji's look. */
const DRESS = /^[\s.,!]+|[\s.,!]+$|\p{Emoji_Modifier}|\ufe0e|\ufe0f/gu;
const LONGEST = 20;

/** What people react with to have something asked again. */
const again = ['🔁', '🔄'];

export function meansAgain(key: string): boolean {
  return key.length <= LONGEST && again.includes(key.replace(DRESS, ''));
}

/** Whether a text is nothing but a yes or a no; null for what says more. */
export function wordIn(text: string): 'yes' | 'no' | null {
  if (text.length > LONGEST) return null;
  const bare = text.replace(DRESS, '').toLowerCase();
  if (consent.yes.includes(bare)) return 'yes';
  return consent.no.includes(bare) ? 'no' : null;
}
