/** Endpoints: sync and its stored filters. */
import { forbidden, notFound, unknown } from '../errors.ts';
import { readSyncFilter } from '../filters.ts';
import { booleanQuery, choiceQuery, integerQuery, jsonOf, param, type Route } from '../routing.ts';
import { sync } from '../sync.ts';

const V3 = '/_matrix/client/v3';

/** Sync and the filters that are stored for it. */
export const syncRoutes: Route[] = [
  {
    method: 'GET',
    path: `${V3}/sync`,
    handle: ({ world, caller, query, signal }) => {
      choiceQuery(query, 'set_presence', ['online', 'unavailable', 'offline']);
      const request = {
        since: query.get('since'),
        timeout: integerQuery(query, 'timeout', 0),
        filter: query.get('filter'),
        fullState: booleanQuery(query, 'full_state'),
      };
      return sync(world, caller, request, signal);
    },
  },
  {
    method: 'POST',
    path: `${V3}/user/:user/filter`,
    handle: (call) => {
      const { account } = call.caller;
      if (param(call, 'user') !== account.id) throw forbidden('Cannot create filters for other users');
      const filter = jsonOf(call);
      readSyncFilter(filter);
      return { filter_id: String(account.filters.push(filter) - 1) };
    },
  },
  {
    method: 'GET',
    path: `${V3}/user/:user/filter/:filter`,
    handle: (call) => {
      const { account } = call.caller;
      if (param(call, 'user') !== account.id) throw forbidden('Cannot get filters for other users');
      const id = param(call, 'filter');
      if (!/^\d+$/.test(id)) throw unknown('Invalid filter_id');
      const filter = account.filters[Number(id)];
      if (!filter) throw notFound('No such filter');
      return filter;
    },
  },
];
