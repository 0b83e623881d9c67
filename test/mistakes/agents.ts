/** Mistakes about agents and their folders. */
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { scripts, startScriptedAgent, type ScriptedAgent } from '../support/scripted-agent.ts';
import { behindTls } from '../support/tls.ts';
import { by, fileIn, free, mute, type House, type Mistake } from './house.ts';

const both = [by('doctor', 1), by('check-agents', 1)];
/** Of what is not looked at by `check-agents` without `--files`. */
const doctor = [by('doctor', 1)];

const agent = ({ workspace }: House, base_url: string, more: object = {}) => ({
  registry: { agents: [{ id: 'one', base_url, workspace_path: workspace }] },
  ...more,
});

async function scripted(...given: Parameters<typeof startScriptedAgent>): Promise<ScriptedAgent> {
  const one = await startScriptedAgent(...given);
  onTestFinished(() => one.close());
  return one;
}

const folder = ({ agentUrl }: House, workspace_path: string, more: object = {}) => ({
  registry: { agents: [{ id: 'one', base_url: agentUrl, workspace_path }] },
  ...more,
});

export const ofAgents: readonly Mistake[] = [
  {
    mistake: 'an agent that does not run',
    said: both,
    sentence:
      'STATUS: nobody listens there: is the agent running, and is the port right? (connect ECONNREFUSED {address})',
    make: async (house) => agent(house, `ws://127.0.0.1:${await free()}`),
  },
  {
    mistake: 'its name is not known',
    said: both,
    sentence: 'STATUS: the name of its host is not known here: is it spelt right, and in the same network?',
    make: (house) => agent(house, 'ws://agent.invalid:8000'),
  },
  {
    mistake: 'its path is wrong',
    said: both,
    sentence: 'STATUS: its server knows no such path (HTTP 404): is the path of base_url right?',
    make: async (house) => agent(house, (await scripted(scripts.greet, { refuse: 404 })).url),
  },
  {
    mistake: 'its key is wrong',
    said: both,
    sentence: 'STATUS: its server lets nobody in (HTTP 401): is the key in base_url right?',
    make: async (house) => agent(house, (await scripted(scripts.greet, { refuse: 401 })).url),
  },
  {
    mistake: 'a proxy without its agent',
    said: both,
    sentence: 'STATUS: its server answers HTTP 502, and opens no WebSocket',
    make: async (house) => agent(house, (await scripted(scripts.greet, { refuse: 502 })).url),
  },
  {
    mistake: 'it never says STATUS',
    said: doctor,
    sentence: 'STATUS: it took the connection, and said no STATUS within 4 s',
    make: async (house) => agent(house, (await scripted(scripts.neverStatus)).url),
  },
  {
    mistake: 'something listens there that never answers',
    said: doctor,
    sentence: 'STATUS: there was no connection within 4 s: does a firewall drop what goes there?',
    make: async (house) => agent(house, `ws://127.0.0.1:${await mute()}`),
  },
  {
    mistake: 'something speaks there that is no agent',
    said: both,
    sentence: 'STATUS: it took the connection, but: the first frame was {what}, not STATUS',
    make: async (house) => agent(house, (await scripted(scripts.garbage)).url),
  },
  {
    mistake: 'wss:// for a port of ws',
    said: both,
    sentence: 'STATUS: its server speaks no TLS there: write ws:// for wss://, or another port',
    make: (house) => agent(house, house.agentUrl.replace('ws:', 'wss:')),
  },
  {
    mistake: 'ws:// for a port of wss',
    said: both,
    sentence: 'STATUS: its server closed the connection: does base_url begin as it should, wss:// or ws://?',
    make: async (house) => agent(house, `ws://localhost:${await behindTls(Number(new URL(house.agentUrl).port))}`),
  },
  {
    mistake: 'its certificate is of an authority of one’s own',
    said: both,
    sentence:
      'The certificate of its server is not trusted here (UNABLE_TO_VERIFY_LEAF_SIGNATURE): CN=localhost, issued by CN=An authority of the tests, SHA-256 {fingerprint}. Put the certificate of its authority into a file, and name the file in MATRIX_CA_FILE.',
    make: async (house) => agent(house, `wss://localhost:${await behindTls(Number(new URL(house.agentUrl).port))}`),
  },
  {
    mistake: 'it says nothing to a message',
    said: [by('check-agents', 1)],
    sentence: 'message: its answer was not over within 1 s',
    make: async (house) =>
      agent(house, (await scripted(scripts.hang)).url, { args: ['--message', 'Hello', '--wait', '1'] }),
  },
  {
    mistake: 'the volume of its workspace is not mounted',
    said: doctor,
    sentence:
      "There is no folder {folder}; of its path there is only {place}. Mount the agent's volume there, or set workspace_path to where it is mounted here.",
    make: (house) => folder(house, path.join(house.folder, 'agents/17')),
  },
  {
    mistake: 'its workspace is a file',
    said: doctor,
    sentence: 'is no folder. Set workspace_path to the folder of the agent.',
    make: async (house) => folder(house, await fileIn(house.folder, 'workspace', '')),
  },
  {
    mistake: 'in its workspace a file has the name of a folder of ours',
    said: doctor,
    sentence: 'there is something else in the place of the folder surfaces/matrix. Move it away.',
    make: async (house) => {
      const place = path.join(house.folder, 'workspace');
      await fileIn(place, 'surfaces', '');
      return folder(house, place);
    },
  },
  {
    mistake: 'two agents have one folder under two names',
    said: doctor,
    sentence:
      "is the same folder as {folder}, the workspace of one: each sees the files of the other's people. Give each agent a folder of its own, or both the same workspace_path.",
    make: async ({ folder: place, workspace, agentUrl }) => {
      const other = path.join(place, 'other');
      await symlink(workspace, other);
      const agents = [workspace, other].map((workspace_path, index) => ({
        ...{ id: ['one', 'two'][index], base_url: agentUrl, workspace_path },
      }));
      return { registry: { agents } };
    },
  },
  {
    mistake: 'a volume that is mounted on one side only',
    said: [by('doctor', 1), by('check-agents', 1)],
    sentence:
      'files: the agent says that it has no {file}, which is in {folder}. Mount the same volume on both sides: in the container of the agent its own folder as /workspace, here as workspace_path.',
    make: async (house) => {
      const place = path.join(house.folder, 'not-shared');
      await mkdir(place);
      return folder(house, place, { args: ['--files'] });
    },
  },
];
