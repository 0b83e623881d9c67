/** Wishes about the same thing, of which the latest must be the last to be fulfilled. */

type Fulfil<Key, Wish, Result> = (key: Key, wish: Wish) => Promise<Result>;

interface Waiting<Wish, Result> extends PromiseWithResolvers<Result> {
  wish: Wish;
}

/**
 * The same `fulfil`, but one at a time for each key. Of the wishes that come while one is under way only the latest is
 * fulfilled; all of them end with it.
 */
export function latestWish<Key, Wish, Result>(fulfil: Fulfil<Key, Wish, Result>): Fulfil<Key, Wish, Result> {
  /** The keys with a wish under way, and what waits for its end. */
  const underway = new Map<Key, Waiting<Wish, Result> | null>();

  async function begin(key: Key, wish: Wish): Promise<Result> {
    underway.set(key, null);
    try {
      return await fulfil(key, wish);
    } finally {
      const next = underway.get(key) ?? null;
      underway.delete(key);
      if (next !== null) begin(key, next.wish).then(next.resolve, next.reject);
    }
  }

  return (key, wish) => {
    const waiting = underway.get(key);
    if (waiting === undefined) return begin(key, wish);
    if (waiting !== null) {
      waiting.wish = wish;
      return waiting.promise;
    }
    const next = { ...Promise.withResolvers<Result>(), wish };
    underway.set(key, next);
    return next.promise;
  };
}
