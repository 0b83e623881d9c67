/** The kinds of effects that a chart can ask for. */

export type EffectClass = 'repeatable' | 'once' | 'disposable';
