import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PgBouncer does not run as root either. */
const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

export const hasPgBouncer = (): boolean => spawnSync('pgbouncer', ['--version']).status === 0;

/** Starts PgBouncer in transaction mode before the server of a database on a socket; `url` leads through it. */
export async function startPgBouncer(database: string): Promise<AsyncDisposable & { url: string }> {
  const of = new URL(database);
  const folder = mkdtempSync(join(tmpdir(), 'millrace-pgbouncer-'));
  chmodSync(folder, 0o711);
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const settings = {
    ...{
      unix_socket_dir: folder,
      listen_port: 5432,
      auth_type: 'any',
      pool_mode: 'transaction',
      default_pool_size: 16,
    },
    ignore_startup_parameters: 'statement_timeout',
    server_login_retry: 1,
  };
  const target = `host=${of.searchParams.get('host')} user=${of.username}`;
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
  const ini = join(folder, 'pgbouncer.ini');
  writeFileSync(ini, `[databases]\n* = ${target}\n[pgbouncer]\n${lines.join('\n')}\n`);
  const child = spawn('pgbouncer', [ini], { ...user, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const isUp = new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('process up')) resolve();
    });
    child.once('exit', () => reject(new Error(`PgBouncer does not start: ${said}`)));
  });
  await isUp;
  const url = new URL(database);
  url.searchParams.set('host', folder);
  url.searchParams.set('prepared_statements', 'off');
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
