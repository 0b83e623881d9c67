/** Brings a file into a workspace and is killed at the instant that the command line names, or says what came of it. */
import { link } from 'node:fs/promises';
import { AgentId, EventId, RoomId, UserId } from '../../machines/ids.ts';
import { createIncomingFiles } from '../../src/workspace/incoming.ts';

const [folder = '', instant = '', linking = 'links'] = process.argv.slice(2);
const agent = AgentId.parse('ours');

function killedAt(here: string): void {
  if (here === instant) process.kill(process.pid, 'SIGKILL');
}

async function* content() {
  yield Buffer.from('half of it, ');
  killedAt('while it is written');
  yield Buffer.from('and the rest');
  killedAt('before it is complete');
}

const files = createIncomingFiles({
  workspaces: new Map([[agent, { folder, servesSeveral: false }]]),
  layout: 'incoming',
  quotaBytes: 0,
  now: () => Date.now(),
  async makeLink(from, to) {
    killedAt('before it has its name');
    if (linking !== 'links') throw Object.assign(new Error('no links here'), { code: 'EPERM' });
    await link(from, to);
    killedAt('when it has its name');
  },
});
const brought = await files.bring(
  {
    ...{ agent, person: UserId.parse('@ann:test'), room: RoomId.parse('!room:test'), id: EventId.parse('$file') },
    ...{ name: 'a.txt', kind: 'file', mime: null, at: 0 },
  },
  content(),
  { mostBytes: 1000 },
);
killedAt('before anybody knows');
process.send?.(brought);
process.disconnect();
