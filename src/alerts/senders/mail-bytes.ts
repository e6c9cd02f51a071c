import type { Options } from 'nodemailer/lib/mailer';

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
