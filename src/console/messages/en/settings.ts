import { count } from '../counts.ts';
import { formatNumber } from '../format.ts';
import { sentence } from '../sentence.ts';

/** Words of the settings. */
export const settings = {
  title: 'Settings',
  nav: 'Settings pages',
  general: 'General',
  tabList: 'Settings',
  tabs: { appearance: 'Appearance', system: 'System', network: 'Network', transfer: 'Export and import' },
  appearance: {
    lead: 'Stored in this browser',
    theme: 'Theme',
    density: 'Density',
    densities: { comfortable: 'Comfortable', compact: 'Compact' },
    landing: 'Start page',
    keyboard: 'Keyboard',
    docs: 'All keyboard shortcuts',
  },
  system: {
    health: 'Health',
    ready: 'Healthy',
    unready: 'Not ready',
    degraded: 'Accepts events, but some parts are failing',
    program: 'Program',
    version: 'Version',
    api: 'API',
    node: 'Node.js',
    address: 'Server URL',
    you: 'You',
    name: 'Signed in as',
    rights: 'Rights',
    work: 'Last hour',
    received: 'Events received',
    delivered: 'Deliveries completed',
    waiting: 'Oldest pending delivery',
    nothingWaits: 'None',
    p95: 'Delivery time (p95)',
    none: 'None yet',
    noStats: 'To see these numbers you need the right “View Settings”.',
    operator: 'Configuring this server',
    operatorText:
      'Network, storage and allowed addresses are configured with MILLRACE_… variables when the server starts. They can’t be changed here.',
    metrics: 'OpenMetrics at /metrics, readiness at /readyz.',
  },
  transfer: {
    exportTitle: 'Export',
    exportText:
      'Your configuration as one YAML file: connections, destinations, behaviors, actions and collectors. Secrets are not included. You can also apply it with millrace apply.',
    download: 'Download as YAML',
    loading: 'Preparing …',
    importTitle: 'Import',
    importText:
      'Choose a file, or paste YAML. You’ll see a plan before anything changes. Matched by name. Nothing is deleted. Secrets are kept.',
    file: 'File',
    paste: 'YAML',
    plan: 'Show the plan',
    planTitle: 'Plan',
    nothing: 'The file is empty.',
    summary: (created: number, changed: number, same: number) =>
      `${formatNumber(created)} new, ${formatNumber(changed)} changed, ${formatNumber(same)} unchanged`,
    columns: { change: 'Change', kind: 'Kind', name: 'Name', detail: 'Differences' },
    changes: { created: 'New', changed: 'Changed', same: 'Unchanged' },
    kinds: {
      connections: 'Connection',
      destinations: 'Destination',
      behaviors: 'Behavior',
      collectors: 'Collector',
      alerts: 'Alert',
      actions: 'Action',
    },
    secrets: 'Enter its secrets after the import.',
    run: (objects: number) => `Import ${count.objects(objects)}`,
    running: 'Importing …',
    done: (objects: number) => `${count.objects(objects)} imported`,
    failed: (name: string, reason: string) =>
      `${sentence(`Couldn’t import ${name}: ${reason}`)} Items above it were applied.`,
    noRight: 'To import you need the rights to manage connections, behaviors, data collection and actions.',
    notYaml: (detail: string) => `Invalid YAML: ${detail}`,
    noKind: (name: string) =>
      `Unknown section “${name}”. Use connections, destinations, behaviors, collectors or actions.`,
    noName: (kind: string) => `An entry in ${kind} has no name.`,
    noConnection: (name: string) => `Destination ${name} doesn’t name its connection.`,
  },
} as const;
