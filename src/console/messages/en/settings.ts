import { counted } from '../format.ts';

/** Words of the settings. */
export const settings = {
  title: 'Settings',
  tabList: 'Settings',
  tabs: { appearance: 'Appearance', system: 'System', transfer: 'Export and import' },
  appearance: {
    lead: 'Kept in this browser, for you alone.',
    theme: 'Theme',
    density: 'Rows of lists',
    densities: { comfortable: 'Comfortable', compact: 'Compact' },
    landing: 'Page after signing in',
    keyboard: 'Keyboard',
    docs: 'All keyboard shortcuts',
  },
  system: {
    health: 'Health',
    ready: 'Ready: it takes in events and delivers.',
    unready: 'Not ready',
    program: 'Program',
    version: 'Version',
    api: 'API',
    node: 'Node.js',
    address: 'Address of this server',
    you: 'You',
    name: 'Signed in as',
    rights: 'Rights',
    work: 'Work of the last hour',
    received: 'Events received',
    delivered: 'Deliveries done',
    waiting: 'Oldest delivery waiting',
    nothingWaits: 'Nothing waits',
    p95: 'From planned to delivered (95 of 100)',
    none: 'Nothing yet',
    noStats: 'Numbers need the right “View Settings”.',
    operator: 'For the operator',
    operatorText:
      'How the server listens, what it stores and which addresses it may send to is set where it is started, by MILLRACE_… variables; it is not changed here.',
    metrics: 'Metrics in the OpenMetrics format are at /metrics, health for machines at /readyz.',
  },
  transfer: {
    exportTitle: 'Export',
    exportText:
      'Everything that you configured, as one YAML file: connections, destinations, behaviors, actions and collectors. Secrets are never in it. The command millrace apply reads it too.',
    download: 'Download as YAML',
    loading: 'Collecting …',
    importTitle: 'Import',
    importText:
      'Choose a file, or paste YAML. First you see a plan; nothing changes before you press Import. Things are recognised by their names, nothing is ever deleted, and stored secrets stay.',
    file: 'File',
    paste: 'YAML',
    plan: 'Show the plan',
    planTitle: 'Plan',
    nothing: 'The file holds nothing.',
    summary: (created: number, changed: number, same: number) =>
      [
        counted(created, { one: 'thing is new', other: 'things are new' }),
        counted(changed, { one: 'changes', other: 'change' }),
        counted(same, { one: 'stays as it is', other: 'stay as they are' }),
      ].join(', '),
    columns: { change: 'What happens', kind: 'Kind', name: 'Name', detail: 'Differences' },
    changes: { created: 'New', changed: 'Changes', same: 'Stays' },
    kinds: {
      connections: 'Connection',
      destinations: 'Destination',
      behaviors: 'Behavior',
      collectors: 'Collector',
      actions: 'Action',
    },
    secrets: 'Enter its secrets after the import.',
    run: (count: number) => `Import ${counted(count, { one: 'thing', other: 'things' })}`,
    running: 'Importing …',
    done: (count: number) => `${counted(count, { one: 'thing', other: 'things' })} imported.`,
    failed: (name: string, reason: string) =>
      `${name} was refused: ${reason} What stands above it in the plan is done.`,
    noRight: 'To import you need the right to manage connections, behaviors, data collection and actions.',
    notYaml: (detail: string) => `This is not valid YAML: ${detail}`,
    noKind: (name: string) =>
      `“${name}” is no kind of thing. A file has lists called connections, destinations, behaviors, collectors, actions.`,
    noName: (kind: string) => `Something in ${kind} has no name.`,
    noConnection: (name: string) => `The destination ${name} does not say its connection.`,
  },
} as const;
