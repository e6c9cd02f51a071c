import { resolve } from 'node:path';
import type { Config } from './config/settings.ts';
import { openFilesMax } from './egress/http1/open-files.ts';
import { consoleAddress } from './telemetry/greeting.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { version } from './version.ts';

/** The database with its log, listeners, threads, lookups, and idle connections. */
const ownFiles = 1_000;

/** Logs that the server listens, and what is open. */
export function announce(
  config: Config,
  telemetry: Telemetry,
  { url, setupToken, isInboxOpen }: { url: string; setupToken: string | null; isInboxOpen: boolean },
): void {
  const { publicUrl, trustedProxies, egressAllow, secretRefs } = config;
  const consoleUrl = consoleAddress(publicUrl, url);
  const setupUrl = setupToken === null ? null : `${consoleUrl}/welcome#setup=${setupToken}`;
  telemetry.listening({ url, consoleUrl, setupUrl, dataDir: resolve(config.dataDir), version });
  if (publicUrl === null && trustedProxies.length > 0)
    telemetry.noticed(
      'MILLRACE_PUBLIC_URL is not set: session cookies are Secure only where the proxy sends X-Forwarded-Proto: https, and links begin with the address that the server listens on',
    );
  const files = { limit: openFilesMax(), needed: config.clientsMax + config.requestsMax + ownFiles };
  if (files.limit < files.needed)
    telemetry.noticed(
      'the limit of open files is too low for MILLRACE_CLIENTS_MAX and MILLRACE_REQUESTS_MAX together; raise it (ulimit -n, LimitNOFILE)',
      files,
    );
  if (egressAllow !== null) telemetry.noticed('private addresses are allowed', { allow: egressAllow });
  if (secretRefs.length > 0) telemetry.noticed('secrets may be kept outside', { allow: secretRefs });
  if (isInboxOpen) telemetry.noticed('the Inbox is open: everyone who can reach this server can write to it');
}
