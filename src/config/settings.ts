import {
  addresses,
  bytes,
  choice,
  days,
  duration,
  endpoints,
  integer,
  onOffAuto,
  references,
  type Setting,
  secret,
  text,
  url,
} from './setting.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;
const TiB = 1024 * GiB;

/**
 * The operator's settings. The key gives every spelling: `dataDir` is `MILLRACE_DATA_DIR` in the environment,
 * `--data-dir` on the command line and `dataDir` in the file. docs/configuration.md is generated from this table.
 */
export const settings = {
  host: text({ default: '127.0.0.1', description: 'Address to listen on; `0.0.0.0` or `::` for all.' }),
  port: integer({ default: 8787, min: 0, max: 65_535, description: 'Port to listen on; 0 picks a free one.' }),
  dataDir: text({
    default: './data',
    description: 'Folder of the database and the encryption key; created if absent.',
  }),
  databaseUrl: secret({
    accepts: 'a postgres:// URL',
    isGood: (value) => /^postgres(ql)?:\/\/./.test(value),
    description:
      'PostgreSQL 15 or newer instead of the data folder: nothing is kept on the disk, and several nodes can share the database. Needs `secretKey`.',
  }),
  nodeName: text({
    default: null,
    description:
      'With PostgreSQL: name of this node among those that share the database, the same after a restart. If not set, host name and port.',
  }),
  partitions: integer({
    default: 64,
    min: 1,
    max: 1_024,
    description:
      'With PostgreSQL: into how many parts the work is divided that nodes share, in a new database. It is not changed later.',
  }),
  clientsMax: integer({
    default: 4_096,
    min: 16,
    max: 1_000_000,
    description:
      'Limit of open client connections. At the limit, a new connection replaces the longest idle one of the address with the most connections.',
  }),
  requestsMax: integer({
    default: 4_000,
    min: 16,
    max: 100_000,
    description:
      'Deliveries that are being sent at once, in requests. Near it, a connection gets at most nine tenths of what the others leave.',
  }),
  publicUrl: url({
    default: null,
    description: 'Public URL of this server. Links in responses begin with it, and https makes session cookies Secure.',
  }),
  environment: text({
    default: null,
    description:
      'Name of this installation, such as Production or Staging. The console shows it beside its name, in the title of its tabs, and before what is applied, deleted or sent again.',
  }),
  trustedProxies: addresses({
    default: [],
    description: 'Proxies whose X-Forwarded-For (with or without ports) and X-Forwarded-Proto are trusted.',
  }),
  secretKey: secret({
    accepts: '32 bytes in base64, or several such keys separated by commas',
    isGood: (value) => value.split(',').every((key) => Buffer.from(key.trim(), 'base64').length === 32),
    description:
      'Encryption keys of stored secrets: the first encrypts, all decrypt. If not set, a key is created in the data folder (mode 0600).',
  }),
  secretRefs: references({
    default: [],
    description:
      'Locations outside Millrace that connections can read secrets from: environment variables (`*` matches any characters; never `MILLRACE_…`) and files. A person with the right to manage connections can send these secrets to any system.',
  }),
  adminToken: secret({
    accepts: 'at least 24 visible ASCII characters without spaces',
    isGood: (value) => /^[!-~]{24,}$/.test(value),
    description: 'An API token with the Administrator role, for automation.',
  }),
  smtpHost: text({
    default: null,
    accepts: 'a host name or address',
    description:
      'Mail server for one-time links to people who forgot their password. If not set, an administrator creates such a link. Alerts have mail servers of their own.',
  }),
  smtpPort: integer({
    default: null,
    defaultText: '587, with tls 465',
    min: 1,
    max: 65_535,
    description: 'Port of the mail server.',
  }),
  smtpSecurity: choice({
    default: 'starttls',
    of: ['starttls', 'tls', 'none'],
    description: 'Encryption of the connection to the mail server; with starttls and tls it is required.',
  }),
  smtpUsername: text({ default: null, description: 'User name for the mail server; none if not set.' }),
  smtpPassword: secret({
    accepts: 'text without control characters',
    isGood: (value) => !/\p{Cc}/u.test(value),
    description: 'Password for the mail server.',
  }),
  smtpFrom: text({
    default: null,
    accepts: 'an e-mail address',
    description: 'Sender of these e-mails; required with smtpHost.',
  }),
  oidcIssuer: url({
    default: null,
    isExact: true,
    description: 'OpenID Connect provider for single sign-on: the issuer as its discovery document states it.',
  }),
  oidcClientId: text({ default: null, description: 'Client id at the provider; required with oidcIssuer.' }),
  oidcClientSecret: secret({
    accepts: 'text without control characters',
    isGood: (value) => !/\p{Cc}/u.test(value),
    description: 'Client secret at the provider; none for a public client.',
  }),
  oidcScope: text({ default: 'openid profile email', description: 'Scopes to request, separated by spaces.' }),
  oidcRoleClaim: text({
    default: 'groups',
    description: 'Claim with the groups of a person; a dot leads to a member, such as `realm_access.roles`.',
  }),
  oidcRoles: text({
    default: null,
    accepts: 'a comma-separated list of group=Role, or a JSON object of them',
    description:
      'Roles by group, such as `it=Administrator,marketing=Marketer`; required with oidcIssuer. Only people with one of these groups can sign in. Groups that contain commas need the JSON form.',
  }),
  oidcButton: text({ default: 'Sign in with SSO', description: 'Label of the button on the sign-in page.' }),
  geoDatabase: text({
    default: null,
    accepts: 'a path',
    description:
      'Database of places by network, such as GeoLite2 City, in the MaxMind DB format, for collectors that add the location of visitors. Read again within a minute when the file changes.',
  }),
  egressAllow: text({
    default: null,
    accepts: 'a comma-separated list of CIDR[:port] or host[:port]',
    description:
      'Private addresses that deliveries are allowed to reach, such as `10.1.0.0/16,crm.internal:8443`. Cloud metadata services only by their exact address or name; this server itself never.',
  }),
  dnsServers: endpoints({
    default: [],
    description: "Name servers to use instead of the system's resolver.",
  }),
  inbox: onOffAuto({
    description:
      'A built-in receiver under `/inbox/{name}` for tests. `auto`: on until a connection to another system is enabled.',
  }),
  retentionDays: days({
    default: 30,
    min: 1,
    max: 3_650,
    description: 'How long events and finished deliveries are kept.',
  }),
  auditDays: days({
    default: 365,
    min: 1,
    max: 3_650,
    description: 'How long entries of the audit trail are kept, in whole days of UTC.',
  }),
  retentionBytes: bytes({
    default: null,
    min: 16 * MiB,
    max: 1_024 * TiB,
    description:
      'Size of stored data above which the oldest finished deliveries and events are removed early. Unfinished ones are never removed: intake responds 503 instead.',
  }),
  diskReserveBytes: bytes({
    default: null,
    defaultText: '5% of the volume, 16–256 MiB',
    min: 0,
    max: TiB,
    description: 'Free disk space below which intake responds 503, so that outcomes of deliveries can still be stored.',
  }),
  storageQueueBytes: bytes({
    default: 64 * MiB,
    min: MiB,
    max: 4 * GiB,
    description: 'Limit of the write queue, above which intake responds 503.',
  }),
  sandboxWorkers: integer({
    default: 1,
    min: 1,
    max: 64,
    description: 'Threads that render templates; one thread is enough for two cores.',
  }),
  sandboxTimeMs: duration({ default: 50, min: 1, max: 10_000, description: 'Time limit of one render.' }),
  sandboxMemoryBytes: bytes({
    default: 16 * MiB,
    min: 12 * MiB,
    max: GiB,
    description: 'Memory limit of one render.',
  }),
  sandboxOutputBytes: bytes({
    default: MiB,
    min: KiB,
    max: 16 * MiB,
    description: 'Output limit of one render.',
  }),
  drainMs: duration({
    default: null,
    defaultText: '5000 with publicUrl or trustedProxies, else 0',
    min: 0,
    max: 600_000,
    description:
      'How long a stop waits before it refuses requests: `/readyz` responds 503, so that a load balancer sends no more, and each response closes its connection.',
  }),
  shutdownMs: duration({
    default: 30_000,
    min: 100,
    max: 600_000,
    description: 'How long a stop waits for requests in flight.',
  }),
  logLevel: choice({
    default: 'info',
    of: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    description: 'Lowest level that is logged; `debug` has a line for each attempt and each request.',
  }),
  logFormat: choice({
    default: 'auto',
    of: ['auto', 'json', 'pretty'],
    description: 'JSON lines, or readable text; `auto` is readable text on a terminal and JSON elsewhere.',
  }),
  url: url({
    default: 'http://127.0.0.1:8787',
    description: 'URL of the server for commands (all but start, demo, backup, restore and doctor).',
  }),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof settings;

/** The loaded configuration: every setting with its value, frozen. */
export type Config = { readonly [K in SettingName]: (typeof settings)[K] extends Setting<infer T> ? T : never };
