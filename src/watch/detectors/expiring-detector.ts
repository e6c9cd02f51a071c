import { setImmediate } from 'node:timers/promises';
import { certificateExpiry } from '../../connections/certificate-expiry.ts';
import { secretExpiry } from '../../connections/secret-expiry.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';
import type { Configuration, Document } from '../../pipeline/snapshot/snapshot.ts';
import { type Detector, durationText, type Finding, finding } from '../finding.ts';
import type { Thresholds } from '../thresholds.ts';

/** Reading certificates is slow: after this many connections other work gets the thread. */
const atOnce = 50;

/** Reports pasted tokens and certificates of connections that expire soon or have expired. */
export function expiryDetector(parts: { configuration: Configuration; limits: Thresholds }): Detector {
  const { configuration, limits } = parts;
  return {
    at: 'expiring credentials',
    everyMs: limits.expiring.everyMs,
    kinds: ['expiring'],
    over: 'It was replaced or is no longer used.',
    async find(now) {
      const found: Finding[] = [];
      let looked = 0;
      for (const connection of configuration.snapshot.documents.connection.values()) {
        if (connection.body.status === 'disabled') continue;
        if (++looked % atOnce === 0) await setImmediate();
        for (const end of endsOf(connection.body)) {
          const leftMs = end.at - now;
          if (leftMs <= limits.expiring.warnMs) found.push(findingOf(connection, end, leftMs, limits));
        }
      }
      return found;
    },
  };
}

type End = { what: 'token' | 'certificate'; at: number };

function endsOf({ auth, settings }: ConnectionBody): End[] {
  const ends = [
    { what: 'token' as const, at: secretExpiry(auth)?.getTime() ?? null },
    { what: 'certificate' as const, at: certificateExpiry(settings.tls) },
  ];
  return ends.flatMap(({ what, at }) => (at === null ? [] : [{ what, at }]));
}

function findingOf({ id, body }: Document<ConnectionBody>, { what, at }: End, leftMs: number, limits: Thresholds) {
  const { name, fix } = words[what];
  const isOver = leftMs <= 0;
  const day = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  return finding({
    fingerprint: `expiring ${id} ${what}`,
    kind: 'expiring',
    severity: leftMs <= limits.expiring.criticalMs ? 'critical' : 'warning',
    title: `${name} of ${body.name} ${isOver ? 'has expired' : 'expires soon'}`,
    detail: isOver ? `Expired on ${day} UTC.` : `Expires on ${day} UTC, in ${durationText(leftMs)}.`,
    likelyFix: fix,
    cause: { code: `${what}_expiring`, values: { subject: body.name, at: new Date(at).toISOString() } },
    connectionId: id,
  });
}

const words: Record<End['what'], { name: string; fix: string }> = {
  token: {
    name: 'The token',
    fix: 'Get a new token from the system and enter it in the connection, or choose OAuth V2, which fetches tokens automatically.',
  },
  certificate: {
    name: 'The client certificate',
    fix: 'Get a new certificate and replace certificate and key in the TLS settings of the connection.',
  },
};
