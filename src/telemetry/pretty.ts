const levels: Record<number, string> = { 10: 'TRACE', 20: 'DEBUG', 30: 'INFO ', 40: 'WARN ', 50: 'ERROR', 60: 'FATAL' };

/** A JSON log line as readable text: time, level, message, then the rest as `name=value`; a stack follows below. */
export function prettyLine(json: string): string {
  const { time, level, msg, stack, ...rest }: Record<string, unknown> = JSON.parse(json);
  const clock = new Date(String(time)).toISOString().slice(11, 23);
  const pairs = Object.entries(rest).map(([name, value]) => `${name}=${valueText(value)}`);
  const tail = typeof stack === 'string' ? `\n${stack.replace(/^/gm, '    ')}` : '';
  return `${[clock, levels[Number(level)] ?? String(level), msg, ...pairs].join(' ')}${tail}\n`;
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
