import {
  addresses,
  bytes,
  choice,
  days,
  duration,
  endpoints,
  integer,
  onOff,
  optionalText,
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
 * Everything that an operator can set. The name gives the others: `dataDir` is `MILLRACE_DATA_DIR` in the environment,
 * `--data-dir` on the command line and `dataDir` in the file. docs/configuration.md is made from this table.
 */
export const settings = {
  host: text({ default: '127.0.0.1', description: 'Address to listen on; `0.0.0.0` or `::` for all.' }),
  port: integer({ default: 8787, min: 0, max: 65_535, description: 'Port to listen on; 0 picks a free one.' }),
  dataDir: text({ default: './data', description: 'Folder of the database and the sealing key; made when absent.' }),
  databaseUrl: secret({
    accepts: 'a postgres:// URL',
    isGood: (value) => /^postgres(ql)?:\/\/./.test(value),
    description: 'PostgreSQL to use instead of the data folder. Not there yet: start refuses it.',
  }),
  clientsMax: integer({
    default: 4_096,
    min: 16,
    max: 1_000_000,
    description:
      'Connections of clients at once. Past it a new one takes the place of the one that waits longest, of the address that has the most.',
  }),
  publicUrl: url({
    default: null,
    description:
      'Address under which others reach this server; links in answers begin with it, and https makes session cookies Secure.',
  }),
  trustedProxies: addresses({
    default: [],
    description: 'Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.',
  }),
  secretKey: secret({
    accepts: '32 bytes in base64, or several of these separated by commas',
    isGood: (value) => value.split(',').every((key) => Buffer.from(key.trim(), 'base64').length === 32),
    description:
      'Keys that seal stored secrets: the first seals, all open. Made and kept in the data folder (mode 0600) when absent.',
  }),
  secretRefs: references({
    default: [],
    description:
      'Where secrets of connections may be kept instead of here: environment variables (`*` stands for any characters; `MILLRACE_…` never) and files. Whoever manages connections can send what is allowed here to any system.',
  }),
  adminToken: secret({
    accepts: 'at least 24 visible ASCII characters without blanks',
    isGood: (value) => /^[!-~]{24,}$/.test(value),
    description: 'An API token with the Administrator role, for automation.',
  }),
  egressAllow: optionalText({
    default: null,
    accepts: 'a comma list of CIDR[:port] or host[:port]',
    description:
      'Private addresses that deliveries may nevertheless go to, such as `10.1.0.0/16,crm.internal:8443`. Cloud metadata services only by their exact address or name; this server itself never.',
  }),
  dnsServers: endpoints({
    default: [],
    description: "Name servers to ask instead of the system's resolver.",
  }),
  inbox: onOff({
    default: false,
    description: 'A built-in receiver under `/inbox/{name}` for trying things out; the demo switches it on.',
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
      'Size at which the oldest finished deliveries and events go early. Unfinished ones never go: intake then answers 503.',
  }),
  diskReserveBytes: bytes({
    default: null,
    defaultText: '5 % of the volume, 16–256 MiB',
    min: 0,
    max: TiB,
    description: 'Free disk space below which intake answers 503, so that deliveries can still be recorded.',
  }),
  storageQueueBytes: bytes({
    default: 64 * MiB,
    min: MiB,
    max: 4 * GiB,
    description: 'How much may wait to be written before intake answers 503.',
  }),
  sandboxWorkers: integer({
    default: 1,
    min: 1,
    max: 64,
    description: 'Threads that render templates; one serves two cores well.',
  }),
  sandboxTimeMs: duration({ default: 50, min: 1, max: 10_000, description: 'Time that one render may take.' }),
  sandboxMemoryBytes: bytes({
    default: 16 * MiB,
    min: 12 * MiB,
    max: GiB,
    description: 'Memory that one render may use.',
  }),
  sandboxOutputBytes: bytes({
    default: MiB,
    min: KiB,
    max: 16 * MiB,
    description: 'Output that one render may make.',
  }),
  shutdownMs: duration({
    default: 30_000,
    min: 100,
    max: 600_000,
    description: 'How long a stop waits for requests that are on the wire.',
  }),
  logLevel: choice({
    default: 'info',
    of: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    description: 'Least level that is logged; at `info` there is one line per attempt.',
  }),
  logFormat: choice({ default: 'json', of: ['json', 'pretty'], description: 'JSON lines, or lines for people.' }),
  url: url({
    default: 'http://127.0.0.1:8787',
    description: 'Server that the commands talk to (all but start, demo, backup, restore and doctor).',
  }),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof settings;

/** The configuration after reading: every setting with its value, frozen. */
export type Config = { readonly [K in SettingName]: (typeof settings)[K] extends Setting<infer T> ? T : never };
