import type { Reason } from '../../../../contract/records/delivery.ts';
import { count } from '../../counts.ts';
import { counted, formatDuration, formatNumber } from '../../format.ts';
import { sentence } from '../../sentence.ts';
import { outcomes } from '../records/outcomes.ts';
import { terms } from '../terms.ts';

const switchedOff = {
  paused: (name: string) => `${name} paused. Deliveries are held, not lost.`,
  disabled: (name: string) => `${name} disabled. Deliveries are held, not lost.`,
};

const limitedByText = {
  rate: 'the rate is the limit',
  concurrency: 'the requests at once are the limit',
  receiver: 'the receiver is the limit',
};

/** Words of the Connections page, Connection Details and the Destinations tab. */
export const connections = {
  lead: 'Systems you send data to',
  columns: {
    auth: 'Authentication',
    destinations: 'Destinations',
  },
  pasteCurl: 'Paste cURL',
  importYaml: 'Import YAML',
  authentication: {
    missing: 'Missing since',
    refused: 'Rejected since',
    expired: 'Pasted token expired',
    expires: 'Pasted token expires',
    certificateExpired: 'Client certificate expired',
    certificateExpires: 'Client certificate expires',
    token: 'Token expires',
    ok: 'OK',
  },
  destinationCount: (enabled: number, all: number) => `${formatNumber(enabled)} / ${formatNumber(all)}`,
  held: (held: number) => `${formatNumber(held)} held`,
  figures: {
    nothing: 'No deliveries in the last 24 hours',
    noSpeed: 'No data',
    sentence: (delivered: number, failed: number) =>
      `${formatNumber(delivered)} delivered, ${formatNumber(failed)} failed in the last 24 hours`,
  },
  users: { unknown: 'To see this you need the right “View Actions”: ask an administrator.' },
  filters: {
    states: {
      enabled: 'Active',
      paused: 'Paused',
      disabled: 'Disabled',
      held: 'Has held deliveries',
      needs_attention: 'Needs attention',
    },
    use: 'Use',
    uses: { used: 'Used', unused: 'Not used' },
  },
  dialog: {
    createAndUse: 'Create and use',
    destination: 'Events',
    placeholder: (name: string) =>
      `Its address still has the placeholder ${name}. Enter your own value in Endpoint Path or Base URL first.`,
  },
  types: { webhook: 'Webhook' },
  emptyText: 'A connection is one third-party system: its URL, and how Millrace authenticates.',
  emptyNoRight: (right: string) =>
    `A connection is one third-party system. To create one you need the right “${right}”: ask an administrator.`,
  deleteText: 'History and delivery logs are kept. You can restore it for 30 days.',
  inUse: (destinations: number) =>
    destinations === 1 ? 'Delete its destination first.' : `Delete its ${count.destinations(destinations)} first.`,
  changed: { enabled: (name: string) => `${name} resumed`, ...switchedOff },
  duplicate: 'Duplicate without secrets',
  cards: {
    title: 'Connection Type',
    lead: 'Choose a starting point.',
    webhook: 'Webhook',
    webhookText: 'Any HTTP API: set the URL, authentication and body',
    curl: 'Paste a cURL command',
    curlText: 'Create a connection and a destination from a command in API docs or your browser.',
    openapi: 'From OpenAPI',
    openapiText: 'Choose operations of an API description. Each becomes a destination with a template.',
    file: 'From file',
    fileText: 'YAML or JSON from an export. Review the plan first.',
    presets: 'Templates',
    presetsText: 'URL, authentication and bodies for well-known systems. You can change everything.',
    groups: { messages: 'Chat and support', marketing: 'Marketing and CRM', data: 'Data and automation' },
    search: 'Search systems',
    apiKey: 'API key',
    presetSums: (authentication: string, destinations: number) =>
      `${authentication} · ${count.destinations(destinations)}`,
  },
  preset: {
    values: 'Your account',
    title: (name: string) => `${name}: before you begin`,
    text: 'The form below is filled in as far as possible.',
    needs: 'You’ll need',
    brings: 'Included destinations',
    bringsText: 'Created disabled, so you can review and test them.',
    record: 'Sample record, as Field Mapping of an action creates it',
  },
  openapi: {
    lead: 'Choose what to send. Each operation becomes a destination.',
    document: 'The description',
    address: 'URL of the description',
    addressHint: 'The docs of an API link it. This server fetches it.',
    fetch: 'Fetch',
    label: 'OpenAPI or Swagger, YAML or JSON',
    hint: 'Or choose the file, or paste the text.',
    choose: 'Choose file',
    operations: 'Operations',
    filter: 'Filter operations',
    other: (others: number) =>
      `${counted(others, { one: 'operation', other: 'operations' })} with methods that destinations don’t send.`,
    more: (others: number) =>
      `${counted(others, { one: 'more operation', other: 'more operations' })}. Filter to see them.`,
    otherServer: 'Another server: needs a connection of its own',
    deprecated: 'deprecated',
    chosen: (chosen: number) => counted(chosen, { one: 'operation chosen', other: 'operations chosen' }),
    noServer: 'The description names no server. Enter the Base URL in the form.',
    leftOut: {
      sign_in: 'Not imported: authentication. Add it in the form, or to the path of the destination.',
      body: 'Not imported: bodies of these types',
      fields: 'Optional fields that the template leaves out',
    },
    problems: {
      unreadable: 'This is neither YAML nor JSON.',
      not_openapi: 'This isn’t an OpenAPI description. It should start with “openapi” or “swagger”.',
      empty: 'The description has no operations.',
    },
  },
  curl: {
    leadForm: 'Review and save. Secrets are encrypted.',
    command: 'The command',
    label: 'cURL command',
    hint: 'Copied from docs or your browser’s dev tools (bash, PowerShell or cmd).',
    understoodText: 'A connection, and a destination whose template creates the same body from mapped fields.',
    header: 'Custom header',
    secret: (name: string) => `${name} (secret)`,
    otherMethod: (method: string) =>
      `The command uses ${method}. Destinations support POST, GET, PUT and PATCH, so POST is selected.`,
    leftOut: 'Not imported',
    samples: 'Read from each event?',
    samplesHint:
      'These look like a sample person. Selected ones become fields to map; the others are sent as they are.',
    constants: 'Sent as they are, for every event',
    understoodDestination: 'A destination whose template creates the same body from mapped fields.',
    signInHere: (type: string) => `From the connection: ${type}`,
    signsInItself:
      'This connection has no authentication, so the command’s credentials are not imported. Choose an Authentication Type in Connection Details.',
    elsewhere: (connection: string) => `Not a request to ${connection}`,
    otherHost: (goesTo: string, baseUrl: string) =>
      `The command sends to ${goesTo}, this connection to ${baseUrl}. Create another connection.`,
    otherPath: (goesTo: string, baseUrl: string) =>
      `The command sends to ${goesTo}. URLs of this connection start with ${baseUrl}.`,
    newConnection: 'New Connection from this command',
    problems: {
      not_curl: 'That isn’t a cURL command. It should start with “curl”.',
      no_url: 'The command has no URL.',
      quotes: 'A quote in this command isn’t closed.',
    },
  },
  details: {
    newTitle: 'New Webhook Connection',
    newFrom: (name: string) => `New Connection to ${name}`,
    comesWith: (names: string) => `Saving also creates these destinations, disabled: ${names}.`,
    tabs: {
      details: 'Connection Details',
      destinations: 'Destinations',
      activity: 'Activity',
      usedBy: 'Used by',
      versions: 'Versions',
    },
    basics: 'Connection Details',
    goesTo: (url: string) => `Requests go to ${url}…`,
    movePort: (port: string) => `Move :${port} to Port`,
    movePath: (path: string) => `Move ${path} to the destination`,
    firstPath: (path: string) => `${path} will be the path of the first destination.`,
    dropQuery: 'Remove the query string (it belongs in the destination’s path)',
    authTypes: { none: 'No Authentication', basic: 'Basic Authentication', bearer: 'Bearer Token', oauth2: 'OAuth V2' },
    grants: {
      client_credentials: 'Client Credentials',
      password: 'User Name and Password',
      jwt: 'JSON Web Token',
      refresh_token: 'Refresh Token',
    },
    jwtIs: (header: string, subject: string) => `Signed with ${header}, subject: ${subject}.`,
    jwtNobody: 'none',
    jwtExpired: (when: string) => `Expired ${when}.`,
    jwtExpires: (when: string) => `Expires ${when}.`,
    jwtNoExpiry: 'No expiry.',
    jwtBroken: 'This isn’t a JSON Web Token: three parts of letters and digits, joined by dots.',
    clientAuths: {
      auto: 'Automatic: header first, then body',
      basic: 'Header (Basic)',
      basic_raw: 'Header (Basic, not URL-encoded)',
      body: 'Body',
      private_key_jwt: 'Signed assertion (private_key_jwt)',
      none: 'None',
    },
    saveAndContinue: 'Save and Continue',
    testText: 'Connects and authenticates with the values of this form. Doesn’t send any data.',
    testOf: (name: string) => `Test authentication of ${name}`,
    testStoredText: 'Connects and authenticates using the saved values. Doesn’t send any data.',
    testOk: 'Connection and authentication work',
    testFailed: 'Test failed',
    testSteps: {
      url: 'URL',
      dns: 'DNS',
      connect: 'Connect',
      tls: 'TLS',
      token_request: 'Token request',
      token_answer: 'Token response',
      probe: 'Probe',
    },
    created: (name: string) => `${name} saved. Now add a destination.`,
    createdWith: (name: string) => `${name} saved. Now enable a destination.`,
  },
  destinations: {
    columns: {
      name: 'Destination Name',
      method: 'Method',
      last: 'Last result',
    },
    noneHeld: 'None held',
    duplicated: (name: string) => `${name} created (disabled)`,
    deleteHeld: (held: number) =>
      `${count.deliveries(held)} held will never be sent. You can restore the destination for 30 days, without them.`,
    emptyText: 'A destination is one endpoint of this system: method, path, and a template for the body.',
    toggle: (name: string) => `Enable ${name}`,
    changed: { enabled: terms.enabledNow, ...switchedOff },
    deleteText: 'Delivery logs are kept. You can restore it for 30 days.',
    usedBy: (names: string) => `Used by ${names}. Remove it there first.`,
    inAction: 'Use it in an Action',
  },
  load: {
    sentence: (inFlight: number, responseMs: number | null, limitedBy: keyof typeof limitedByText | null) => {
      const each = responseMs === null ? '' : `, ${formatDuration(Math.round(responseMs))} each`;
      const limit = limitedBy === null ? '' : `; ${limitedByText[limitedBy]}`;
      return `${formatNumber(inFlight)} at once${each}${limit}`;
    },
  },
  health: {
    expired: 'Expired',
    ends: {
      expired: 'The pasted token has expired',
      expires: 'The pasted token expires soon',
      certificateExpired: 'The client certificate has expired',
      certificateExpires: 'The client certificate expires soon',
    },
    replaceToken: 'Get a new one from the provider and replace it under Authentication.',
    replaceCertificate: 'Replace it and its private key under Advanced.',
    nextProbe: 'Next check',
    probing: 'now',
    probe: 'Check now',
    probed: (name: string) => `Checking ${name} with its next held delivery`,
    waits: 'Deliveries wait',
    nextRequest: 'Next request',
    requested: (name: string) => `Sending the next delivery of ${name}`,
    release: 'Send held deliveries now',
    released: (name: string, unknown: number) =>
      unknown === 0
        ? `Sending the held deliveries of ${name}`
        : `Sending the held deliveries of ${name}. ${count.deliveries(unknown)} may have arrived: retry or cancel each`,
    off: { paused: 'This connection is paused', disabled: 'This connection is disabled' },
    needsAttention: 'This connection needs attention',
    holds: 'Some deliveries are held',
    /** The detail of an open circuit breaker counts the failures that its reason names. */
    cause: (code: Reason, detail: string | null) => {
      const why = code === 'breaker_open' && detail !== null ? null : outcomes.reason[code].why;
      return sentence(`Deliveries are on hold: ${[why, detail].filter(Boolean).join(': ')}`);
    },
    since: 'Since',
    held: (held: number) =>
      held === 0 ? 'New deliveries will be held.' : `${count.deliveries(held)} held. New ones will be held too.`,
    someHeld: (held: number) =>
      `${count.deliveries(held)} held, by their destination or because their retries are used up.`,
    showHeld: 'Show held deliveries',
    resume: 'Resume to send held deliveries.',
  },
  ready: {
    title: (name: string) => `${name} is ready`,
    text: (names: string) => `Ready to use in actions: ${names}`,
    notYet: (name: string) => `${name} saved. One step left`,
    needsAttention: 'It needs attention before it can send, e.g. a missing credential.',
    noDestination: 'Add a destination: one endpoint of this system.',
    noneEnabled: 'Enable a destination to use it in actions.',
    openDestinations: 'Open Destinations',
  },
  drain: {
    sending: (total: number) => `Sending ${counted(total, { one: 'held delivery', other: 'held deliveries' })}`,
    left: (left: number, perSecond: number | null) =>
      perSecond === null
        ? `${formatNumber(left)} left`
        : `${formatNumber(left)} left · ${perSecond < 1 ? '< 1' : formatNumber(Math.round(perSecond))}/s`,
    done: (total: number) => `${counted(total, { one: 'held delivery', other: 'held deliveries' })} sent`,
    pause: 'Pause sending',
  },
  activity: {
    allDestinations: 'All destinations',
    errors: 'Errors by code',
    errorOf: (code: string, times: number) => `${code}: ${formatNumber(times)}`,
    errorsSentence: (errors: readonly string[]) => `Errors over time. ${errors.join(', ')}.`,
    deliveries: 'Recent deliveries',
    all: 'All deliveries',
    durations: (median: string, p95: string) => `Median ${median} · p95 ${p95}`,
    noDurations: 'No deliveries in this time range',
    sentence: (delivered: number, failed: number, retried: number) =>
      `${formatNumber(delivered)} delivered, ${formatNumber(failed)} failed, ${formatNumber(retried)} attempts retried.`,
    emptyText: 'Deliveries and tests of this connection are listed here.',
  },
  usedBy: {
    title: 'Actions that use this connection',
    emptyTitle: 'Not used in actions yet',
    emptyText: 'Enable a destination, then choose it in an action, in the step Destinations.',
    sendsTo: (names: readonly string[]) => `Sends to ${names.join(', ')}`,
  },
} as const;
