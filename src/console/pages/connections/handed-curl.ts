let handed = '';

/**
 * Hands a cURL command from one page to the next. Kept in memory alone: a command holds secrets, and neither the
 * address nor the history of a browser is a place for these.
 */
export function handCurl(command: string): void {
  handed = command;
}

/** The command that was handed over, or nothing. */
export const handedCurl = (): string => handed;
