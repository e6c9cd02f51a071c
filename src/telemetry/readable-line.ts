/** Colors of a terminal (SGR parameters) by level; lines of other levels have none. */
const colors: Record<string, number> = { debug: 90, warn: 33, error: 31, fatal: 31 };

/** A JSON log line as readable text: local time, level, message, then the rest as `name=value`; a stack follows below. */
export function readableLine(json: string, isColored: boolean): string {
  const { time, level, msg, stack, ...rest }: Record<string, unknown> = JSON.parse(json);
  const at = new Date(String(time));
  const clock = `${at.toTimeString().slice(0, 8)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  const pairs = Object.entries(rest).map(([name, value]) => `${name}=${valueText(value)}`);
  const tail = typeof stack === 'string' ? `\n${stack.replace(/^/gm, '    ')}` : '';
  const word = String(level).toUpperCase().padEnd(5);
  const text = `${[clock, word, msg, ...pairs].join(' ')}${tail}`;
  // Texts of others must not control the terminal.
  const safe = text.replace(/[^\P{Cc}\n]/gu, '·');
  const color = isColored ? colors[String(level)] : undefined;
  return color === undefined ? `${safe}\n` : `\u001b[${color}m${safe}\u001b[0m\n`;
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
