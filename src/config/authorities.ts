/** The file of certificate authorities that are trusted besides the usual ones: MATRIX_CA_FILE. */
import { X509Certificate } from 'node:crypto';
import { type Env, type ReadFile, whyUnreadable } from './environment.ts';
import { type Problem, show } from './problem.ts';

const NAME = 'MATRIX_CA_FILE';
/** Other programs read it too, so that it is often set for them: what is wrong with it keeps nothing from starting. */
const OLD_NAME = 'SSL_CERT_FILE';

const HINT = 'the path of a file with the certificate of the authority, in PEM: -----BEGIN CERTIFICATE-----';
const BLOCK = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

export interface FoundAuthorities {
  /** In PEM, one certificate each. */
  authorities: readonly string[];
  problems: Problem[];
  warnings: string[];
}

/** Reads the file, where one is named. Certificates that have ended are left out, as long as others are there. */
export function readAuthorities(env: Env, readFile: ReadFile, now = new Date()): FoundAuthorities {
  const [where, file] = [NAME, OLD_NAME].map((name) => [name, env[name]?.trim() ?? ''] as const).find(isSet) ?? [
    '',
    '',
  ];
  if (file === '') return { authorities: [], problems: [], warnings: [] };
  const read = authoritiesIn(file, readFile, now);
  if (typeof read === 'object') {
    const warnings = read.ended.map(
      (whose) => `${where} ${show(file)} holds a certificate that ${whose}; it is left out.`,
    );
    return { authorities: read.good, problems: [], warnings: where === NAME ? warnings : [] };
  }
  if (where === NAME) {
    return { authorities: [], problems: [{ where, value: show(file), problem: read, hint: HINT }], warnings: [] };
  }
  const warning = `${OLD_NAME} ${show(file)} ${read}, so only the usual authorities are trusted; to trust another one, set ${NAME}.`;
  return { authorities: [], problems: [], warnings: [warning] };
}

function isSet([, file]: readonly [string, string]): boolean {
  return file !== '';
}

/** Or what is wrong with the file. */
function authoritiesIn(file: string, readFile: ReadFile, now: Date): { good: string[]; ended: string[] } | string {
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    return whyUnreadable(error);
  }
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0)
    return /PRIVATE KEY-----/.test(text) ? 'holds a key, but no certificate' : 'holds no certificate in PEM';
  const read = blocks.map((pem) => ({ pem, certificate: parsed(pem) }));
  const whole = read.flatMap(({ pem, certificate }) => (certificate === null ? [] : [{ pem, certificate }]));
  if (whole.length === 0) return 'holds a certificate that cannot be read';
  const signing = whole.filter(({ certificate }) => certificate.ca || certificate.subject === certificate.issuer);
  if (signing.length === 0) {
    const [one] = whole;
    return `holds no authority: ${nameOf(one?.certificate.subject)} was issued by ${nameOf(one?.certificate.issuer)}, whose certificate it should be`;
  }
  const ended = signing.filter(({ certificate }) => certificate.validToDate < now);
  const words = ended.map(
    ({ certificate: { subject, validToDate } }) => `ended on ${day(validToDate)} (${nameOf(subject)})`,
  );
  if (ended.length === signing.length) return `holds only a certificate that ${words[0] ?? ''}`;
  return { good: signing.filter((one) => !ended.includes(one)).map(({ pem }) => pem), ended: words };
}

function parsed(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

/** On one line, as people read a name: `CN=Test, O=Somebody`. */
function nameOf(subject: string | undefined): string {
  return subject?.split('\n').toReversed().join(', ') ?? '';
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
