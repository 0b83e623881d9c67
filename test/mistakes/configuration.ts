/** Mistakes that stand in the configuration: nothing is contacted. */
import { AUTHORITY, ENDED_AUTHORITY, SERVER } from '../support/tls.ts';
import { by, fileIn, type Mistake } from './house.ts';

const wrong = [by('start', 2)];
const set = (name: string, value: string) => () => ({ env: { [name]: value } });
const agents = [{ id: 'one', base_url: 'ws://agent:8000' }];

export const ofConfiguration: readonly Mistake[] = [
  {
    mistake: 'a variable that has to be set is not',
    said: [...wrong, by('check-config', 2), by('doctor', 2)],
    sentence: 'MATRIX_USER_ID is missing -> the Matrix user id of this service, for example @roomkeeper:example.org',
    make: () => ({ without: ['MATRIX_USER_ID'], args: [] }),
  },
  {
    mistake: 'it is misspelt',
    said: wrong,
    sentence: 'MATRIX_HOMESERVER is missing -> MATRIX_HOMSERVER is set: is that a slip of the pen?',
    make: () => ({ without: ['MATRIX_HOMESERVER'], env: { MATRIX_HOMSERVER: 'https://matrix.example.org' } }),
  },
  {
    mistake: 'the variable of the token is misspelt',
    said: wrong,
    sentence: 'MATRIX_ACCESS_TOKEN is missing -> MATRIX_ACCES_TOKEN is set: is that a slip of the pen?',
    make: () => ({ without: ['MATRIX_ACCESS_TOKEN'], env: { MATRIX_ACCES_TOKEN: 'hidden' } }),
  },
  {
    mistake: 'a variable that need not be set is misspelt',
    said: [by('check-config', 0), by('doctor', 0)],
    sentence: 'OPS_PROT is not a variable of this service; did you mean OPS_PORT?',
    make: set('OPS_PROT', '9090'),
  },
  {
    mistake: 'a variable of an earlier version',
    said: [by('check-config', 0)],
    sentence: 'MATRIX_DB_PATH has no meaning any more: the state is in the folder STATE_DIR.',
    make: set('MATRIX_DB_PATH', '/data/matrix.db'),
  },
  {
    mistake: 'the homeserver without https://',
    said: wrong,
    sentence: 'MATRIX_HOMESERVER "matrix.example.org" is not an http or https URL -> the URL of the homeserver',
    make: set('MATRIX_HOMESERVER', 'matrix.example.org'),
  },
  {
    mistake: 'the bot without its server',
    said: wrong,
    sentence: 'MATRIX_USER_ID "roomkeeper" is not a Matrix user id -> the Matrix user id of this service',
    make: set('MATRIX_USER_ID', 'roomkeeper'),
  },
  {
    mistake: 'the file of a secret is not there',
    said: wrong,
    sentence: 'MATRIX_PASSWORD_FILE "/run/secrets/none" does not exist -> the path of a file with the secret',
    make: () => ({ without: ['MATRIX_ACCESS_TOKEN'], env: { MATRIX_PASSWORD_FILE: '/run/secrets/none' } }),
  },
  {
    mistake: 'the file of a secret is empty',
    said: wrong,
    sentence: 'MATRIX_PASSWORD_FILE {file} is an empty file -> put the secret into it, on one line',
    make: async ({ folder }) => ({
      without: ['MATRIX_ACCESS_TOKEN'],
      env: { MATRIX_PASSWORD_FILE: await fileIn(folder, 'password', '\n') },
    }),
  },
  {
    mistake: 'a secret and its file are both set',
    said: wrong,
    sentence: 'MATRIX_ACCESS_TOKEN_FILE and MATRIX_ACCESS_TOKEN are both set -> set one of them',
    make: set('MATRIX_ACCESS_TOKEN_FILE', '/run/secrets/token'),
  },
  {
    mistake: 'a port that is none',
    said: [...wrong, by('ready', 2)],
    sentence: 'OPS_PORT "909O" is not a port -> a port from 0 (any free one) to 65535, or off',
    make: set('OPS_PORT', '909O'),
  },
  {
    mistake: 'a word that is no choice',
    said: wrong,
    sentence: 'MATRIX_PLATFORM_BACKEND "mcok" is none of real, mock -> real (agents of the registry) or mock',
    make: set('MATRIX_PLATFORM_BACKEND', 'mcok'),
  },
  {
    mistake: 'the registry file is not there',
    said: [...wrong, by('check-agents', 2)],
    sentence: 'MATRIX_AGENT_REGISTRY_PATH {file} does not exist -> the path of the YAML file that lists the agents',
    make: set('MATRIX_AGENT_REGISTRY_PATH', 'config/agents.yml'),
  },
  {
    mistake: 'its indentation is wrong',
    said: wrong,
    sentence: 'agents.yaml, line 3, column {n} is not YAML: {why} -> check the indentation, the colons, and the quotes',
    make: () => ({ registry: 'agents:\n  - id: one\n    base_url: ws://agent: 8000\n' }),
  },
  {
    mistake: 'a key stands twice in it',
    said: wrong,
    sentence: 'is not YAML: duplicated mapping key -> write every key once',
    make: () => ({ registry: 'agents:\n  - id: one\n    id: two\n' }),
  },
  {
    mistake: 'a key of it is misspelt',
    said: wrong,
    sentence: 'agents.yaml: agents[0].base_ulr is an unknown key -> did you mean "base_url"?',
    make: () => ({ registry: { agents: [{ id: 'one', base_ulr: 'ws://agent:8000' }] } }),
  },
  {
    mistake: 'two agents have one id',
    said: wrong,
    sentence: 'agents.yaml: agents[1].id "one" is the id of agents[0] already -> give every agent an id of its own',
    make: () => ({ registry: { agents: [...agents, ...agents] } }),
  },
  {
    mistake: 'a person has an agent that there is not',
    said: wrong,
    sentence: 'agents.yaml: user_agents["@ann:example.org"] "won" is not an agent in this file -> did you mean "one"?',
    make: () => ({ registry: { agents, user_agents: { '@ann:example.org': 'won' } } }),
  },
  {
    mistake: 'a person without their server',
    said: wrong,
    sentence: 'agents.yaml: user_agents["ann"] is not a Matrix user id -> for example "@ann:example.org", in quotes',
    make: () => ({ registry: { agents, user_agents: { ann: 'one' } } }),
  },
  {
    mistake: 'the address of an agent without ws://',
    said: [...wrong, by('check-agents', 2)],
    sentence: 'agents.yaml: agents[0].base_url "agent:8000" is not a ws, wss, http or https URL -> {example}',
    make: () => ({ registry: { agents: [{ id: 'one', base_url: 'agent:8000' }] } }),
  },
  {
    mistake: 'a workspace that is not an absolute path',
    said: wrong,
    sentence: 'agents.yaml: agents[0].workspace_path "workspace" is not an absolute path -> an absolute folder',
    make: () => ({ registry: { agents: [{ ...agents[0], workspace_path: 'workspace' }] } }),
  },
  {
    mistake: 'a number of the policy is out of its bounds',
    said: wrong,
    sentence: 'agents.yaml: policy.limits.queue 0 is below 1 -> a whole number',
    make: () => ({ registry: { agents, policy: { limits: { queue: 0 } } } }),
  },
  {
    mistake: 'one memory a person, and many chats',
    said: wrong,
    sentence:
      'agents.yaml: policy.context.scope "person" needs policy.onboarding.mode: dm -> set the mode to dm, or the scope to room',
    make: () => ({ registry: { agents, policy: { context: { scope: 'person' } } } }),
  },
  {
    mistake: 'the file of the authority is not there',
    said: [...wrong, by('check-agents', 2)],
    sentence:
      'MATRIX_CA_FILE "/etc/ssl/none.pem" does not exist -> the path of a file with the certificate of the authority',
    make: set('MATRIX_CA_FILE', '/etc/ssl/none.pem'),
  },
  {
    mistake: 'it holds a key',
    said: wrong,
    sentence: 'MATRIX_CA_FILE {file} holds a key, but no certificate -> the path of a file with the certificate',
    make: set('MATRIX_CA_FILE', SERVER.replace('.pem', '.key')),
  },
  {
    mistake: 'it holds the certificate of the server instead',
    said: wrong,
    sentence:
      'MATRIX_CA_FILE {file} holds no authority: CN=localhost was issued by CN=An authority of the tests, whose certificate it should be',
    make: set('MATRIX_CA_FILE', SERVER),
  },
  {
    mistake: 'it is no PEM',
    said: wrong,
    sentence: 'MATRIX_CA_FILE {file} holds no certificate in PEM -> the path of a file with the certificate',
    make: async ({ folder }) => ({ env: { MATRIX_CA_FILE: await fileIn(folder, 'ca.der', '0\u0082') } }),
  },
  {
    mistake: 'the certificate of the authority has ended',
    said: wrong,
    sentence:
      'MATRIX_CA_FILE {file} holds only a certificate that ended on 2021-01-01 (CN=An authority that has ended)',
    make: set('MATRIX_CA_FILE', ENDED_AUTHORITY),
  },
  {
    mistake: 'SSL_CERT_FILE, the old name, names a file that is not there',
    said: [by('check-config', 0)],
    sentence:
      'SSL_CERT_FILE "{file}.none" does not exist, so only the usual authorities are trusted; to trust another one, set MATRIX_CA_FILE.',
    make: set('SSL_CERT_FILE', `${AUTHORITY}.none`),
  },
];
