/**
 * One Matrix room: a conversation with one agent, a tray for files, a place for our own dialogs.
 * Pure: what must happen outside is a named action with JSON params (see `roomEffects`), what comes back is an event.
 */
import { assign, setup } from 'xstate';
import type {
  Assignment,
  Role,
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
  askForAccess,
  greet,
  greetAgain,
  help,
  moveTo,
  noteOf,
  numberAndName,
  personOf,
  receive,
  tellThePerson,
  theMarker,
  wish,
  yourAgent,
  type Reception,
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
/** In a room of hundreds, most of them need not hear that they are not answered. */
const MOST_TOLD = 50;

export const roomMachine = setup({
  types: {} as { context: RoomContext; events: RoomEvent; input: RoomContext; tags: 'at rest' | 'busy' | 'unheard' },

  actions: {
    'join the room': effect('join the room'),
    'set the name': effect('set the name'),
    'write the marker': effect('write the marker'),
    'tell the person': effect('tell the person'),
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

    'receive the person': assign((_, p: Reception) => receive(p)),
    'note the number and name': assign((_, p: { number: number; name: string; archived: boolean }) => p),
    'note the person': assign((_, p: { person: UserId; number: number | null; name: string | null }) => p),
    'note the agent': assign((_, p: { role: Role; agent: AgentId; assignment: Assignment }) => p),
    'forget the session': assign({ session: null }),
    'note the name': assign((_, p: { name: string }) => p),
    'note whether it is archived': assign((_, p: { archived: boolean }) => p),
    'note that the person knows': assign({ noticed: true }),
    'note that the room is encrypted': assign({ encrypted: true }),
    'forget whose chat it was': assign({ person: null, number: null }),
    'forget what waits': assign({ waiting: [] }),
    'forget what is under way': assign({ turn: null, waiting: [], unanswered: null, question: null }),
    'note that the bystander was told': assign(({ context }, p: { sender: UserId }) => ({
      told: [...context.told, p.sender],
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
    'go on in another context': assign(({ context }, p: { contextId: ContextId }) => moveTo(context, p.contextId)),
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
    'it is an entry room': ({ event }) => 'role' in event && event.role === 'entry',
    'the person is refused': ({ event }) => 'role' in event && event.role === 'refused',
    'it is a chat': ({ event }) => 'role' in event && event.role === 'chat',
    'the chat has a number': ({ context }) => context.number !== null,
    'the chat has a number and more are made': ({ context, event }) =>
      event.type === 'command.new' && event.more && context.number !== null,
    'a name is given': ({ event }) => event.type === 'command.rename' && event.name !== null,
    'the person should hear of the default agent': ({ context }) =>
      context.assignment === 'default' && !context.noticed,
    'the person need not hear it again': ({ context }) => context.noticed,
    'another agent takes over': ({ context, event }) =>
      event.type === 'agent.assigned' && event.role !== 'refused' && event.agent !== context.agent,
    'the person knows that it is encrypted': ({ context }) => context.encrypted,
    'the name is not new': ({ context, event }) => event.type === 'room.named' && event.name === context.name,
    'the person is here already': ({ context, event }) =>
      event.type === 'room.adopted' && context.person === event.person,
    'the room is of somebody else': ({ context, event }) =>
      event.type === 'room.adopted' && context.person !== null && context.person !== event.person,
    'the person left': ({ context, event }) => event.type === 'member.left' && event.user === context.person,
    'the bystander was told, or too many were': ({ context, event }) =>
      'sender' in event && (context.told.length >= MOST_TOLD || context.told.includes(event.sender)),
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
  initial: 'unclaimed',
  on: {
    'room.left': [{ guard: 'the chat has a number', target: '.leaving' }, { target: '.left' }],
    'room.invited': [
      { guard: 'the same person invites again', actions: { type: 'join the room', params: { greet: false } } },
      {
        guard: 'it is an entry room',
        target: '.pointing',
        actions: [
          { type: 'receive the person', params: ({ event }) => event },
          { type: 'join the room', params: { greet: true } },
        ],
      },
      {
        guard: 'the person is refused',
        target: '.refusing',
        actions: [
          { type: 'receive the person', params: ({ event }) => event },
          { type: 'join the room', params: { greet: true } },
        ],
      },
      {
        target: '.serving',
        actions: [
          { type: 'receive the person', params: ({ event }) => event },
          { type: 'join the room', params: { greet: true } },
        ],
      },
    ],
    'room.adopted': [
      {
        guard: 'the room is of somebody else',
        actions: {
          type: 'tell the person',
          params: ({ event }) => ({ person: event.person, wish: { type: 'chat.refused' } }),
        },
      },
      {
        target: '.serving',
        actions: [
          { type: 'receive the person', params: ({ event }) => ({ ...event, role: 'chat' }) },
          { type: 'note the number and name', params: numberAndName },
          { type: 'join the room', params: { greet: false } },
          { type: 'write the marker', params: theMarker },
          { type: 'say', params: greet },
        ],
      },
    ],
    'room.named': [
      { guard: 'the name is not new' },
      {
        guard: 'the chat has a number',
        actions: [
          { type: 'note the name', params: ({ event }) => ({ name: event.name }) },
          { type: 'write the marker', params: theMarker },
          {
            type: 'tell the person',
            params: ({ context, event }) => wish(context, { type: 'chat.renamed', name: event.name }),
          },
        ],
      },
    ],
    'chat.archived': {
      guard: 'the chat has a number',
      actions: [
        { type: 'note whether it is archived', params: ({ event }) => ({ archived: event.archived }) },
        { type: 'write the marker', params: theMarker },
      ],
    },
    'bystander.spoke': [
      { guard: 'the bystander was told, or too many were' },
      {
        actions: [
          { type: 'note that the bystander was told', params: ({ event }) => ({ sender: event.sender }) },
          { type: 'say', params: ({ context, event }) => say(onlyFor(context, event.sender), event.eventId) },
        ],
      },
    ],
    'room.encrypted': [
      { guard: 'the person knows that it is encrypted' },
      {
        actions: ['note that the room is encrypted', { type: 'say', params: reply({ key: 'room is encrypted' }) }],
      },
    ],
    'context.assigned': { actions: { type: 'go on in another context', params: theNewContext } },
    'command.help': { actions: { type: 'say', params: help } },
    'command.unknown': {
      actions: {
        type: 'say',
        params: ({ event }) => say({ key: 'unknown command', name: event.name }, event.eventId),
      },
    },
    'command.whoami': {
      actions: { type: 'say', params: ({ event }) => say({ key: 'you are', person: event.sender }, event.eventId) },
    },
  },
  states: {
    // Nobody is known here: the bot was brought in while it did not look, or its memory of the room is lost.
    unclaimed: {
      tags: 'unheard',
      on: {
        // Whoever may not talk to an agent does not become its person: the one who may could still come.
        'stranger.spoke': [
          { guard: 'the bystander was told, or too many were' },
          {
            actions: [
              { type: 'note that the bystander was told', params: ({ event }) => ({ sender: event.sender }) },
              { type: 'say', params: reply({ key: 'no agent for you', contact: null }) },
            ],
          },
        ],
        'room.claimed': [
          {
            guard: 'it is an entry room',
            target: 'pointing',
            actions: [
              { type: 'note the person', params: personOf },
              { type: 'note the agent', params: noteOf },
              { type: 'write the marker', params: theMarker },
            ],
          },
          {
            guard: 'the person is refused',
            target: 'refusing',
            actions: [
              { type: 'note the person', params: personOf },
              { type: 'note the agent', params: noteOf },
            ],
          },
          {
            target: 'serving',
            actions: [
              { type: 'note the person', params: personOf },
              { type: 'note the agent', params: noteOf },
              { type: 'write the marker', params: theMarker },
            ],
          },
        ],
      },
    },

    serving: {
      type: 'parallel',
      on: {
        'room.joined': {
          actions: [
            { type: 'write the marker', params: theMarker },
            { type: 'say', params: greet },
          ],
        },
        // Its person was faster than the last steps of its making: what runs goes on.
        'room.adopted': {
          guard: 'the person is here already',
          actions: [
            { type: 'note the number and name', params: numberAndName },
            { type: 'join the room', params: { greet: false } },
            { type: 'write the marker', params: theMarker },
            { type: 'say', params: greet },
          ],
        },
        'member.left': { guard: 'the person left', target: '#between turns', actions: 'forget what waits' },
        'room.replaced': {
          guard: 'the chat has a number',
          actions: {
            type: 'tell the person',
            params: ({ context, event }) =>
              wish(context, { type: 'chat.moved', replacement: event.replacement, contextId: context.contextId }),
          },
        },
        'agent.assigned': [
          {
            guard: 'the person is refused',
            target: 'refusing',
            actions: [
              'forget what is under way',
              { type: 'note the agent', params: noteOf },
              'note that the person knows',
              { type: 'say', params: { notice: { key: 'no agent for you', contact: null }, answers: null } },
            ],
          },
          {
            guard: 'another agent takes over',
            actions: [
              { type: 'note the agent', params: noteOf },
              'forget the session',
              { type: 'write the marker', params: theMarker },
              { type: 'say', params: ({ event }) => say({ key: 'agent changed', agent: event.agent }, null) },
            ],
          },
          { actions: { type: 'note the agent', params: noteOf } },
        ],
        'context.assigned': {
          actions: [
            { type: 'go on in another context', params: theNewContext },
            { type: 'write the marker', params: theMarker },
            { type: 'say', params: { notice: { key: 'agent starts afresh' }, answers: null } },
          ],
        },
        'memory.lost': { actions: { type: 'say', params: reply({ key: 'memory was lost' }) } },
        'command.start': { actions: { type: 'say', params: greetAgain } },
        'command.agent': { actions: { type: 'say', params: yourAgent } },
        'command.rename': [
          {
            guard: 'a name is given',
            actions: {
              type: 'set the name',
              params: ({ event }) => ({ name: event.name ?? '', answers: event.eventId }),
            },
          },
          { actions: { type: 'say', params: reply({ key: 'name is missing' }) } },
        ],
        'name.set': [
          {
            guard: 'the chat has a number',
            actions: [
              { type: 'note the name', params: ({ event }) => ({ name: event.name }) },
              { type: 'write the marker', params: theMarker },
              {
                type: 'tell the person',
                params: ({ context, event }) => wish(context, { type: 'chat.renamed', name: event.name }),
              },
              { type: 'say', params: ({ event }) => say({ key: 'chat is renamed', chat: event.name }, null) },
            ],
          },
          { actions: { type: 'say', params: ({ event }) => say({ key: 'chat is renamed', chat: event.name }, null) } },
        ],
        'name.refused': {
          actions: {
            type: 'say',
            params: ({ event }) => say({ key: 'name could not be set', code: event.code }, null),
          },
        },
        'command.new': [
          {
            guard: 'the chat has a number and more are made',
            actions: {
              type: 'tell the person',
              params: ({ context, event }) =>
                wish(context, { type: 'chat.wanted', answers: event.eventId, name: event.name }),
            },
          },
          {
            guard: 'the chat has a number',
            actions: { type: 'say', params: reply({ key: 'no more chats are made' }) },
          },
          { actions: { type: 'say', params: reply({ key: 'this is your only chat' }) } },
        ],
        'command.chats': [
          {
            guard: 'the chat has a number',
            actions: {
              type: 'tell the person',
              params: ({ context, event }) =>
                wish(context, { type: 'chats.asked', answers: event.eventId, all: event.all }),
            },
          },
          { actions: { type: 'say', params: reply({ key: 'this is your only chat' }) } },
        ],
        'command.unarchive': [
          {
            guard: 'the chat has a number',
            actions: {
              type: 'tell the person',
              params: ({ context, event }) =>
                wish(context, { type: 'unarchive.wanted', answers: event.eventId, number: event.number }),
            },
          },
          { actions: { type: 'say', params: reply({ key: 'this is your only chat' }) } },
        ],
        'command.archive': [
          {
            guard: 'the chat has a number',
            actions: {
              type: 'tell the person',
              params: ({ context, event }) => wish(context, { type: 'archive.wanted', answers: event.eventId }),
            },
          },
          { actions: { type: 'say', params: reply({ key: 'this is your only chat' }) } },
        ],
      },
      states: {
        conversation: {
          initial: 'idle',
          on: {
            'command.stop': {
              actions: { type: 'say', params: reply({ key: 'nothing runs' }) },
            },
            'command.clear': {
              target: '.between turns',
              actions: [
                { type: 'start a new context', params: theNewContext },
                { type: 'write the marker', params: theMarker },
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
            'text.received': [
              {
                guard: 'the person should hear of the default agent',
                target: '.asking',
                actions: [
                  'note that the person knows',
                  { type: 'say', params: reply({ key: 'default agent' }) },
                  { type: 'begin the turn', params: theText },
                ],
              },
              { target: '.asking', actions: { type: 'begin the turn', params: theText } },
            ],
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
                    { type: 'write the marker', params: theMarker },
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
                    'agent.assigned': {
                      guard: 'another agent takes over',
                      target: '#asking',
                      reenter: true,
                      actions: [
                        { type: 'note the agent', params: noteOf },
                        'forget the session',
                        { type: 'write the marker', params: theMarker },
                        { type: 'say', params: ({ event }) => say({ key: 'agent changed', agent: event.agent }, null) },
                      ],
                    },
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
                    // The text is not sent yet: the new agent gets it.
                    'agent.assigned': {
                      guard: 'another agent takes over',
                      target: '#asking',
                      reenter: true,
                      actions: [
                        { type: 'note the agent', params: noteOf },
                        'forget the session',
                        { type: 'write the marker', params: theMarker },
                        { type: 'say', params: ({ event }) => say({ key: 'agent changed', agent: event.agent }, null) },
                      ],
                    },
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
                        // The old agent ends what it began.
                        'agent.assigned': {
                          guard: 'another agent takes over',
                          actions: [
                            { type: 'note the agent', params: noteOf },
                            'forget the session',
                            { type: 'write the marker', params: theMarker },
                            {
                              type: 'say',
                              params: ({ event }) => say({ key: 'agent changed', agent: event.agent }, null),
                            },
                          ],
                        },
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
                            { type: 'write the marker', params: theMarker },
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
                        { type: 'write the marker', params: theMarker },
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
                        { type: 'write the marker', params: theMarker },
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
                        { type: 'write the marker', params: theMarker },
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

    // An entry room: whatever its person writes leads to the chats.
    pointing: {
      on: {
        'room.joined': {
          actions: [
            { type: 'write the marker', params: theMarker },
            { type: 'tell the person', params: tellThePerson({ type: 'access.wanted', answers: null }) },
          ],
        },
        'text.received': { actions: { type: 'tell the person', params: askForAccess } },
        'file.received': { actions: { type: 'tell the person', params: askForAccess } },
        'command.start': { actions: { type: 'tell the person', params: askForAccess } },
        'command.stop': { actions: { type: 'tell the person', params: askForAccess } },
        'command.retry': { actions: { type: 'tell the person', params: askForAccess } },
        'command.clear': { actions: { type: 'tell the person', params: askForAccess } },
        'command.yes': { actions: { type: 'tell the person', params: askForAccess } },
        'command.no': { actions: { type: 'tell the person', params: askForAccess } },
        'command.rename': { actions: { type: 'tell the person', params: askForAccess } },
        'command.archive': { actions: { type: 'tell the person', params: askForAccess } },
        'command.agent': { actions: { type: 'say', params: yourAgent } },
        'command.new': {
          actions: {
            type: 'tell the person',
            params: ({ context, event }) =>
              wish(context, { type: 'chat.wanted', answers: event.eventId, name: event.name }),
          },
        },
        'command.chats': {
          actions: {
            type: 'tell the person',
            params: ({ context, event }) =>
              wish(context, { type: 'chats.asked', answers: event.eventId, all: event.all }),
          },
        },
        'command.unarchive': {
          actions: {
            type: 'tell the person',
            params: ({ context, event }) =>
              wish(context, { type: 'unarchive.wanted', answers: event.eventId, number: event.number }),
          },
        },
        'agent.assigned': [
          {
            guard: 'the person is refused',
            target: 'refusing',
            actions: [
              { type: 'note the agent', params: noteOf },
              'note that the person knows',
              { type: 'say', params: { notice: { key: 'no agent for you', contact: null }, answers: null } },
            ],
          },
          // Each person has one chat by now: this room is one.
          {
            guard: 'it is a chat',
            target: 'serving',
            actions: [
              { type: 'note the agent', params: noteOf },
              { type: 'write the marker', params: theMarker },
              { type: 'say', params: greet },
            ],
          },
          { actions: { type: 'note the agent', params: noteOf } },
        ],
      },
    },

    // Nobody serves this person; the operator's words say whom to ask.
    refusing: {
      on: {
        'command.help': { actions: { type: 'say', params: reply({ key: 'no agent for you', contact: null }) } },
        'command.start': { actions: { type: 'say', params: reply({ key: 'no agent for you', contact: null }) } },
        'command.stop': { actions: { type: 'say', params: reply({ key: 'no agent for you', contact: null }) } },
        'command.retry': { actions: { type: 'say', params: reply({ key: 'no agent for you', contact: null }) } },
        'command.clear': { actions: { type: 'say', params: reply({ key: 'no agent for you', contact: null }) } },
        'command.yes': { actions: { type: 'say', params: reply({ key: 'no agent for you', contact: null }) } },
        'command.no': { actions: { type: 'say', params: reply({ key: 'no agent for you', contact: null }) } },
        'command.new': { actions: { type: 'say', params: reply({ key: 'no agent for you', contact: null }) } },
        'command.rename': { actions: { type: 'say', params: reply({ key: 'no agent for you', contact: null }) } },
        'command.archive': { actions: { type: 'say', params: reply({ key: 'no agent for you', contact: null }) } },
        'command.agent': { actions: { type: 'say', params: reply({ key: 'no agent for you', contact: null }) } },
        'command.chats': { actions: { type: 'say', params: reply({ key: 'no agent for you', contact: null }) } },
        'command.unarchive': { actions: { type: 'say', params: reply({ key: 'no agent for you', contact: null }) } },
        // The chat is there for the day on which an agent is found.
        'room.adopted': {
          guard: 'the person is here already',
          actions: [
            { type: 'note the number and name', params: numberAndName },
            { type: 'write the marker', params: theMarker },
          ],
        },
        'room.joined': {
          actions: [
            'note that the person knows',
            { type: 'say', params: { notice: { key: 'no agent for you', contact: null }, answers: null } },
          ],
        },
        'text.received': [
          { guard: 'the person need not hear it again' },
          {
            actions: [
              'note that the person knows',
              { type: 'say', params: reply({ key: 'no agent for you', contact: null }) },
            ],
          },
        ],
        'file.received': [
          { guard: 'the person need not hear it again' },
          {
            actions: [
              'note that the person knows',
              { type: 'say', params: reply({ key: 'no agent for you', contact: null }) },
            ],
          },
        ],
        'agent.assigned': [
          { guard: 'the person is refused', actions: { type: 'note the agent', params: noteOf } },
          {
            guard: 'it is an entry room',
            target: 'pointing',
            actions: [
              { type: 'note the agent', params: noteOf },
              { type: 'write the marker', params: theMarker },
              { type: 'tell the person', params: tellThePerson({ type: 'access.wanted', answers: null }) },
            ],
          },
          {
            target: 'serving',
            actions: [
              { type: 'note the agent', params: noteOf },
              { type: 'write the marker', params: theMarker },
              { type: 'say', params: greet },
            ],
          },
        ],
      },
    },

    // The record is kept until the person's list is without the chat.
    leaving: {
      tags: 'unheard',
      entry: [
        { type: 'tell the person', params: tellThePerson({ type: 'chat.gone' }) },
        'forget what is under way',
        'forget whose chat it was',
      ],
      on: {
        'room.left': {},
        // Words that were on their way to the chat.
        'room.named': {},
        'chat.archived': {},
        'person.told': { target: 'left' },
      },
    },

    left: { type: 'final' },
  },
});
