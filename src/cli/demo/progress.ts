import type { Output } from '../program.ts';

type Counts = { events: number; matches: number; delivered: number; failed: number };

/** One line, updated in place on a terminal; elsewhere a new line every few seconds. */
export function progressLine(stdout: Output, everyMs: number) {
  let lastAt = Number.NEGATIVE_INFINITY;
  let lastText = '';
  return {
    show(counts: Counts, now: number) {
      const text = `events ${counts.events} · matches ${counts.matches} · delivered ${counts.delivered} · failed ${counts.failed}`;
      if (stdout.isTTY) stdout.write(`\r\x1b[2K  ${text}`);
      else if (now - lastAt >= everyMs && text !== lastText) {
        stdout.write(`  ${text}\n`);
        lastAt = now;
        lastText = text;
      }
    },
    end() {
      if (stdout.isTTY) stdout.write('\n');
    },
  };
}

/** The counts of the progress line, from the server's metrics. */
export function countsFrom(metrics: ReadonlyMap<string, number>): Counts {
  const sum = (pattern: RegExp) => {
    let total = 0;
    for (const [name, value] of metrics) if (pattern.test(name)) total += value;
    return total;
  };
  return {
    events: sum(/^millrace_events_accepted_total$/),
    matches: sum(/^millrace_deliveries_planned_total$/),
    delivered: sum(/^millrace_attempts_total\{.*outcome="delivered"/),
    failed: sum(/^millrace_attempts_total\{.*outcome="failed"/),
  };
}
