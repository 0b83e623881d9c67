import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readAuthorities } from '../../src/config/authorities.ts';
import { describeConfig } from '../../src/config/describe.ts';
import { loadAgents } from '../../src/config/agents.ts';
import { loadConfig } from '../../src/config/load.ts';
import { files, least, load, problemsWith } from './support.ts';

const folder = path.join(import.meta.dirname, '../support/certificates');
const pem = (name: string) => readFileSync(path.join(folder, name), 'utf8');
const contents = {
  ...{
    '/ca': `An authority.\n${pem('ca.pem')}`,
    '/both': pem('ended-authority.pem') + pem('ca.pem'),
    '/der': '0\u0082',
  },
  ...{ '/ended': pem('ended-authority.pem'), '/server': pem('server.pem'), '/key': pem('server.key') },
  ...{ '/broken': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', '/agents': 'agents: [{ id: a }]' },
};
const readFile = files(contents);

test('nobody is trusted besides the usual ones where no file is named', () => {
  expect(load({ MATRIX_CA_FILE: ' ' }).authorities).toEqual([]);
});

test.each(['MATRIX_CA_FILE', 'SSL_CERT_FILE'])('each certificate of the file of %s is trusted', (name) => {
  const env = { ...least, MATRIX_AGENT_REGISTRY_PATH: '/agents', [name]: '/ca' };
  const config = loadConfig({ env, readFile });
  expect([config.authorities, config.warnings]).toEqual([[pem('ca.pem').trim()], []]);
  expect(describeConfig(config)).toMatch(/\ntrust +one authority is trusted besides the usual ones\n/);
  expect(loadAgents({ env, readFile }, null).authorities).toEqual(config.authorities);
});

test('the new name counts where both are set', () => {
  expect(readAuthorities({ MATRIX_CA_FILE: '/ca', SSL_CERT_FILE: '/none' }, readFile)).toEqual({
    ...{ authorities: [pem('ca.pem').trim()], problems: [], warnings: [] },
  });
});

const hint = 'the path of a file with the certificate of the authority, in PEM: -----BEGIN CERTIFICATE-----';
const mistakes: [string, string][] = [
  ['/none', 'does not exist'],
  ['/der', 'holds no certificate in PEM'],
  ['/key', 'holds a key, but no certificate'],
  ['/broken', 'holds a certificate that cannot be read'],
  [
    '/server',
    'holds no authority: CN=localhost was issued by CN=An authority of the tests, whose certificate it should be',
  ],
  ['/ended', 'holds only a certificate that ended on 2021-01-01 (CN=An authority that has ended)'],
];

test.each(mistakes)('MATRIX_CA_FILE=%s is a problem, for agents too: it %s', (file, problem) => {
  const env = { ...least, MATRIX_AGENT_REGISTRY_PATH: '/agents', MATRIX_CA_FILE: file };
  const problems = [{ where: 'MATRIX_CA_FILE', value: JSON.stringify(file), problem, hint }];
  expect(problemsWith(() => loadConfig({ env, readFile }))).toEqual(problems);
  expect(problemsWith(() => loadAgents({ env, readFile }, null))).toEqual(problems);
});

test.each(mistakes)('SSL_CERT_FILE=%s, which is set for other programs too, is a warning: it %s', (file, problem) => {
  const warning = `SSL_CERT_FILE "${file}" ${problem}, so only the usual authorities are trusted; to trust another one, set MATRIX_CA_FILE.`;
  expect(readAuthorities({ SSL_CERT_FILE: file }, readFile)).toEqual({
    ...{ authorities: [], problems: [], warnings: [warning] },
  });
});

test('of several those that have ended are left out, and named', () => {
  expect(readAuthorities({ MATRIX_CA_FILE: '/both' }, readFile)).toEqual({
    ...{ authorities: [pem('ca.pem').trim()], problems: [] },
    warnings: [
      'MATRIX_CA_FILE "/both" holds a certificate that ended on 2021-01-01 (CN=An authority that has ended); it is left out.',
    ],
  });
});
