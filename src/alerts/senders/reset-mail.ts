import { type Clock, pause } from '../../async/clock.ts';
import { mailAddress } from '../../contract/documents/alert.ts';
import type { Secret } from '../../contract/secret.ts';
import type { Egress } from '../../egress/egress.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { domainOf, mailBytes } from './email.ts';
import { sendBySmtp } from './smtp.ts';

/** The mail server of the operator. `port` null: the usual one. */
export type MailServer = {
  host: string;
  port: number | null;
  security: 'starttls' | 'tls' | 'none';
  username: string | null;
  password: Secret | null;
  from: string;
};

type Parts = {
  server: MailServer;
  egress: Pick<Egress, 'connect'>;
  clock: Clock;
  scrub: (text: string) => string;
  telemetry: Pick<Telemetry, 'passwordResetMailed'>;
  /** The base URL of links. It never comes from a request: its sender could choose it. */
  baseUrl(): string | null;
};

/** Delays before the second and the third attempt. */
const waitsMs = [10_000, 60_000];

/** Returns a function that sends the link of a password reset, in three attempts, and never rejects. */
export function resetMail({ server, egress, clock, scrub, telemetry, baseUrl }: Parts) {
  return async ({ userId, email, secret }: { userId: string; email: string; secret: string }): Promise<void> => {
    const report = (ok: boolean, detail: string) => telemetry.passwordResetMailed({ userId, ok, detail });
    if (!mailAddress.safeParse(email).success) return report(false, 'The e-mail of the user is not a mail address.');
    const { from } = server;
    const name = domainOf(from);
    const bytes = await mailBytes({
      from: { name: 'Millrace', address: from },
      to: [email],
      subject: 'Reset your Millrace password',
      date: new Date(clock.now()),
      text: mailText(email, `${baseUrl()?.replace(/\/+$/, '')}/welcome#reset=${secret}`),
    });
    for (const waitMs of [...waitsMs, null]) {
      const settings = { ...server, to: [email], ca: null };
      const sent = await sendBySmtp({ settings, bytes, name }, { egress, scrub });
      report(sent.ok, sent.detail);
      if (sent.ok || sent.isFinal || waitMs === null) return;
      await pause(clock, waitMs);
    }
  };
}

function mailText(email: string, link: string): string {
  return `A new password was requested for the Millrace account ${email}.

Set it here. The link works once, for one hour:
${link}

If this was not you, ignore this e-mail: the password stays the same.
`;
}
