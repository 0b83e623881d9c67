/** What the ops server tells of rooms, and does with them: facts alone, never a text of a person or an agent. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Log } from '../ports.ts';
import { roomStates, type Deed, type OpsDesk } from '../ports/ops.ts';

export interface AdminOptions {
  /** Null while there is none: the service logs in, or has ended. */
  desk(): OpsDesk | null;
  /** Begins to drain. */
  drain(): void;
  log: Log;
}

/** The rooms of one page, where nobody says how many, and at most. */
const ROOMS_SHOWN = 100;
const MOST_ROOMS = 1_000;
/** The longest id that is looked for, in characters. */
const MAX_ID = 300;

const id = z.string().min(1).max(MAX_ID);
const RoomsQuery = z.object({
  state: z.enum([...roomStates, 'busy']).optional(),
  after: id.optional(),
  limit: z.coerce.number().int().min(1).max(MOST_ROOMS).default(ROOMS_SHOWN),
});
const WhyParams = z.object({ event: id.startsWith('$') });
const WhyQuery = z.object({ room: id.startsWith('!').optional() });
const RoomParams = z.object({ room: id });
const ParkedParams = z.object({ room: id, parked: id, then: z.enum(['retry', 'drop']) });

export function addAdmin(server: FastifyInstance, { desk, drain, log }: AdminOptions): void {
  const open = (reply: FastifyReply, use: (desk: OpsDesk) => unknown) => {
    const one = desk();
    return one === null ? reply.code(503).send({ error: 'The service is not logged in.' }) : use(one);
  };
  server.get('/status', async (_request, reply) => open(reply, (one) => one.facts()));
  server.get('/rooms', async (request, reply) => {
    const { state = null, after = null, limit } = read(RoomsQuery, request.query);
    return open(reply, (one) => one.rooms({ state, after, most: limit }));
  });
  server.get('/rooms/:room', async (request, reply) => {
    const { room } = read(RoomParams, request.params);
    return open(reply, async (one) => (await one.room(room)) ?? reply.code(404).send({ error: NO_SUCH_ROOM }));
  });
  server.get('/why/:event', async (request, reply) => {
    const { event } = read(WhyParams, request.params);
    const { room = null } = read(WhyQuery, request.query);
    return open(reply, async (one) => {
      const why = await one.why(event, room);
      return { sentence: one.inWords(why, 'en'), ...why };
    });
  });
  server.post('/rooms/:room/parked/:parked/:then', async (request, reply) => {
    const { room, parked, then } = read(ParkedParams, request.params);
    return open(reply, async (one) => sendDeed(reply, await one.parkedEvent(room, parked, then)));
  });
  server.post('/rooms/:room/unpark', async (request, reply) => {
    const { room } = read(RoomParams, request.params);
    return open(reply, (one) => sendDeed(reply, one.unpark(room)));
  });
  server.post('/drain', async (_request, reply) => {
    log.warn({}, 'operator: drain');
    drain();
    return reply.code(202).send({ draining: true });
  });
}

const NO_SUCH_ROOM = 'There is no such room.';

function sendDeed(reply: FastifyReply, deed: Deed): FastifyReply {
  if (deed === 'done') return reply.send({ done: true });
  const error = deed === 'not there' ? NO_SUCH_ROOM : 'That is not parked.';
  return reply.code(deed === 'not there' ? 404 : 409).send({ error });
}

/** What is asked for, or an error that says what is wrong with it (400). */
function read<Schema extends z.ZodType>(schema: Schema, given: unknown): z.infer<Schema> {
  const { success, data, error } = schema.safeParse(given);
  if (success) return data;
  throw Object.assign(new Error(z.prettifyError(error)), { statusCode: 400 });
}
