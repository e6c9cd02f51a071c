/** A destination that comes with a preset. */
export type PresetDestination = {
  name: string;
  description: string;
  method: 'POST' | 'PUT' | 'PATCH' | 'GET';
  path: string;
  contentType: string;
  template: string;
  /** Answers that say "no" although their code says "yes". */
  outcomes?: { when: { json: { path: string; equals: unknown } }; outcome: 'fail' | 'retry' }[];
  /** A record as an Action may make it, to show what comes out. */
  sample: Record<string, unknown>;
};

/** How a preset signs in; what is secret is left for the form. */
export type PresetAuthentication =
  | { type: 'none' }
  | { type: 'bearer' }
  | { type: 'basic'; username: string }
  | { type: 'oauth2'; grant: 'client_credentials'; accessTokenUrl: string; scope: string };

/** A ready-made description of a well-known system: everything about it can be changed before and after it is saved. */
export type Preset = {
  id: string;
  name: string;
  /** What it is for, in one line. */
  about: string;
  /** What one needs to have at hand, and where it is found. */
  needs: string[];
  baseUrl: string;
  authentication: PresetAuthentication;
  headers: { name: string; value: string; isSecret: boolean }[];
  destinations: PresetDestination[];
};

/** Fills what most presets have alike. */
export function preset(
  given: Pick<Preset, 'id' | 'name' | 'about' | 'needs' | 'baseUrl' | 'authentication'> &
    Partial<Pick<Preset, 'headers'>> & {
      destinations: (Omit<PresetDestination, 'method' | 'contentType' | 'template'> &
        Partial<Pick<PresetDestination, 'method' | 'contentType'>> & { template: readonly string[] })[];
    },
): Preset {
  return {
    headers: [],
    ...given,
    destinations: given.destinations.map((one) => ({
      method: 'POST',
      contentType: 'application/json',
      ...one,
      template: one.template.join('\n'),
    })),
  };
}
