/** The one bridge from the names in files, `first_edit_ms`, to the names in code, `firstEditMs`. */

export type CamelName<Name extends string> = Name extends `${infer Word}_${infer Rest}`
  ? `${Word}${Capitalize<CamelName<Rest>>}`
  : Name;

/** A value with the keys of all its mappings renamed. */
export type Camel<Value> = Value extends string | number | boolean | null | undefined | readonly unknown[]
  ? Value
  : { [Key in keyof Value as CamelName<Key & string>]: Camel<Value[Key]> };

export function camelName(name: string): string {
  return name.replace(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
}

/** Renames the keys of a mapping and of the mappings in it; lists are left as they are. */
export function camel<Value>(value: Value): Camel<Value> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value as Camel<Value>;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [camelName(key), camel(part)])) as Camel<Value>;
}
