/** How many file descriptors the system lets this process have. */
export function openFilesMax(): number {
  // Else the report looks up the names of all open connections.
  Object.assign(process.report, { excludeNetwork: true });
  const said = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } }; // as: a part of what is documented
  const soft = said.userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY;
}
