/**
 * One Matrix room: a conversation with one agent, a tray for files, a place for our own dialogs.
 * Pure: what must happen outside is a named action with JSON params (see `roomEffects`), what comes back is an event.
 */
import { assign, setup } from 'xstate';
import type {
  ContextId,
  Notice,
  Outcome,
  Question,
  RoomContext,
  RoomEffectParams,
  RoomEvent,
  Text,
  Trouble,
  Turn,
  TurnId,
  Unanswered,
  UserId,
  AgentId,
  EventId,
} from './model.ts';

const QUEUE_LIMIT = 20;
const TRIES = 5;
const BACKOFF = { baseMs: 500, capMs: 8_000 };

export const roomMachine = setup({
  types: {} as { context: RoomContext; events: RoomEvent; input: RoomContext; tags: 'at rest' | 'busy' },

  actions: {
    'join the room': effect('join the room'),
    say: effect('say'),
    'deliver the answer': effect('deliver the answer'),
    'send the user message': effect('send the user message'),
    'send the confirmation': effect('send the confirmation'),
    'ask for a place': effect('ask for a place'),
    'open the connection': effect('open the connection'),
    'stop the agent': effect('stop the agent'),
    'close the connection': effect('close the connection'),
    'show typing': effect('show typing'),
    'hide typing': effect('hide typing'),

    'receive the person': assign((_, p: { person: UserId; agent: AgentId; contextId: ContextId }) => p),
    'note that the bystander was told': assign(({ context }, p: { sender: UserId }) => ({
      told: [...context.told, p.sender].slice(-50),
    })),
    'begin the turn': assign(({ context }, p: { text: Text }) => beginTurn(context, p.text)),
    'begin the next turn': assign(({ context }) => beginNextTurn(context)),
    'hold the text': assign(({ context }, p: { text: Text }) => ({ waiting: [...context.waiting, p.text] })),
    'note the failed try': assign(({ context }, p: { jitter: number }) => ({
      turn: afterFailedTry(context.turn, p.jitter),
    })),
    'note what the agent can do': assign(
      ({ context }, p: { idempotent: boolean; confirmations: boolean; session: string | null }) => ({
        session: p.session ?? context.session,
        turn: context.turn && {
          ...context.turn,
          attempts: 0,
          idempotent: p.idempotent,
          confirmations: p.confirmations,
        },
      }),
    ),
    'note the preview': assign(({ context }, p: { eventId: EventId }) => ({
      turn: context.turn && { ...context.turn, preview: p.eventId },
    })),
    'note the question': assign((_, p: { question: Question }) => ({ question: p.question })),
    'close the question': assign({ question: null }),
    'note what stays unanswered': assign(({ context }, p: { why: Unanswered['why'] }) => ({
      unanswered: context.turn && { text: context.turn.text, why: p.why },
    })),
    'forget what stays unanswered': assign({ unanswered: null }),
    'start a new context': assign((_, p: { contextId: ContextId }) => ({
      contextId: p.contextId,
      session: null,
      unanswered: null,
      question: null,
    })),
    'end the turn': assign({ turn: null }),
  },

  guards: {
    'the same person invites again': ({ context, event }) =>
      event.type === 'room.invited' && event.person === context.person,
    'the bystander was told': ({ context, event }) => 'sender' in event && context.told.includes(event.sender),
    'something is unanswered': ({ context }) => context.unanswered !== null,
    'something is unanswered and the queue has room': ({ context }) =>
      context.unanswered !== null && context.waiting.length < QUEUE_LIMIT,
    'a question is open': ({ context }) => context.question !== null,
    'the agent takes confirmations': ({ context }) => context.turn?.confirmations === true,
    'the queue has room': ({ context }) => context.waiting.length < QUEUE_LIMIT,
    'a text waits': ({ context }) => context.waiting.length > 0,
    'the last turn was interrupted': ({ context }) => context.unanswered?.why === 'interrupted',
    'it is of this turn': ofThisTurn,
    'it is of this turn and tries are left': ({ context, event }) =>
      ofThisTurn({ context, event }) && (context.turn?.attempts ?? 0) + 1 < TRIES,
    'the agent forgot': ({ context, event }) =>
      ofThisTurn({ context, event }) &&
      event.type === 'agent.ready' &&
      event.session !== null &&
      context.session !== null &&
      event.session !== context.session,
    'the agent runs a repeated message only once': ({ context }) => context.turn?.idempotent === true,
    'this agent is meant': ({ context, event }) => event.type === 'agent.reachable' && event.agent === context.agent,
    'this turn is done with an answer': ({ context, event }) =>
      ofThisTurn({ context, event }) &&
      event.type === 'turn.ended' &&
      event.outcome === 'done' &&
      event.answer !== null,
    'this turn is done without a word': ({ context, event }) =>
      ofThisTurn({ context, event }) && event.type === 'turn.ended' && event.outcome === 'done',
    'this turn broke off with a piece of an answer': ({ context, event }) =>
      ofThisTurn({ context, event }) && event.type === 'turn.ended' && event.answer !== null,
  },

  delays: {
    backoff: ({ context }) => context.turn?.pauseMs ?? BACKOFF.baseMs,
    turnLimit: 30 * 60_000,
    questionLimit: ({ context }) => context.question?.expiresInMs ?? 60 * 60_000,
    stopLimit: 5_000,
  },
}).createMachine({
  id: 'room',
  context: ({ input }) => input,
  initial: 'serving',
  states: {
    serving: {
      type: 'parallel',
      on: { 'room.left': 'left' },
      states: {
        conversation: {
          initial: 'idle',
          on: {
            'room.invited': [
              {
                guard: 'the same person invites again',
                actions: { type: 'join the room', params: { greet: false } },
              },
              {
                actions: [
                  {
                    type: 'receive the person',
                    params: ({ event }) => ({ person: event.person, agent: event.agent, contextId: event.contextId }),
                  },
                  { type: 'join the room', params: { greet: true } },
                ],
              },
            ],
            'room.joined': { actions: { type: 'say', params: { notice: { key: 'welcome' }, answers: null } } },
            'bystander.spoke': [
              { guard: 'the bystander was told' },
              {
                actions: [
                  { type: 'note that the bystander was told', params: ({ event }) => ({ sender: event.sender }) },
                  { type: 'say', params: ({ context, event }) => say(onlyFor(context, event.sender), event.eventId) },
                ],
              },
            ],
            'command.help': { actions: { type: 'say', params: ({ event }) => say({ key: 'help' }, event.eventId) } },
            'command.unknown': {
              actions: {
                type: 'say',
                params: ({ event }) => say({ key: 'unknown command', name: event.name }, event.eventId),
              },
            },
            'command.stop': {
              actions: { type: 'say', params: ({ event }) => say({ key: 'nothing runs' }, event.eventId) },
            },
            'command.clear': {
              target: '.between turns',
              actions: [
                { type: 'start a new context', params: ({ event }) => ({ contextId: event.contextId }) },
                { type: 'say', params: ({ context, event }) => say(cleared(context), event.eventId) },
              ],
            },
            'command.retry': [
              {
                guard: 'something is unanswered',
                target: '.asking',
                actions: { type: 'begin the turn', params: ({ context }) => ({ text: unansweredText(context) }) },
              },
              { actions: { type: 'say', params: ({ event }) => say({ key: 'nothing to retry' }, event.eventId) } },
            ],
            'command.yes': [
              {
                guard: 'a question is open',
                target: '.asking',
                actions: [
                  { type: 'begin the turn', params: ({ context, event }) => ({ text: wordOn(context, event, true) }) },
                  'close the question',
                ],
              },
              { actions: { type: 'say', params: ({ event }) => say({ key: 'no question is open' }, event.eventId) } },
            ],
            'command.no': [
              {
                guard: 'a question is open',
                target: '.asking',
                actions: [
                  { type: 'begin the turn', params: ({ context, event }) => ({ text: wordOn(context, event, false) }) },
                  'close the question',
                ],
              },
              { actions: { type: 'say', params: ({ event }) => say({ key: 'no question is open' }, event.eventId) } },
            ],
            'text.received': {
              target: '.asking',
              actions: { type: 'begin the turn', params: ({ event }) => ({ text: event.text }) },
            },
          },
          states: {
            idle: { tags: 'at rest' },

            interrupted: { tags: 'at rest' },

            'between turns': {
              id: 'between turns',
              entry: 'end the turn',
              always: [
                { guard: 'a text waits', target: 'asking', actions: 'begin the next turn' },
                { guard: 'the last turn was interrupted', target: 'interrupted' },
                { target: 'idle' },
              ],
            },

            asking: {
              tags: 'busy',
              initial: 'waiting for a place',
              entry: { type: 'show typing', params: {} },
              exit: [
                { type: 'close the connection', params: ({ context }) => ({ turn: turnOf(context).id }) },
                { type: 'hide typing', params: {} },
              ],
              on: {
                'text.received': [
                  {
                    guard: 'the queue has room',
                    actions: [
                      { type: 'hold the text', params: ({ event }) => ({ text: event.text }) },
                      {
                        type: 'say',
                        params: ({ context, event }) =>
                          say({ key: 'text waits', position: context.waiting.length }, event.text.eventId),
                      },
                    ],
                  },
                  {
                    actions: {
                      type: 'say',
                      params: ({ context, event }) =>
                        say({ key: 'queue is full', limit: context.waiting.length }, event.text.eventId),
                    },
                  },
                ],
                'command.retry': [
                  {
                    guard: 'something is unanswered and the queue has room',
                    actions: [
                      { type: 'hold the text', params: ({ context }) => ({ text: unansweredText(context) }) },
                      'forget what stays unanswered',
                      {
                        type: 'say',
                        params: ({ context, event }) =>
                          say({ key: 'text waits', position: context.waiting.length }, event.eventId),
                      },
                    ],
                  },
                  {
                    guard: 'something is unanswered',
                    actions: {
                      type: 'say',
                      params: ({ context, event }) =>
                        say({ key: 'queue is full', limit: context.waiting.length }, event.eventId),
                    },
                  },
                  { actions: { type: 'say', params: ({ event }) => say({ key: 'nothing to retry' }, event.eventId) } },
                ],
                'command.yes': {
                  actions: { type: 'say', params: ({ event }) => say({ key: 'no question is open' }, event.eventId) },
                },
                'command.no': {
                  actions: { type: 'say', params: ({ event }) => say({ key: 'no question is open' }, event.eventId) },
                },
                'command.stop': {
                  target: 'between turns',
                  actions: [
                    { type: 'note what stays unanswered', params: { why: 'stopped' } },
                    { type: 'say', params: ({ event }) => say({ key: 'stopped' }, event.eventId) },
                  ],
                },
                'answer.shown': {
                  guard: 'it is of this turn',
                  actions: { type: 'note the preview', params: ({ event }) => ({ eventId: event.eventId }) },
                },
                'agent.sent a file': {
                  guard: 'it is of this turn',
                  actions: {
                    type: 'say',
                    params: ({ context, event }) =>
                      say({ key: 'agent sent a file', path: event.path }, turnOf(context).text.eventId),
                  },
                },
                'turn.ended': [
                  {
                    guard: 'this turn is done with an answer',
                    target: '.finishing',
                    actions: {
                      type: 'deliver the answer',
                      params: ({ context, event }) => delivery(context, event.answer),
                    },
                  },
                  {
                    guard: 'this turn is done without a word',
                    target: 'between turns',
                    actions: {
                      type: 'say',
                      params: ({ context }) => say({ key: 'empty answer' }, turnOf(context).text.eventId),
                    },
                  },
                  {
                    guard: 'this turn broke off with a piece of an answer',
                    target: '.finishing',
                    actions: [
                      { type: 'deliver the answer', params: ({ context, event }) => delivery(context, event.answer) },
                      {
                        type: 'note what stays unanswered',
                        params: ({ event }) => ({ why: whyUnanswered(event.outcome, event.trouble) }),
                      },
                      {
                        type: 'say',
                        params: ({ context, event }) => say(brokenOff(event.trouble), turnOf(context).text.eventId),
                      },
                    ],
                  },
                  {
                    guard: 'it is of this turn',
                    target: 'between turns',
                    actions: [
                      {
                        type: 'note what stays unanswered',
                        params: ({ event }) => ({ why: whyUnanswered(event.outcome, event.trouble) }),
                      },
                      {
                        type: 'say',
                        params: ({ context, event }) => say(brokenOff(event.trouble), turnOf(context).text.eventId),
                      },
                    ],
                  },
                ],
              },
              states: {
                'waiting for a place': {
                  id: 'waiting for a place',
                  entry: {
                    type: 'ask for a place',
                    params: ({ context }) => ({ turn: turnOf(context).id, agent: context.agent }),
                  },
                  on: {
                    resumed: { target: 'waiting for a place', reenter: true },
                    'place.awaited': {
                      guard: 'it is of this turn',
                      actions: {
                        type: 'say',
                        params: ({ context, event }) =>
                          say({ key: 'agent is busy', position: event.position }, turnOf(context).text.eventId),
                      },
                    },
                    'place.granted': { guard: 'it is of this turn', target: 'working' },
                  },
                },

                working: {
                  initial: 'connecting',
                  after: {
                    turnLimit: {
                      target: 'stopping',
                      actions: {
                        type: 'stop the agent',
                        params: ({ context }) => ({ turn: turnOf(context).id, trouble: 'too-long' }),
                      },
                    },
                  },
                  on: {
                    resumed: 'waiting for a place',
                    'agent.unreachable': [
                      {
                        guard: 'it is of this turn and tries are left',
                        target: '.backing off',
                        actions: { type: 'note the failed try', params: ({ event }) => ({ jitter: event.jitter }) },
                      },
                      {
                        guard: 'it is of this turn',
                        target: '#between turns',
                        actions: [
                          { type: 'note what stays unanswered', params: { why: 'failed' } },
                          {
                            type: 'say',
                            params: ({ context, event }) =>
                              say({ key: 'trouble', trouble: event.trouble }, turnOf(context).text.eventId),
                          },
                        ],
                      },
                    ],
                  },
                  states: {
                    connecting: {
                      entry: { type: 'open the connection', params: ({ context }) => connection(context) },
                      on: { 'connection.opened': { guard: 'it is of this turn', target: 'awaiting status' } },
                    },

                    'awaiting status': {
                      on: {
                        'agent.ready': [
                          {
                            guard: 'the agent forgot',
                            target: 'streaming',
                            actions: [
                              {
                                type: 'say',
                                params: ({ context }) =>
                                  say({ key: 'agent starts afresh' }, turnOf(context).text.eventId),
                              },
                              { type: 'note what the agent can do', params: ({ event }) => event },
                              {
                                type: 'send the user message',
                                params: ({ context }) => ({ turn: turnOf(context).id, text: turnOf(context).text }),
                              },
                            ],
                          },
                          {
                            guard: 'it is of this turn',
                            target: 'streaming',
                            actions: [
                              { type: 'note what the agent can do', params: ({ event }) => event },
                              {
                                type: 'send the user message',
                                params: ({ context }) => ({ turn: turnOf(context).id, text: turnOf(context).text }),
                              },
                            ],
                          },
                        ],
                      },
                    },

                    'backing off': {
                      entry: { type: 'close the connection', params: ({ context }) => ({ turn: turnOf(context).id }) },
                      after: { backoff: '#waiting for a place' },
                      on: {
                        'agent.reachable': {
                          guard: 'this agent is meant',
                          target: '#waiting for a place',
                        },
                      },
                    },

                    streaming: {
                      on: {
                        resumed: [
                          {
                            guard: 'the agent runs a repeated message only once',
                            target: '#waiting for a place',
                          },
                          {
                            target: '#between turns',
                            actions: [
                              { type: 'note what stays unanswered', params: { why: 'interrupted' } },
                              {
                                type: 'say',
                                params: ({ context }) => say({ key: 'interrupted' }, turnOf(context).text.eventId),
                              },
                            ],
                          },
                        ],
                        'agent.asked': {
                          guard: 'it is of this turn',
                          target: '#awaiting confirmation',
                          actions: [
                            { type: 'note the question', params: ({ event }) => ({ question: event.question }) },
                            {
                              type: 'say',
                              params: ({ context, event }) =>
                                say({ key: 'agent asks', text: event.question.text }, turnOf(context).text.eventId),
                            },
                          ],
                        },
                        'command.stop': {
                          target: '#stopping',
                          actions: {
                            type: 'stop the agent',
                            params: ({ context }) => ({ turn: turnOf(context).id, trouble: null }),
                          },
                        },
                        'command.clear': {
                          target: '#stopping',
                          actions: [
                            { type: 'start a new context', params: ({ event }) => ({ contextId: event.contextId }) },
                            {
                              type: 'stop the agent',
                              params: ({ context }) => ({ turn: turnOf(context).id, trouble: null }),
                            },
                            { type: 'say', params: ({ context, event }) => say(cleared(context), event.eventId) },
                          ],
                        },
                      },
                    },
                  },
                },

                'awaiting confirmation': {
                  id: 'awaiting confirmation',
                  after: {
                    questionLimit: {
                      target: 'working.streaming',
                      actions: [
                        { type: 'send the confirmation', params: ({ context }) => confirmation(context, false) },
                        'close the question',
                        {
                          type: 'say',
                          params: ({ context }) => say({ key: 'question expired' }, turnOf(context).text.eventId),
                        },
                      ],
                    },
                  },
                  on: {
                    resumed: [
                      {
                        guard: 'the agent runs a repeated message only once',
                        target: 'waiting for a place',
                        actions: 'close the question',
                      },
                      {
                        target: '#between turns',
                        actions: [
                          { type: 'note what stays unanswered', params: { why: 'interrupted' } },
                          {
                            type: 'say',
                            params: ({ context }) => say({ key: 'interrupted' }, turnOf(context).text.eventId),
                          },
                        ],
                      },
                    ],
                    'agent.asked': {
                      guard: 'it is of this turn',
                      target: 'awaiting confirmation',
                      reenter: true,
                      actions: [
                        { type: 'note the question', params: ({ event }) => ({ question: event.question }) },
                        {
                          type: 'say',
                          params: ({ context, event }) =>
                            say({ key: 'agent asks', text: event.question.text }, turnOf(context).text.eventId),
                        },
                      ],
                    },
                    'command.yes': [
                      {
                        guard: 'the agent takes confirmations',
                        target: 'working.streaming',
                        actions: [
                          { type: 'send the confirmation', params: ({ context }) => confirmation(context, true) },
                          'close the question',
                        ],
                      },
                      {
                        target: 'working.streaming',
                        actions: [
                          {
                            type: 'hold the text',
                            params: ({ context, event }) => ({ text: wordOn(context, event, true) }),
                          },
                          'close the question',
                        ],
                      },
                    ],
                    'command.no': [
                      {
                        guard: 'the agent takes confirmations',
                        target: 'working.streaming',
                        actions: [
                          { type: 'send the confirmation', params: ({ context }) => confirmation(context, false) },
                          'close the question',
                        ],
                      },
                      {
                        target: 'working.streaming',
                        actions: [
                          {
                            type: 'hold the text',
                            params: ({ context, event }) => ({ text: wordOn(context, event, false) }),
                          },
                          'close the question',
                        ],
                      },
                    ],
                    'text.received': [
                      {
                        guard: 'the queue has room',
                        actions: [
                          { type: 'hold the text', params: ({ event }) => ({ text: event.text }) },
                          {
                            type: 'say',
                            params: ({ event }) => say({ key: 'text waits for your word' }, event.text.eventId),
                          },
                        ],
                      },
                      {
                        actions: {
                          type: 'say',
                          params: ({ context, event }) =>
                            say({ key: 'queue is full', limit: context.waiting.length }, event.text.eventId),
                        },
                      },
                    ],
                    'command.stop': {
                      target: 'stopping',
                      actions: [
                        'close the question',
                        {
                          type: 'stop the agent',
                          params: ({ context }) => ({ turn: turnOf(context).id, trouble: null }),
                        },
                      ],
                    },
                    'command.clear': {
                      target: 'stopping',
                      actions: [
                        { type: 'start a new context', params: ({ event }) => ({ contextId: event.contextId }) },
                        {
                          type: 'stop the agent',
                          params: ({ context }) => ({ turn: turnOf(context).id, trouble: null }),
                        },
                        { type: 'say', params: ({ context, event }) => say(cleared(context), event.eventId) },
                      ],
                    },
                  },
                },

                stopping: {
                  id: 'stopping',
                  after: {
                    stopLimit: {
                      target: '#between turns',
                      actions: [
                        { type: 'note what stays unanswered', params: { why: 'stopped' } },
                        { type: 'say', params: ({ context }) => say({ key: 'stopped' }, turnOf(context).text.eventId) },
                      ],
                    },
                  },
                  on: {
                    resumed: {
                      target: '#between turns',
                      actions: [
                        { type: 'note what stays unanswered', params: { why: 'stopped' } },
                        { type: 'say', params: ({ context }) => say({ key: 'stopped' }, turnOf(context).text.eventId) },
                      ],
                    },
                    'command.stop': {},
                    'command.clear': {
                      actions: [
                        { type: 'start a new context', params: ({ event }) => ({ contextId: event.contextId }) },
                        { type: 'say', params: ({ context, event }) => say(cleared(context), event.eventId) },
                      ],
                    },
                  },
                },

                finishing: {
                  on: {
                    'answer.delivered': {
                      guard: 'it is of this turn',
                      target: '#between turns',
                    },
                    'answer.refused': {
                      guard: 'it is of this turn',
                      target: '#between turns',
                      actions: {
                        type: 'say',
                        params: ({ context }) => say({ key: 'answer was refused' }, turnOf(context).text.eventId),
                      },
                    },
                    'turn.ended': {},
                    // The next turn is a moment away: nobody needs to be told that it waits.
                    'text.received': [
                      {
                        guard: 'the queue has room',
                        actions: { type: 'hold the text', params: ({ event }) => ({ text: event.text }) },
                      },
                      {
                        actions: {
                          type: 'say',
                          params: ({ context, event }) =>
                            say({ key: 'queue is full', limit: context.waiting.length }, event.text.eventId),
                        },
                      },
                    ],
                    'command.stop': {
                      actions: {
                        type: 'say',
                        params: ({ event }) => say({ key: 'answer is complete' }, event.eventId),
                      },
                    },
                    'command.clear': {
                      actions: [
                        { type: 'start a new context', params: ({ event }) => ({ contextId: event.contextId }) },
                        { type: 'say', params: ({ context, event }) => say(cleared(context), event.eventId) },
                      ],
                    },
                  },
                },
              },
            },
          },
        },

        tray: {
          initial: 'empty',
          states: {
            empty: {
              on: {
                'file.received': {
                  actions: { type: 'say', params: ({ event }) => say({ key: 'files are not taken' }, event.eventId) },
                },
              },
            },
          },
        },

        dialog: {
          initial: 'none',
          states: { none: {} },
        },
      },
    },

    left: { type: 'final' },
  },
});

/** An effect decides nothing: its name and params are what the host carries out after the commit. */
function effect<Name extends keyof RoomEffectParams>(_name: Name) {
  return (_: unknown, _params: RoomEffectParams[Name]): void => {};
}

function ofThisTurn({ context, event }: { context: RoomContext; event: RoomEvent }): boolean {
  return 'turn' in event && context.turn !== null && event.turn === context.turn.id;
}

/** Every state inside `asking` has a turn; a chart that breaks this rule parks the event instead of guessing. */
function turnOf(context: RoomContext): Turn {
  if (context.turn === null) throw new Error('no turn is running');
  return context.turn;
}

function beginTurn(context: RoomContext, text: Text): Partial<RoomContext> {
  const id = (context.turns + 1) as TurnId;
  const turn: Turn = {
    id,
    text,
    contextId: context.contextId,
    attempts: 0,
    preview: null,
    pauseMs: 0,
    idempotent: false,
    confirmations: false,
  };
  return { turns: id, turn, unanswered: null, person: context.person ?? text.sender };
}

function beginNextTurn(context: RoomContext): Partial<RoomContext> {
  const [next, ...waiting] = context.waiting;
  if (next === undefined) throw new Error('no text waits');
  return { ...beginTurn(context, next), unanswered: context.unanswered, waiting };
}

function afterFailedTry(turn: Turn | null, jitter: number): Turn | null {
  if (turn === null) return null;
  const full = Math.min(BACKOFF.capMs, BACKOFF.baseMs * 2 ** turn.attempts);
  return { ...turn, attempts: turn.attempts + 1, pauseMs: Math.round(full * (0.5 + jitter / 2)) };
}

function say(notice: Notice, answers: EventId | null): RoomEffectParams['say'] {
  return { notice, answers };
}

function cleared(context: RoomContext): Notice {
  return { key: 'cleared', waiting: context.waiting.length };
}

function onlyFor(context: RoomContext, sender: UserId): Notice {
  return { key: 'only for', person: context.person ?? sender };
}

function unansweredText(context: RoomContext): Text {
  if (context.unanswered === null) throw new Error('nothing is unanswered');
  return context.unanswered.text;
}

/** The person's word on a question whose connection is gone, as a text that names the question. */
function wordOn(context: RoomContext, event: { eventId: EventId; sender: UserId }, approved: boolean): Text {
  const body = `${approved ? 'Yes' : 'No'}, to your question: "${context.question?.text ?? ''}"`;
  return { eventId: event.eventId, sender: event.sender, body, replyTo: null };
}

function confirmation(context: RoomContext, approved: boolean): RoomEffectParams['send the confirmation'] {
  return { turn: turnOf(context).id, question: context.question?.id ?? '', approved };
}

function connection(context: RoomContext): RoomEffectParams['open the connection'] {
  const turn = turnOf(context);
  return {
    turn: turn.id,
    agent: context.agent,
    contextId: turn.contextId,
    answers: turn.text.eventId,
    preview: turn.preview,
  };
}

function delivery(
  context: RoomContext,
  answer: RoomEffectParams['deliver the answer']['answer'] | null,
): RoomEffectParams['deliver the answer'] {
  if (answer === null) throw new Error('there is no answer to deliver');
  const turn = turnOf(context);
  return { turn: turn.id, answer, preview: turn.preview, answers: turn.text.eventId };
}

function brokenOff(trouble: Trouble | null): Notice {
  return trouble === null ? { key: 'stopped' } : { key: 'trouble', trouble };
}

function whyUnanswered(outcome: Outcome, trouble: Trouble | null): Unanswered['why'] {
  if (trouble === 'connection-lost') return 'interrupted';
  return outcome === 'stopped' ? 'stopped' : 'failed';
}
