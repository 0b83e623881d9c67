/** Taken by `synapse.ts` only: how a Synapse of ours is configured. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface SynapseOptions {
  /** `off`: nobody is ever told to slow down; `default`: what Synapse ships with (logins stay free: all people share an address). */
  limits: 'off' | 'default';
  roomVersion?: '11' | '12';
  /** Where it keeps everything; without one a temporary folder, removed by `stop()`. */
  folder?: string;
}

const FREE = { per_second: 1_000_000, burst_count: 1_000_000 };
const FREE_LOGINS = { rc_login: { address: FREE, account: FREE, failed_attempts: FREE }, rc_registration: FREE };
const NO_LIMITS = {
  ...FREE_LOGINS,
  rc_message: FREE,
  rc_joins: { local: FREE, remote: FREE },
  rc_joins_per_room: FREE,
  rc_invites: { per_room: FREE, per_user: FREE, per_issuer: FREE },
  rc_room_creation: FREE,
  rc_media_create: FREE,
  rc_admin_redaction: FREE,
  rc_presence: { per_user: FREE },
};

/** Writes `homeserver.yaml` (JSON is YAML) and `log.yaml` into `folder`; gives the registration secret. */
export async function writeConfig(
  options: SynapseOptions,
  place: { folder: string; serverName: string; port: number; logFile: string },
): Promise<string> {
  const { folder, serverName, port } = place;
  const secret = () => randomBytes(16).toString('hex');
  const registrationSecret = secret();
  const config = {
    server_name: serverName,
    public_baseurl: `http://127.0.0.1:${port}/`,
    report_stats: false,
    pid_file: join(folder, 'homeserver.pid'),
    signing_key_path: join(folder, 'signing.key'),
    media_store_path: join(folder, 'media'),
    log_config: join(folder, 'log.yaml'),
    trusted_key_servers: [],
    federation_domain_whitelist: [],
    registration_shared_secret: registrationSecret,
    macaroon_secret_key: secret(),
    form_secret: secret(),
    bcrypt_rounds: 4,
    enable_authenticated_media: true,
    max_upload_size: '600M',
    url_preview_enabled: false,
    listeners: [
      {
        port,
        type: 'http',
        tls: false,
        bind_addresses: ['127.0.0.1'],
        resources: [{ names: ['client'], compress: false }],
      },
    ],
    database: { name: 'sqlite3', args: { database: join(folder, 'homeserver.db') } },
    // Identical /sync requests would otherwise get the same, by then stale, answer for two minutes.
    caches: { global_factor: 0.5, sync_response_cache_duration: '0s' },
    ...(options.roomVersion === undefined ? {} : { default_room_version: options.roomVersion }),
    ...(options.limits === 'off' ? NO_LIMITS : FREE_LOGINS),
  };
  const log = {
    version: 1,
    formatters: { line: { format: '%(asctime)s %(levelname)s %(name)s: %(message)s' } },
    handlers: { file: { class: 'logging.FileHandler', formatter: 'line', filename: place.logFile } },
    root: { level: 'INFO', handlers: ['file'] },
    disable_existing_loggers: false,
  };
  await writeFile(join(folder, 'homeserver.yaml'), JSON.stringify(config, null, 2));
  await writeFile(join(folder, 'log.yaml'), JSON.stringify(log, null, 2));
  return registrationSecret;
}
