/** Endpoints: reading the history of a room. */
import { MatrixError, unknown } from '../errors.ts';
import { formatEvent } from '../event-format.ts';
import { readEventFilter, type EventFilter } from '../filters.ts';
import { context, messages, relations, type PageRequest } from '../history.ts';
import { isObject, type Json } from '../json.ts';
import { choiceQuery, integerQuery, param, type Call, type Route } from '../routing.ts';
import { readPosition } from '../tokens.ts';
import { requireVisible, viewOf } from '../visibility.ts';

const V3 = '/_matrix/client/v3';
const MAX_PAGE = 1000;

const readerOf = ({ caller, world }: Call) => ({ device: caller.device, now: world.now() });

function positionQuery(query: URLSearchParams, name: string): number | null {
  const token = query.get(name);
  if (token === null || token === '') return null;
  const position = readPosition(token);
  if (position === null) throw unknown(`'${name}' parameter is invalid`);
  return position;
}

function pageOf({ query }: Call, direction: 'b' | 'f', limit: number): PageRequest {
  return {
    direction: choiceQuery(query, 'dir', ['b', 'f']) ?? direction,
    from: positionQuery(query, 'from'),
    to: positionQuery(query, 'to'),
    limit: Math.min(integerQuery(query, 'limit', limit), MAX_PAGE),
  };
}

function filterOf({ query }: Call): EventFilter | null {
  const text = query.get('filter');
  if (text === null) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  if (!isObject(json)) throw new MatrixError(400, 'M_NOT_JSON', 'Query parameter filter must be a valid JSON object');
  return readEventFilter(json);
}

function relationsRoute(path: string): Route {
  return {
    method: 'GET',
    path: `/_matrix/client/v1/rooms/:room/relations/:event${path}`,
    handle: (call): Json => {
      const page = pageOf(call, 'b', 5);
      const view = viewOf(call.world, call.caller.account.id, param(call, 'room'));
      const parent = param(call, 'event');
      if (!view.room.event(parent)) throw unknown('Unknown parent event.', 404);
      const wanted = { relation: call.params.relation, type: call.params.type };
      return relations(view, readerOf(call), parent, page, wanted);
    },
  };
}

/** Reading what was said. */
export const historyRoutes: Route[] = [
  {
    method: 'GET',
    path: `${V3}/rooms/:room/messages`,
    handle: (call) => {
      const [page, filter] = [pageOf(call, 'f', 10), filterOf(call)];
      const view = viewOf(call.world, call.caller.account.id, param(call, 'room'));
      return messages(view, readerOf(call), page, filter);
    },
  },
  {
    method: 'GET',
    path: `${V3}/rooms/:room/event/:event`,
    handle: (call) => {
      const user = call.caller.account.id;
      const { view, event } = requireVisible(call.world, user, param(call, 'room'), param(call, 'event'));
      const options = { roomId: true, membership: true, aggregations: true };
      return formatEvent(view.room, event, readerOf(call), options);
    },
  },
  {
    method: 'GET',
    path: `${V3}/rooms/:room/context/:event`,
    handle: (call) => {
      const limit = Math.min(integerQuery(call.query, 'limit', 10), MAX_PAGE);
      const filter = filterOf(call);
      const user = call.caller.account.id;
      const { view, event } = requireVisible(call.world, user, param(call, 'room'), param(call, 'event'));
      return context(view, readerOf(call), event, limit, filter);
    },
  },
  relationsRoute(''),
  relationsRoute('/:relation'),
  relationsRoute('/:relation/:type'),
];
