import {
  decodedKey,
  type IntakeResponse,
  type IntakeRoute,
  openHeaders,
  type ResponseHeaders,
  type SettingsRoute,
} from './format.ts';
import { success } from './sdk-requests.ts';

/** What an SDK may do beside sending events: nothing. */
const nothingOn = {
  supportedCompression: ['gzip-js', 'base64'],
  sessionRecording: false,
  heatmaps: false,
  surveys: false,
  autocapture_opt_out: true,
  capturePerformance: false,
  elementsChainAsString: true,
  hasFeatureFlags: false,
};

const noFlags = { flags: {}, featureFlags: {}, featureFlagPayloads: {}, errorsWhileComputingFlags: false };

/** What SDKs of PostHog ask for. Flags are the same for all, so no key is needed. */
export function posthogSettings(refuse: NonNullable<IntakeRoute['refuse']>): SettingsRoute[] {
  const flags = (segment: string): SettingsRoute => ({
    method: 'POST',
    segment,
    path: new RegExp(`^/${segment}/?$`),
    keyOf: () => null,
    settings: (_request, headers) => json(headers, { ...nothingOn, ...noFlags }),
    refuse,
  });
  const definitions = (segment: string, path: RegExp): SettingsRoute => ({
    method: 'GET',
    segment,
    path,
    keyOf: () => null,
    settings: (_request, headers) => json(headers, { flags: [], group_type_mapping: {}, cohorts: {} }),
    refuse,
  });
  return [
    flags('flags'),
    flags('decide'),
    definitions('flags', /^\/flags\/definitions\/?$/),
    definitions('api', /^\/api\/feature_flag\/local_evaluation\/?$/),
    {
      method: 'GET',
      segment: 'array',
      path: /^\/array\/([^/#]+)\/config(\.js)?$/,
      keyOf: ([, key = '']) => decodedKey(key),
      settings({ url }, headers) {
        // Without a configuration in the script, the SDK asks for the other address.
        return /\.js(\?|$)/.test(url) ? text(200, headers, 'text/javascript; charset=utf-8') : json(headers, nothingOn);
      },
      refuse,
    },
    {
      method: 'GET',
      segment: 'static',
      path: /^\/static\//,
      keyOf: () => null,
      settings: (_request, headers) => text(404, headers, 'text/plain; charset=utf-8'),
      refuse,
    },
  ];
}

const json = (headers: ResponseHeaders, value: object): IntakeResponse => success(headers, JSON.stringify(value));

const text = (status: number, headers: ResponseHeaders, type: string): IntakeResponse => ({
  status,
  headers: { ...openHeaders, 'content-type': type, ...headers },
  body: '',
});
