/** Ids of things that the demo made, for the addresses of their pages. */
export type Shown = Record<
  | 'connection'
  | 'destination'
  | 'action'
  | 'behavior'
  | 'event'
  | 'delivery'
  | 'issue'
  | 'replay'
  | 'collector'
  | 'trace'
  | 'alert',
  string
>;

/** A page of the console: its picture's name, its title and what it is for, and its address. */
export type ConsolePage = {
  name: string;
  title: string;
  sentence: string;
  path: (shown: Shown) => string;
  /** Of the picture; 800 where the fold hides nothing. */
  height?: number;
};

/** Every page, in the order in which somebody meets them. */
export const consolePages: readonly ConsolePage[] = [
  {
    name: 'welcome',
    title: 'First steps',
    sentence: 'An event, the Action it fires, the template and the delivered request light up one after the other.',
    path: () => '/welcome?with=demo',
  },
  {
    name: 'home',
    title: 'Home',
    sentence: 'What came in, what was delivered, how fast, and what needs attention.',
    path: () => '/?range=15m',
  },
  {
    name: 'connections',
    title: 'Connections',
    sentence: 'The systems that Millrace sends to, how signing in to them goes, who uses them and how they fare.',
    path: () => '/connections',
  },
  {
    name: 'connection-types',
    title: 'New Connection',
    sentence: 'A Webhook, one of the ready-made systems, a pasted cURL command, or a file.',
    path: () => '/connections/new',
  },
  {
    name: 'preset',
    title: 'Ready-made connection',
    sentence: 'What a ready-made system brings and what one has to have ready, above the form it fills in.',
    path: () => '/connections/new/webhook?preset=hubspot',
  },
  {
    name: 'curl',
    title: 'Paste cURL',
    sentence: 'A command from the documentation of an API becomes a connection and a destination.',
    path: () => '/connections/new/curl',
  },
  {
    name: 'connection',
    title: 'Connection Details',
    sentence: 'Address, authentication and limits, with a test that really connects and signs in, step by step.',
    path: ({ connection }) => `/connections/${connection}`,
  },
  {
    name: 'destinations',
    title: 'Destinations',
    sentence: 'The endpoints of a connection, each with its switch, its last result and its success.',
    path: ({ connection }) => `/connections/${connection}?tab=destinations`,
  },
  {
    name: 'template',
    title: 'Destination Details',
    sentence: 'The template knows the fields of your events; beside it stands the request as it would be sent.',
    path: ({ connection, destination }) => `/connections/${connection}/destinations/${destination}`,
    height: 1_200,
  },
  {
    name: 'actions',
    title: 'Actions',
    sentence: 'What is watched for and where it is sent, with what matched and how it went.',
    path: () => '/actions',
  },
  {
    name: 'scenarios',
    title: 'New Action',
    sentence: 'Four steps: Basic Details, Rules, Sources, Destinations.',
    path: () => '/actions/new?step=rules',
  },
  {
    name: 'action',
    title: 'Rules of an Action',
    sentence: 'Each clause says how many of the last 1,000 events pass it, and which.',
    path: ({ action }) => `/actions/${action}/edit?step=rules`,
  },
  {
    name: 'mapping',
    title: 'Field Mapping',
    sentence: 'Destination fields from parameters, constants or expressions, with examples and the rendered request.',
    path: ({ action }) => `/actions/${action}/edit?step=destinations`,
    height: 1_000,
  },
  {
    name: 'action-overview',
    title: 'An Action',
    sentence: 'How it does: matched, delivered, discarded and why, with its deliveries and its versions.',
    path: ({ action }) => `/actions/${action}?range=15m`,
  },
  {
    name: 'behaviors',
    title: 'Behaviors',
    sentence: 'Named conditions on one event, each with its opposite, for use in rules.',
    path: () => '/behaviors',
  },
  {
    name: 'behavior',
    title: 'A behavior',
    sentence: 'Its expression with a live count of the events that match, and the attributes worth sending.',
    path: ({ behavior }) => `/behaviors/${behavior}`,
  },
  {
    name: 'events',
    title: 'Events',
    sentence: 'What visitors do, live, filtered by name, visitor, collector, Action, outcome or any parameter.',
    path: () => '/events',
  },
  {
    name: 'event',
    title: 'Explain',
    sentence: 'Why an event was sent or not: each Action down to the clause that decided.',
    path: ({ event }) => `/events/${event}`,
  },
  {
    name: 'trace-start',
    title: 'Trace my own visit',
    sentence: 'Follow your own clicks, and nobody else’s; traces that run are listed with a button to stop them.',
    path: () => '/trace',
  },
  {
    name: 'trace',
    title: 'A trace',
    sentence: 'From the click to the answer of the third party, as a time line with a link for colleagues.',
    path: ({ trace }) => `/trace/${trace}`,
    height: 1_000,
  },
  {
    name: 'deliveries',
    title: 'Deliveries',
    sentence: 'Everything that is owed, was sent or failed, with filters, export, and a replay of all that match.',
    path: () => '/deliveries',
  },
  {
    name: 'delivery',
    title: 'A delivery',
    sentence: 'Why it stands where it stands, its attempts on a time axis, each request and each answer.',
    path: ({ delivery }) => `/deliveries/${delivery}`,
  },
  {
    name: 'issues',
    title: 'Issues',
    sentence: 'What goes wrong, grouped, with how often, what is held and who cares for it.',
    path: () => '/issues',
  },
  {
    name: 'issue',
    title: 'An issue',
    sentence: 'The cause in words, what most likely mends it, what was changed just before, and where to look.',
    path: ({ issue }) => `/issues/${issue}`,
    height: 1_000,
  },
  {
    name: 'replays',
    title: 'Replays',
    sentence: 'Past deliveries and events that are sent once more, by whom and why, and how far each is.',
    path: () => '/replays',
  },
  {
    name: 'replay',
    title: 'A replay',
    sentence: 'How far it is, what it left out and why, and every delivery that it made.',
    path: ({ replay }) => `/replays/${replay}`,
  },
  {
    name: 'data-collection',
    title: 'Data Collection',
    sentence: 'Where events come in, how many, and what was rejected.',
    path: () => '/data-collection',
  },
  {
    name: 'collector',
    title: 'A collector',
    sentence: 'Lines to paste for each SDK with address and key filled in, and an ear that hears the first event.',
    path: ({ collector }) => `/data-collection/${collector}`,
  },
  {
    name: 'parameters',
    title: 'Parameters',
    sentence: 'What events carry: type, how often it is seen, examples, and who uses it.',
    path: () => '/data-collection/parameters',
  },
  {
    name: 'rejected',
    title: 'Rejected requests',
    sentence: 'What was refused on the way in, and why.',
    path: () => '/data-collection/rejected',
  },
  {
    name: 'inbox',
    title: 'Inbox',
    sentence: 'The built-in receiver: look into requests, and let it answer slowly or fail.',
    path: () => '/inbox',
  },
  {
    name: 'settings',
    title: 'Settings',
    sentence: 'Version, health, queues and storage of this installation.',
    path: () => '/settings?tab=system',
  },
  {
    name: 'privacy',
    title: 'Retention & privacy',
    sentence: 'What is kept and for how long, fields that are masked, and erasing a visitor after counting what goes.',
    path: () => '/settings/privacy',
  },
  {
    name: 'transfer',
    title: 'Export and import',
    sentence: 'The whole configuration as YAML, and the plan of a file before it is applied.',
    path: () => '/settings?tab=transfer',
  },
  {
    name: 'account',
    title: 'Account',
    sentence: 'Your own password, the places where you are signed in, and how to sign out of them.',
    path: () => '/settings/account',
  },
  {
    name: 'users',
    title: 'Users',
    sentence: 'Who may sign in, with which roles; a new one gets a one-time address to set a password at.',
    path: () => '/settings/users',
  },
  {
    name: 'roles',
    title: 'Roles & Rights',
    sentence: 'Named sets of rights: Manage of an area holds its View.',
    path: () => '/settings/roles',
  },
  {
    name: 'tokens',
    title: 'API tokens',
    sentence: 'What programs sign in with: some of their maker’s rights, until they expire.',
    path: () => '/settings/tokens',
  },
  {
    name: 'alerts',
    title: 'Alerts',
    sentence: 'Who is told when something goes wrong, by which way, and whether it arrives.',
    path: () => '/settings/alerts',
  },
  {
    name: 'alert',
    title: 'An alert',
    sentence: 'The way, the rules and the quiet hours of an alert, a test of it, and the messages that it sent.',
    path: ({ alert }) => `/settings/alerts/${alert}`,
  },
  {
    name: 'audit',
    title: 'Audit log',
    sentence: 'Who did what, when and from where, each change as a diff, and each refusal.',
    path: () => '/settings/audit',
  },
  {
    name: 'docs-templates',
    title: 'Template language',
    sentence: 'Every tag, filter and function, with examples that run.',
    path: () => '/docs/templates',
  },
  {
    name: 'docs-api',
    title: 'API reference',
    sentence: 'Every operation with its right, its fields and its answers, without a network.',
    path: () => '/docs/api',
  },
  {
    name: 'docs-shortcuts',
    title: 'Keyboard shortcuts',
    sentence: 'Every key, and the switch that turns single letters off.',
    path: () => '/docs/shortcuts',
  },
];
