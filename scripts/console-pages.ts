/** Ids of objects created by the demo, for the paths of their pages. */
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

/** A page of the console: the name of its picture, title, description and path. */
export type ConsolePage = {
  name: string;
  title: string;
  sentence: string;
  path: (shown: Shown) => string;
  /** Height of the picture; 800 where nothing is cut off. */
  height?: number;
};

/** Every page, in reading order. */
export const consolePages: readonly ConsolePage[] = [
  {
    name: 'welcome',
    title: 'First steps',
    sentence:
      'An event, the Action that it fires, the template and the delivered request are highlighted one after the other.',
    path: () => '/welcome?with=demo',
  },
  {
    name: 'home',
    title: 'Home',
    sentence: 'Events received, deliveries, delivery time, and everything that needs attention.',
    path: () => '/?range=15m',
  },
  {
    name: 'connections',
    title: 'Connections',
    sentence: 'The systems that Millrace sends to, with their authentication, use and health.',
    path: () => '/connections',
  },
  {
    name: 'connection-types',
    title: 'New Connection',
    sentence: 'A Webhook, an integration, a pasted cURL command, or a file.',
    path: () => '/connections/new',
  },
  {
    name: 'preset',
    title: 'Ready-made connection',
    sentence: 'The destinations of an integration and its prerequisites, above the prefilled form.',
    path: () => '/connections/new/webhook?preset=hubspot',
  },
  {
    name: 'curl',
    title: 'Paste cURL',
    sentence: 'A command from the documentation of an API becomes a connection and a destination.',
    path: () => '/connections/new/curl',
  },
  {
    name: 'openapi',
    title: 'From OpenAPI',
    sentence: 'Chosen operations of an API description become a connection and its destinations.',
    path: () => '/connections/new/openapi',
  },
  {
    name: 'connection',
    title: 'Connection Details',
    sentence: 'Address, authentication and limits, with a test that connects and authenticates, step by step.',
    path: ({ connection }) => `/connections/${connection}`,
  },
  {
    name: 'destinations',
    title: 'Destinations',
    sentence: 'The endpoints of a connection, each with its switch, last result and success rate.',
    path: ({ connection }) => `/connections/${connection}?tab=destinations`,
  },
  {
    name: 'template',
    title: 'Destination Details',
    sentence: 'The template editor knows the fields of your events, next to a preview of the request.',
    path: ({ connection, destination }) => `/connections/${connection}/destinations/${destination}`,
    height: 1_200,
  },
  {
    name: 'actions',
    title: 'Actions',
    sentence: 'The Actions with their destinations, matches and results.',
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
    sentence: 'Each clause shows which and how many of the last 1,000 events match it.',
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
    sentence: 'Matched, delivered and discarded events with reasons, the deliveries and the versions.',
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
    sentence: 'Its expression with a live count of matching events, and the attributes worth sending.',
    path: ({ behavior }) => `/behaviors/${behavior}`,
  },
  {
    name: 'events',
    title: 'Events',
    sentence: 'Live events of visitors, filtered by name, visitor, collector, Action, outcome or any parameter.',
    path: () => '/events',
  },
  {
    name: 'event',
    title: 'Explain',
    sentence: 'Why an event was sent or not: each Action down to the deciding clause.',
    path: ({ event }) => `/events/${event}`,
  },
  {
    name: 'trace-start',
    title: 'Trace my own visit',
    sentence: 'Follow your own clicks only; running traces are listed with a button to stop them.',
    path: () => '/trace',
  },
  {
    name: 'trace',
    title: 'A trace',
    sentence: 'A timeline from the click to the response of the third party, with a link for colleagues.',
    path: ({ trace }) => `/trace/${trace}`,
    height: 1_000,
  },
  {
    name: 'deliveries',
    title: 'Deliveries',
    sentence:
      'Pending, sent and failed deliveries, with search, counts per status, a histogram, export, and a replay of all that match.',
    path: () => '/deliveries',
  },
  {
    name: 'delivery',
    title: 'A delivery',
    sentence: 'The state with its reason, the attempts on a timeline, each request and each response.',
    path: ({ delivery }) => `/deliveries/${delivery}`,
  },
  {
    name: 'issues',
    title: 'Issues',
    sentence: 'Problems, grouped, with their number, the held deliveries and the person in charge.',
    path: () => '/issues',
  },
  {
    name: 'issue',
    title: 'An issue',
    sentence: 'The cause, the most likely fix, recent changes, and links for the investigation.',
    path: ({ issue }) => `/issues/${issue}`,
    height: 1_000,
  },
  {
    name: 'replays',
    title: 'Replays',
    sentence: 'Past deliveries and events that are sent again, with author, reason and progress.',
    path: () => '/replays',
  },
  {
    name: 'replay',
    title: 'A replay',
    sentence: 'Its progress, the items left out with reasons, and every delivery that it created.',
    path: ({ replay }) => `/replays/${replay}`,
  },
  {
    name: 'data-collection',
    title: 'Data Collection',
    sentence: 'The sources of events, with the number of accepted and rejected ones.',
    path: () => '/data-collection',
  },
  {
    name: 'collector',
    title: 'A collector',
    sentence: 'Code for each SDK with URL and key filled in, and a check that waits for the first event.',
    path: ({ collector }) => `/data-collection/${collector}`,
  },
  {
    name: 'parameters',
    title: 'Parameters',
    sentence: 'The parameters of events: type, frequency, examples and uses.',
    path: () => '/data-collection/parameters',
  },
  {
    name: 'rejected',
    title: 'Rejected requests',
    sentence: 'Rejected intake requests and the reasons.',
    path: () => '/data-collection/rejected',
  },
  {
    name: 'inbox',
    title: 'Inbox',
    sentence: 'The built-in receiver: inspect requests, or make it respond slowly or fail.',
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
    sentence: 'Retention periods, masked fields, and the erasure of a visitor with a count beforehand.',
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
    sentence: 'Your password, and your sessions with a button to end them.',
    path: () => '/settings/account',
  },
  {
    name: 'users',
    title: 'Users',
    sentence: 'The people who can sign in, with their roles; a new user gets a one-time link to set a password.',
    path: () => '/settings/users',
  },
  {
    name: 'roles',
    title: 'Roles & Rights',
    sentence: 'Named sets of rights; Manage of an area includes View.',
    path: () => '/settings/roles',
  },
  {
    name: 'tokens',
    title: 'API tokens',
    sentence: 'Credentials of programs, with some of the rights of their creator and an expiry date.',
    path: () => '/settings/tokens',
  },
  {
    name: 'alerts',
    title: 'Alerts',
    sentence: 'Who is notified of problems, through which channel, and whether messages are delivered.',
    path: () => '/settings/alerts',
  },
  {
    name: 'alert',
    title: 'An alert',
    sentence: 'The channel, the rules and the quiet hours of an alert, a test, and the messages sent.',
    path: ({ alert }) => `/settings/alerts/${alert}`,
  },
  {
    name: 'audit',
    title: 'Audit log',
    sentence: 'Who changed what, when and from where, with a diff of each change, and refused requests.',
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
    sentence: 'Every operation with its right, its fields and its responses, available offline.',
    path: () => '/docs/api',
  },
  {
    name: 'docs-shortcuts',
    title: 'Keyboard shortcuts',
    sentence: 'All shortcuts, and the switch that turns off single-key ones.',
    path: () => '/docs/shortcuts',
  },
];
