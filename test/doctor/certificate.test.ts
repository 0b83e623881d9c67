import { expect, test } from 'vitest';
import type { SeenCertificate } from '../../src/basics/certificate.ts';
import { judgeCertificate } from '../../src/doctor/certificate.ts';

const ends = Date.parse('2030-06-30T12:00:00Z');
const seen: SeenCertificate = {
  ...{ subject: 'CN=matrix.example.org', issuer: 'CN=Somebody', fingerprint: 'AB:CD', names: ['matrix.example.org'] },
  ...{ begins: 0, ends, why: null },
};
const place = { url: new URL('https://matrix.example.org'), setting: 'MATRIX_HOMESERVER' };
const facts = {
  ...{ whose: 'matrix.example.org port 443', subject: seen.subject, issuer: seen.issuer, fingerprint: 'AB:CD' },
  ends: '2030-06-30T12:00:00.000Z',
};

test.each([
  ['2030-06-16T11:00:00Z', 'ok', 'is good for 14 days.'],
  ['2030-06-16T13:00:00Z', 'warn', 'ends in 13 days. Renew it: nobody gets in after that.'],
])('at %s a certificate is %s', (now, is, says) => {
  expect(judgeCertificate(place, seen, Date.parse(now))).toEqual({
    ...{ is, facts },
    says: `The certificate of matrix.example.org port 443 (CN=matrix.example.org, issued by CN=Somebody) ${says}`,
  });
});
