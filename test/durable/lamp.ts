/** The lamp of src/durable/README.md, as it stands there. */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import type { Definition } from '../../src/durable/definition.ts';

const lamp = setup({
  types: {} as { context: { switched: number }; events: { type: 'switch' }; input: { switched: number } },
  actions: {
    ring: (_, _params: { times: number }) => {},
    count: assign(({ context }) => ({ switched: context.switched + 1 })),
  },
}).createMachine({
  context: ({ input }) => input,
  initial: 'off',
  states: {
    off: { on: { switch: { target: 'on', actions: ['count', { type: 'ring', params: { times: 1 } }] } } },
    on: { after: { 60_000: 'off' }, on: { switch: 'off' } },
  },
});
export const definition: Definition<{ switched: number }> = {
  ...{ name: 'lamp', machine: lamp, context: z.object({ switched: z.number() }), limits: {}, device: 'here' },
  ...{ effects: { ring: 'repeatable' }, light: new Set(), classify: (_, event) => [event] },
  ...{ settled: () => null, apology: () => null },
};
