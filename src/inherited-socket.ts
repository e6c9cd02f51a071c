/** The first file descriptor that a service manager passes (sd_listen_fds(3)). */
const firstDescriptor = 3;

/**
 * The descriptor of the listening socket that systemd opened for this process (a socket unit); null: there is none. Such a
 * socket stays open while the program restarts: connections wait in it and none is refused. Throws an Error when there are
 * several.
 */
export function inheritedSocket(env: Readonly<Record<string, string | undefined>>, pid: number): number | null {
  if (env['LISTEN_PID'] !== String(pid)) return null;
  const count = Number(env['LISTEN_FDS'] ?? 0);
  if (count > 1) throw new Error(`The service manager passed ${count} sockets: Millrace listens on one.`);
  return count === 1 ? firstDescriptor : null;
}
