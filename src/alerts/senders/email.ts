import type { Options } from 'nodemailer/lib/mailer';
import { contentOf, linkTo } from '../message-text.ts';
import type { OutboxMessage } from '../outbox.ts';
import type { Sender } from './sender.ts';
import { sendBySmtp } from './smtp.ts';

const shownMax = 50;

/**
 * Sends an e-mail as plain text and simple HTML. Its Message-ID is derived from the message's id, so it is the same
 * in every attempt.
 */
export const sendEmail: Sender<'email'> = async ({ id, body: alert }, message, http) => {
  const { from, to } = alert.settings;
  const bytes = await mailBytes({
    from: { name: 'Millrace', address: from },
    to: [...to],
    subject: `[Millrace] ${message.title}`,
    messageId: `<${message.id}@${domainOf(from)}>`,
    date: new Date(message.createdAt),
    headers: { 'X-Millrace-Alert': id },
    text: plainText(message, alert.name, http.baseUrl),
    html: html(message, alert.name, http.baseUrl),
  });
  return sendBySmtp({ settings: alert.settings, bytes, name: domainOf(from) }, http);
};

function plainText(message: OutboxMessage, name: string, baseUrl: string | null): string {
  const { title, issues, more } = contentOf(message, baseUrl, shownMax);
  const parts = issues.map(({ head, lines, link }) =>
    [head, ...lines, link].filter((line) => line !== null).join('\n'),
  );
  return [title, ...parts, moreText(more), footer(name, baseUrl)]
    .filter((part) => part !== null)
    .join('\n\n')
    .concat('\n');
}

function html(message: OutboxMessage, name: string, baseUrl: string | null): string {
  const { title, issues, more } = contentOf(message, baseUrl, shownMax);
  const items = issues.map(({ head, lines, link }) => {
    const shown = link === null ? escaped(head) : `<a href="${escaped(link)}">${escaped(head)}</a>`;
    return `<li><p><strong>${shown}</strong></p>${lines.map((one) => `<p>${escaped(one)}</p>`).join('')}</li>`;
  });
  const rest = moreText(more);
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(message.title)}</title></head><body>`,
    title === null ? null : `<h1 style="font-size: 1.25em">${escaped(title)}</h1>`,
    items.length === 0 ? null : `<ul>${items.join('')}</ul>`,
    rest === null ? null : `<p>${rest}</p>`,
    `<p><small>${escaped(footer(name, baseUrl))}</small></p></body></html>`,
  ]
    .filter((part) => part !== null)
    .join('\n');
}

function moreText(more: number): string | null {
  return more > 0 ? `And ${more} more.` : null;
}

function footer(name: string, baseUrl: string | null): string {
  const link = linkTo('/settings/alerts', baseUrl);
  return `Sent by the alert “${name}” of Millrace${link === null ? '.' : `: ${link}`}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Builds an e-mail. It reads no file and no URL, whatever its fields contain. */
export async function mailBytes(mail: Options): Promise<Buffer> {
  // The library is loaded on first use to save memory.
  const { default: Composer } = await import('nodemailer/lib/mail-composer');
  const composer = new Composer({
    ...mail,
    // Suppresses automatic replies (RFC 3834 §5).
    headers: { 'Auto-Submitted': 'auto-generated', ...mail.headers },
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: 'win',
  });
  return new Promise((resolve, reject) => {
    composer.compile().build((error, bytes) => (error === null ? resolve(bytes) : reject(error)));
  });
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
