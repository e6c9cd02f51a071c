import { count } from '../../counts.ts';
import { formatNumber } from '../../format.ts';

/** Words of the settings. */
export const settings = {
  nav: 'Settings pages',
  groups: { you: 'You', people: 'People', server: 'Server' },
  tabs: {
    appearance: 'Appearance',
    system: 'System',
    network: 'Network',
    transfer: 'Export and import',
    deleted: 'Deleted',
  },
  appearance: {
    lead: 'Stored in this browser',
    density: 'Density',
    densities: { comfortable: 'Comfortable', compact: 'Compact' },
    landing: 'Start page',
    keyboard: 'Keyboard',
    docs: 'All keyboard shortcuts',
  },
  system: {
    health: 'Health',
    unready: 'Not ready',
    degraded: 'Accepts events, but some parts are failing',
    program: 'Program',
    version: 'Version',
    api: 'API',
    node: 'Node.js',
    address: 'Server URL',
    name: 'Signed in as',
    work: 'Last hour',
    delivered: 'Deliveries completed',
    waiting: 'Oldest pending delivery',
    p95: 'Delivery time (p95)',
    metrics: 'OpenMetrics at /metrics, readiness at /readyz.',
  },
  transfer: {
    exportText:
      'Everything you can view, as one YAML file: connections, destinations, behaviors, actions, collectors and alerts. Secrets are not included.',
    download: 'Download as YAML',
    importTitle: 'Import',
    importText:
      'Creates new objects and replaces those with the same name, on this server or another one. Nothing is deleted.',
    choose: 'Choose a file',
    or: 'or paste its text below',
    text: 'YAML or JSON',
    hint: 'As exported, or as millrace apply reads it',
    empty: 'The file is empty.',
    unreadable: 'This text can’t be imported',
    planTitle: 'Plan',
    appliedTitle: 'Applied',
    appliedText: 'Objects that are new or changed. Warnings name missing secrets.',
    planText: 'Nothing has changed yet. Secrets that are not in the file are kept.',
    planProblems: (objects: number) =>
      `${count.objects(objects)} can’t be imported. Fix them in the file, or apply the others.`,
    summary: (created: number, changed: number, same: number) =>
      `${formatNumber(created)} new, ${formatNumber(changed)} changed, ${formatNumber(same)} unchanged`,
    changes: { create: 'New', update: 'Changed', none: 'Unchanged', problem: 'Not imported' },
    place: (line: number, column: number) => `Line ${line}, column ${column}:`,
    show: 'Show',
    showChanges: (fields: number) => `Show ${count.changes(fields)}`,
    nothing: 'Nothing to apply',
    apply: (objects: number) => `Apply ${count.objects(objects)}`,
    applyRest: (objects: number) => `Apply the other ${count.objects(objects)}`,
    done: (objects: number) => `${count.objects(objects)} applied`,
  },
  deleted: {
    title: 'Deleted',
    columns: {
      by: 'By',
      removed: 'Available until',
    },
    restoreOf: (name: string) => `Restore ${name}`,
    emptyTitle: 'Nothing was deleted',
    emptyText: 'Deleted objects are listed here for 30 days. Until then you can restore them, with their secrets.',
  },
} as const;
