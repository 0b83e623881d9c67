/** The agents can be read, and checked, without anything of Matrix. */
import { describe, expect, test } from 'vitest';
import { loadAgents } from '../../src/config/agents.ts';
import { files, load, wrong } from './support.ts';

const registry = `
agents: [{ id: a, base_url: "ws://a:8000/?key=k", workspace_path: /agents/1 }, { id: b, label: Bea }]
user_agents: { "@ann:test": b }
policy: { files: { layout: incoming }, limits: { frame_bytes: 100000 } }
`;

const readFile = files({ 'agents.yaml': registry, 'broken.yaml': 'agents: [{}]' });
const read = (env: Record<string, string>, file: string | null = null) => loadAgents({ env, readFile }, file);

describe('the agents', () => {
  test('are those that the service has', () => {
    const env = { AGENT_BASE_URL: 'http://one:1', SURFACES_WORKSPACE_DIR: '/files' };
    const service = load(env, registry);
    const alone = read({ ...env, MATRIX_AGENT_REGISTRY_PATH: 'agents.yaml' });
    const { agents, userAgents, policy } = service;
    expect(alone).toEqual({
      authorities: [],
      agents,
      userAgents,
      policy: { ...policy, access: { ...policy.access, allowed: ['@*:roomkeeper.invalid'] } },
    });
  });

  test('are read from the file that is named, whatever the environment names, and however its backend is', () => {
    const env = { MATRIX_AGENT_REGISTRY_PATH: 'none.yaml', MATRIX_PLATFORM_BACKEND: 'mock', OPS_PORT: 'x' };
    expect(read(env, 'agents.yaml').agents.map(({ id, baseUrl, workspace }) => [id, baseUrl, workspace])).toEqual([
      ['a', 'ws://a:8000/?key=k', '/agents/1'],
      ['b', 'http://127.0.0.1:8000', '/agents'],
    ]);
  });

  test.each<[Record<string, string>, string | null, string[]]>([
    [{}, null, ['MATRIX_AGENT_REGISTRY_PATH: is missing']],
    [{ MATRIX_PLATFORM_BACKEND: 'mock' }, null, ['MATRIX_AGENT_REGISTRY_PATH: is missing']],
    [{ MATRIX_AGENT_REGISTRY_PATH: 'none.yaml' }, null, ['MATRIX_AGENT_REGISTRY_PATH: "none.yaml" does not exist']],
    [{}, 'none.yaml', ['--config: "none.yaml" does not exist']],
    [
      { AGENT_BASE_URL: 'agent:8000', SURFACES_WORKSPACE_DIR: 'agents' },
      'broken.yaml',
      [
        'AGENT_BASE_URL: "agent:8000" is not a ws, wss, http or https URL',
        'SURFACES_WORKSPACE_DIR: "agents" is not an absolute path',
        'broken.yaml: agents[0].id: is missing',
      ],
    ],
  ])('that cannot be read are told, all problems at once: %j, %s', (env, file, problems) => {
    expect(wrong(() => read(env, file))).toEqual(problems);
  });
});
