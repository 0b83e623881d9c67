/**
 * For whatever an agent's doing sets off in the listeners of a socket or in a timer, where nobody catches: what `act`
 * throws goes to `broke` instead of ending the process.
 */
export type Barrier = <Args extends unknown[]>(act: (...args: Args) => void) => (...args: Args) => void;

export function createBarrier(broke: (error: unknown) => void): Barrier {
  return (act) =>
    (...args) => {
      try {
        act(...args);
      } catch (error) {
        broke(error);
      }
    };
}
