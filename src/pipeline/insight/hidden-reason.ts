/** Where a template failed, as in next-step.ts and render.ts. */
const position = /^(?:(?:(?:path|header [\w-]+|mapping field .{1,300}?), )?line \d+, column \d+: )/i;

/** Reasons in Millrace's own words, which have names from the configuration, but nothing of an event. */
const own = [
  /^(?:template returned nothing|skipped by the template|failed by the template)$/,
  /^It (?:ran longer|needed more|returned more) than \d+ (?:ms|bytes|bytes of memory)\.$/,
  /^(?:TypeError: )?not an? (?:function|object)$/,
  /^`\[hidden\]` is (?:not known here|read from a value that is (?:missing|null))$/,
  /^mapping field .+: .+ is not (?:a number|a yes\/no value|a list|valid JSON)$/,
  /^The header [\w-]+ contains a line break or another character that is not visible ASCII\.$/,
];

/**
 * The detail of a delivery whose template failed or skipped, for people without payloads:view. The text of an error, of
 * `skip` and of `fail` can have data of the event, and so can the name of a missing member: both are hidden.
 */
export function hiddenReason(detail: string): string {
  const [at = ''] = position.exec(detail) ?? [];
  const reason = detail.slice(at.length).replace(/^`[^`]*`/, '`[hidden]`');
  return `${at}${own.some((one) => one.test(reason)) ? reason : '[hidden]'}`;
}
