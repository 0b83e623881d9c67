/**
 * One Matrix room: a conversation with one agent, a tray for files, a place for our own dialogs.
 * Pure: what must happen outside is a named action with JSON params (see `roomEffects`), what comes back is an event.
 */
import { assign, setup } from 'xstate';
import type {
  ContextId,
  Question,
  RoomContext,
  RoomEvent,
  Text,
  Trouble,
  Unanswered,
  UserId,
  AgentId,
  EventId,
} from './model.ts';
import {
  FIRST_BACKOFF_MS,
  afterFailedTry,
  beginNextTurn,
  beginTurn,
  confirmation,
  connection,
  delivery,
  effect,
  ofThisTurn,
  onlyFor,
  reply,
  replyCleared,
  replyPosition,
  replyQueueFull,
  say,
  tellAsker,
  tellWhyBrokenOff,
  tellWhyStopped,
  theNewContext,
  theText,
  theTurn,
  theTurnByWish,
  turnOf,
  unansweredText,
  whyStopped,
  whyUnanswered,
  wordOn,
  wordOnExpiry,
} from './room-words.ts';

const QUEUE_LIMIT = 20;
const TRIES = 5;

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

    'receive the person': assign((_, p: { person: UserId; agent: AgentId; contextId: ContextId }) => ({
      ...p,
      session: null,
      waiting: [],
      unanswered: null,
      question: null,
      told: [],
    })),
    'note that the bystander was told': assign(({ context }, p: { sender: UserId }) => ({
      told: [...context.told, p.sender].slice(-50),
    })),
    'begin the turn': assign(({ context }, p: { text: Text }) => beginTurn(context, p.text)),
    'begin the next turn': assign(({ context }) => beginNextTurn(context)),
    'hold the text': assign(({ context }, p: { text: Text }) => ({ waiting: [...context.waiting, p.text] })),
    'note that the person knows that the agent is busy': assign(({ context }) => ({
      turn: context.turn && { ...context.turn, toldBusy: true },
    })),
    'note the failed try': assign(({ context }, p: { jitter: number }) => ({
      turn: afterFailedTry(context.turn, p.jitter),
    })),
    'note what the agent can do': assign(
      ({ context }, p: { idempotent: boolean; confirmations: boolean; session: string | null }) => ({
        session: p.session ?? context.session,
        turn: context.turn && {
          ...context.turn,
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
    'put the text back': assign(({ context }) => ({ waiting: [turnOf(context).text, ...context.waiting] })),
    'note why the turn is stopped': assign(({ context }, p: { trouble: Trouble }) => ({
      turn: context.turn && { ...context.turn, stoppedFor: p.trouble },
    })),
    'discard the turn': assign(({ context }) => ({ turn: context.turn && { ...context.turn, discarded: true } })),
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
    'a question is open and the queue has room': ({ context }) =>
      context.question !== null && context.waiting.length < QUEUE_LIMIT,
    'the turn was discarded': ({ context }) => context.turn?.discarded === true,
    'this turn was discarded': ({ context, event }) =>
      ofThisTurn({ context, event }) && context.turn?.discarded === true,
    'it is of this turn and the person does not know': ({ context, event }) =>
      ofThisTurn({ context, event }) && context.turn?.toldBusy === false,
    'it is of this turn and wanted': ({ context, event }) =>
      ofThisTurn({ context, event }) && context.turn?.discarded === false,
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
    backoff: ({ context }) => context.turn?.pauseMs ?? FIRST_BACKOFF_MS,
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
                target: '.between turns',
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
            'command.help': { actions: { type: 'say', params: reply({ key: 'help' }) } },
            'command.unknown': {
              actions: {
                type: 'say',
                params: ({ event }) => say({ key: 'unknown command', name: event.name }, event.eventId),
              },
            },
            'command.stop': {
              actions: { type: 'say', params: reply({ key: 'nothing runs' }) },
            },
            'command.clear': {
              target: '.between turns',
              actions: [
                { type: 'start a new context', params: theNewContext },
                { type: 'say', params: replyCleared },
              ],
            },
            'command.retry': [
              {
                guard: 'something is unanswered',
                target: '.asking',
                actions: [
                  { type: 'begin the turn', params: ({ context }) => ({ text: unansweredText(context) }) },
                  'close the question',
                ],
              },
              { actions: { type: 'say', params: reply({ key: 'nothing to retry' }) } },
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
              { actions: { type: 'say', params: reply({ key: 'no question is open' }) } },
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
              { actions: { type: 'say', params: reply({ key: 'no question is open' }) } },
            ],
            'text.received': {
              target: '.asking',
              actions: { type: 'begin the turn', params: theText },
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
              id: 'asking',
              tags: 'busy',
              initial: 'waiting for a place',
              entry: { type: 'show typing', params: {} },
              exit: [
                { type: 'close the connection', params: theTurn },
                { type: 'hide typing', params: {} },
              ],
              on: {
                'text.received': [
                  {
                    guard: 'the queue has room',
                    actions: [
                      { type: 'hold the text', params: theText },
                      {
                        type: 'say',
                        params: replyPosition,
                      },
                    ],
                  },
                  {
                    actions: {
                      type: 'say',
                      params: replyQueueFull,
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
                        params: replyPosition,
                      },
                    ],
                  },
                  {
                    guard: 'something is unanswered',
                    actions: {
                      type: 'say',
                      params: replyQueueFull,
                    },
                  },
                  { actions: { type: 'say', params: reply({ key: 'nothing to retry' }) } },
                ],
                'command.yes': [
                  {
                    guard: 'a question is open and the queue has room',
                    actions: [
                      {
                        type: 'hold the text',
                        params: ({ context, event }) => ({ text: wordOn(context, event, true) }),
                      },
                      'close the question',
                      {
                        type: 'say',
                        params: replyPosition,
                      },
                    ],
                  },
                  {
                    guard: 'a question is open',
                    actions: {
                      type: 'say',
                      params: replyQueueFull,
                    },
                  },
                  { actions: { type: 'say', params: reply({ key: 'no question is open' }) } },
                ],
                'command.no': [
                  {
                    guard: 'a question is open and the queue has room',
                    actions: [
                      {
                        type: 'hold the text',
                        params: ({ context, event }) => ({ text: wordOn(context, event, false) }),
                      },
                      'close the question',
                      {
                        type: 'say',
                        params: replyPosition,
                      },
                    ],
                  },
                  {
                    guard: 'a question is open',
                    actions: {
                      type: 'say',
                      params: replyQueueFull,
                    },
                  },
                  { actions: { type: 'say', params: reply({ key: 'no question is open' }) } },
                ],
                'command.clear': {
                  target: 'between turns',
                  actions: [
                    'put the text back',
                    { type: 'start a new context', params: theNewContext },
                    { type: 'say', params: replyCleared },
                  ],
                },
                'command.stop': {
                  target: 'between turns',
                  actions: [
                    { type: 'note what stays unanswered', params: { why: 'stopped' } },
                    { type: 'say', params: reply({ key: 'stopped' }) },
                  ],
                },
                'answer.shown': {
                  guard: 'it is of this turn',
                  actions: { type: 'note the preview', params: ({ event }) => ({ eventId: event.eventId }) },
                },
                'agent.sent a file': {
                  guard: 'it is of this turn and wanted',
                  actions: {
                    type: 'say',
                    params: ({ context, event }) =>
                      say({ key: 'agent sent a file', path: event.path }, turnOf(context).text.eventId),
                  },
                },
                'turn.ended': [
                  { guard: 'this turn was discarded', target: 'between turns' },
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
                      params: tellAsker({ key: 'empty answer' }),
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
                        params: tellWhyBrokenOff,
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
                        params: tellWhyBrokenOff,
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
                    resumed: { target: '#asking', reenter: true },
                    'place.awaited': {
                      guard: 'it is of this turn and the person does not know',
                      actions: [
                        'note that the person knows that the agent is busy',
                        {
                          type: 'say',
                          params: ({ context, event }) =>
                            say({ key: 'agent is busy', position: event.position }, turnOf(context).text.eventId),
                        },
                      ],
                    },
                    'place.granted': { guard: 'it is of this turn', target: 'working' },
                  },
                },

                working: {
                  initial: 'connecting',
                  after: {
                    turnLimit: {
                      target: 'stopping',
                      actions: [
                        { type: 'note why the turn is stopped', params: { trouble: 'too-long' } },
                        {
                          type: 'stop the agent',
                          params: ({ context }) => ({ turn: turnOf(context).id, trouble: 'too-long' }),
                        },
                      ],
                    },
                  },
                  on: {
                    resumed: { target: '#asking', reenter: true },
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
                                params: tellAsker({ key: 'agent starts afresh' }),
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
                      entry: { type: 'close the connection', params: theTurn },
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
                            target: '#asking',
                            reenter: true,
                          },
                          {
                            target: '#between turns',
                            actions: [
                              { type: 'note what stays unanswered', params: { why: 'interrupted' } },
                              {
                                type: 'say',
                                params: tellAsker({ key: 'interrupted' }),
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
                            params: theTurnByWish,
                          },
                        },
                        'command.clear': {
                          target: '#stopping',
                          actions: [
                            { type: 'start a new context', params: theNewContext },
                            'discard the turn',
                            {
                              type: 'stop the agent',
                              params: theTurnByWish,
                            },
                            { type: 'say', params: replyCleared },
                          ],
                        },
                      },
                    },
                  },
                },

                'awaiting confirmation': {
                  id: 'awaiting confirmation',
                  after: {
                    questionLimit: [
                      {
                        guard: 'the agent takes confirmations',
                        target: 'working.streaming',
                        actions: [
                          { type: 'send the confirmation', params: ({ context }) => confirmation(context, false) },
                          'close the question',
                          { type: 'say', params: tellAsker({ key: 'question expired' }) },
                        ],
                      },
                      {
                        guard: 'the queue has room',
                        target: 'working.streaming',
                        actions: [
                          {
                            type: 'hold the text',
                            params: ({ context }) => ({ text: wordOnExpiry(context) }),
                          },
                          'close the question',
                          { type: 'say', params: tellAsker({ key: 'question expired' }) },
                        ],
                      },
                      {
                        target: 'working.streaming',
                        actions: [
                          'close the question',
                          { type: 'say', params: tellAsker({ key: 'question expired' }) },
                        ],
                      },
                    ],
                  },
                  on: {
                    resumed: [
                      {
                        guard: 'the agent runs a repeated message only once',
                        target: '#asking',
                        reenter: true,
                        actions: 'close the question',
                      },
                      {
                        target: '#between turns',
                        actions: [
                          { type: 'note what stays unanswered', params: { why: 'interrupted' } },
                          {
                            type: 'say',
                            params: tellAsker({ key: 'interrupted' }),
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
                        guard: 'the queue has room',
                        target: 'working.streaming',
                        actions: [
                          {
                            type: 'hold the text',
                            params: ({ context, event }) => ({ text: wordOn(context, event, true) }),
                          },
                          'close the question',
                          { type: 'say', params: replyPosition },
                        ],
                      },
                      { actions: { type: 'say', params: replyQueueFull } },
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
                        guard: 'the queue has room',
                        target: 'working.streaming',
                        actions: [
                          {
                            type: 'hold the text',
                            params: ({ context, event }) => ({ text: wordOn(context, event, false) }),
                          },
                          'close the question',
                          { type: 'say', params: replyPosition },
                        ],
                      },
                      { actions: { type: 'say', params: replyQueueFull } },
                    ],
                    'text.received': [
                      {
                        guard: 'the queue has room',
                        actions: [
                          { type: 'hold the text', params: theText },
                          {
                            type: 'say',
                            params: ({ event }) => say({ key: 'text waits for your word' }, event.text.eventId),
                          },
                        ],
                      },
                      {
                        actions: {
                          type: 'say',
                          params: replyQueueFull,
                        },
                      },
                    ],
                    'command.stop': {
                      target: 'stopping',
                      actions: [
                        'close the question',
                        {
                          type: 'stop the agent',
                          params: theTurnByWish,
                        },
                      ],
                    },
                    'command.clear': {
                      target: 'stopping',
                      actions: [
                        { type: 'start a new context', params: theNewContext },
                        'discard the turn',
                        {
                          type: 'stop the agent',
                          params: theTurnByWish,
                        },
                        { type: 'say', params: replyCleared },
                      ],
                    },
                  },
                },

                stopping: {
                  id: 'stopping',
                  after: {
                    stopLimit: [
                      { guard: 'the turn was discarded', target: '#between turns' },
                      {
                        target: '#between turns',
                        actions: [
                          {
                            type: 'note what stays unanswered',
                            params: ({ context }) => ({ why: whyStopped(context) }),
                          },
                          { type: 'say', params: tellWhyStopped },
                        ],
                      },
                    ],
                  },
                  on: {
                    resumed: [
                      { guard: 'the turn was discarded', target: '#between turns' },
                      {
                        target: '#between turns',
                        actions: [
                          {
                            type: 'note what stays unanswered',
                            params: ({ context }) => ({ why: whyStopped(context) }),
                          },
                          { type: 'say', params: tellWhyStopped },
                        ],
                      },
                    ],
                    'command.stop': { actions: { type: 'say', params: reply({ key: 'is stopping' }) } },
                    'command.retry': { actions: { type: 'say', params: reply({ key: 'is stopping' }) } },
                    'command.clear': {
                      actions: [
                        { type: 'start a new context', params: theNewContext },
                        'discard the turn',
                        { type: 'say', params: replyCleared },
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
                        params: tellAsker({ key: 'answer was refused' }),
                      },
                    },
                    'turn.ended': {},
                    // The next turn is a moment away: nobody needs to be told that it waits.
                    'text.received': [
                      {
                        guard: 'the queue has room',
                        actions: { type: 'hold the text', params: theText },
                      },
                      {
                        actions: {
                          type: 'say',
                          params: replyQueueFull,
                        },
                      },
                    ],
                    'command.stop': {
                      actions: {
                        type: 'say',
                        params: reply({ key: 'answer is complete' }),
                      },
                    },
                    'command.clear': {
                      actions: [
                        { type: 'start a new context', params: theNewContext },
                        { type: 'say', params: replyCleared },
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
                  actions: { type: 'say', params: reply({ key: 'files are not taken' }) },
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
