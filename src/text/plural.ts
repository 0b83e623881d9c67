/** Which form of a word stands beside a number, as the Unicode rules of its language say. */

/** The forms of a word; `other` also stands for those that the language does not tell apart. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

export function plural(rules: Intl.PluralRules, count: number, forms: Forms): string {
  return forms[rules.select(count)] ?? forms.other;
}
