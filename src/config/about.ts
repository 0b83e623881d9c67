/**
 * What a key of the policy says about itself, beside its schema. Errors, `check-config`,
 * `config/examples/several-agents.yaml` and the README take their words from here.
 */
import { z } from 'zod';
import { coreOf, descriptionOf } from './schema.ts';

export interface About {
  /** What it is for, for people who choose a value; `{}` is what would be right. */
  purpose: string;
  /** What a number counts: `bytes`. Left out where the key says it already. */
  unit?: string;
  /** Of a choice: what each value means. Left out where the values say it already. */
  choices?: Record<string, string>;
  /** What would be right. Left out for numbers and choices: their bounds and their choices say it. */
  hint?: string;
  /**
   * What `check-config` says; of a choice, what it says for each value. `{}` is the value with its unit, `{reply.stream}`
   * are the words of that key, which then does not speak for itself. Null: `describe-policy.ts` has sentences that need
   * to know more than the key.
   */
  words: string | Record<string, string> | null;
  /** What `check-config` says in their place where the number 0 means something else than a number. */
  wordsOfZero?: string;
}

export const about = z.registry<About>();

const longUnits: Partial<Record<string, string>> = { ms: 'milliseconds' };

/** What would be right for a value of this schema; undefined where nobody has said it. */
export function hintOf(schema: z.ZodType | undefined): string | undefined {
  if (schema === undefined) return undefined;
  const said = about.get(schema);
  if (said === undefined) return descriptionOf(schema);
  return said.hint ?? boundsOf(coreOf(schema), said) ?? choicesOf(coreOf(schema), said);
}

function boundsOf(core: z.ZodType, { unit }: About): string | undefined {
  if (!(core instanceof z.ZodNumber)) return undefined;
  const counted = unit === undefined ? '' : ` of ${longUnits[unit] ?? unit}`;
  return `a whole number${counted}, ${core.minValue} to ${core.maxValue}`;
}

function choicesOf(core: z.ZodType, { choices = {} }: About): string | undefined {
  if (!(core instanceof z.ZodEnum)) return undefined;
  const values = core.options.map(String);
  return values.map((value) => `"${value}"${value in choices ? ` (${choices[value]})` : ''}`).join(' or ');
}

/** What a key is for, in the example and in the README. */
export function purposeOf(schema: z.ZodType): string {
  return about.get(schema)?.purpose.replace('{}', hintOf(schema) ?? '') ?? '';
}
