/** A server that accepts requests. */
export type Listening = {
  url: string;
  /** Where people reach the console; the public URL when there is one. */
  consoleUrl: string;
  /** The one-time link to create the first administrator; null: there is one. */
  setupUrl: string | null;
  /** The data folder, as an absolute path. */
  dataDir: string;
  version: string;
};

/** Where people reach the console: the public URL, or else the address that the server listens on; one of its own where it is every one. */
export function consoleAddress(publicUrl: string | null, url: string): string {
  return (publicUrl ?? url.replace(/\/\/(?:0\.0\.0\.0|\[::\])(?=:)/, '//127.0.0.1')).replace(/\/+$/, '');
}

/** What a person who starts the server on a terminal needs first. */
export function greeting({ url, consoleUrl, setupUrl, dataDir, version }: Listening): string {
  const console =
    setupUrl === null
      ? `${consoleUrl}/`
      : `${setupUrl}\n            (open this link to create the first administrator)`;
  return `
Millrace ${version} listens on ${url}

  Console   ${console}
  API       ${consoleUrl}/api/v1   (described by ${consoleUrl}/openapi.json)
  Metrics   ${url}/metrics
  Data      ${dataDir}

  Ctrl-C stops the server. --log-level debug shows each request and each attempt.

`;
}
