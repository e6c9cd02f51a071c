/** How many file descriptors the system lets this process have. */
export function openFilesMax(): number {
  // Else the report looks up the names of all open connections.
  Object.assign(process.report, { excludeNetwork: true });
  // Nor does it need a stack, for which the tables of source lines (source-stacks.ts) would be unpacked.
  const error = Object.assign(new Error('a report'), { stack: '' });
  const said = process.report.getReport(error) as { userLimits?: { open_files?: { soft?: unknown } } }; // as: a part of what is documented
  const soft = said.userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY;
}
