import type * as OpenId from 'openid-client';
import { AppError } from '../../contract/errors.ts';
import type { Egress } from '../../egress/egress.ts';

export type OpenIdSettings = {
  /** As the provider states it. */
  issuer: string;
  clientId: string;
  /** null: a public client. */
  clientSecret: string | null;
  /** Separated by spaces. */
  scope: string;
  /** The claim with the groups; a dot leads to a member. */
  roleClaim: string;
};

/** The secrets of one sign-in, which its browser keeps: `verifier` is that of PKCE (RFC 7636). */
export type SignInSecrets = { state: string; nonce: string; verifier: string };

/** The parameters with which the provider sends the browser back. */
export type AuthorizationResponse = { state: string; code?: string; iss?: string; error?: string };

/** A person at the provider. `isEmailVerified` null: the provider does not say. */
export type Identified = { subject: string; email: string | null; isEmailVerified: boolean | null; groups: string[] };

export type OpenIdProvider = ReturnType<typeof openIdProvider>;

type Parts = {
  settings: OpenIdSettings;
  egress: Pick<Egress, 'send'>;
  now: () => number;
  /** The page of this server to which the provider sends browsers back; registered there. */
  redirectUri: () => string;
};

/** How long the provider's metadata is used; its keys are read again whenever one is unknown. */
const metadataMs = 3_600_000;
const connectTimeoutMs = 5_000;
const timeoutMs = 10_000;
const responseBytesMax = 512 * 1024;

/**
 * An OpenID Connect provider, for the authorization code flow with PKCE. The library and the provider's metadata are
 * loaded with the first sign-in, so the server starts without the provider.
 */
export function openIdProvider({ settings, egress, now, redirectUri }: Parts) {
  const { issuer, clientId, clientSecret, scope, roleClaim } = settings;
  const send = requestsBy(egress);
  let kept: { config: Promise<OpenId.Configuration>; until: number } | null = null;
  let last: OpenId.Configuration | null = null;

  async function discover(): Promise<OpenId.Configuration> {
    const library = await import('openid-client');
    const execute = issuer.startsWith('http:') ? [library.allowInsecureRequests] : [];
    const options = { [library.customFetch]: send, execute, timeout: timeoutMs / 1_000 };
    const found = await library.discovery(new URL(issuer), clientId, undefined, library.None(), options);
    const server = found.serverMetadata();
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const authenticate =
      clientSecret === null
        ? library.None()
        : methods.includes('client_secret_basic')
          ? library.ClientSecretBasic(clientSecret)
          : library.ClientSecretPost(clientSecret);
    const config = new library.Configuration(server, clientId, undefined, authenticate);
    config[library.customFetch] = send;
    config.timeout = timeoutMs / 1_000;
    for (const apply of execute) apply(config);
    // Verifies the signature of the ID token, although it comes from the provider directly.
    library.enableNonRepudiationChecks(config);
    return config;
  }

  /** Concurrent sign-ins share one discovery. When a later one fails, the metadata until then is used. */
  async function configuration(): Promise<OpenId.Configuration> {
    if (kept === null || kept.until <= now()) kept = { config: discover(), until: now() + metadataMs };
    const mine = kept;
    try {
      last = await mine.config;
      return last;
    } catch (error) {
      if (kept === mine) kept = null;
      if (last !== null) return last;
      throw failureOf(error);
    }
  }

  /** The claims of the ID token, with those of the user info where the ID token lacks the e-mail or the groups. */
  async function claimsOf(config: OpenId.Configuration, response: URL, secrets: SignInSecrets) {
    const { authorizationCodeGrant, fetchUserInfo } = await import('openid-client');
    const tokens = await authorizationCodeGrant(config, response, {
      expectedState: secrets.state,
      expectedNonce: secrets.nonce,
      pkceCodeVerifier: secrets.verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error('no ID token');
    const isComplete = typeof claims['email'] === 'string' && memberOf(claims, roleClaim) !== undefined;
    if (isComplete || config.serverMetadata().userinfo_endpoint === undefined) return claims;
    return { ...(await fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims };
  }

  return {
    issuer,
    /** The URL at which a person signs in. Throws AppError `sso_unavailable`. */
    async authorizationUrl({ state, nonce, verifier }: SignInSecrets): Promise<string> {
      const config = await configuration();
      const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await import('openid-client');
      const challenge = { code_challenge: await calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' };
      return buildAuthorizationUrl(config, { redirect_uri: redirectUri(), scope, state, nonce, ...challenge }).href;
    },
    /**
     * The person whom the provider sent back. Throws AppError `sso_unavailable`, and `sso_failed` when the response does
     * not belong to this sign-in or a token is not valid.
     */
    async identify(given: AuthorizationResponse, secrets: SignInSecrets): Promise<Identified> {
      const config = await configuration();
      const response = new URL(redirectUri());
      for (const [name, value] of Object.entries(given)) response.searchParams.set(name, value);
      try {
        const claims: Record<string, unknown> = await claimsOf(config, response, secrets);
        const { email, email_verified: verified } = claims;
        const groups = memberOf(claims, roleClaim);
        return {
          subject: String(claims['sub']),
          email: typeof email === 'string' ? email.trim() : null,
          isEmailVerified: typeof verified === 'boolean' ? verified : verified === 'false' ? false : null,
          groups: (Array.isArray(groups) ? groups : [groups]).filter((one) => typeof one === 'string'),
        };
      } catch (error) {
        throw failureOf(error);
      }
    },
  };
}

/** The library's requests, over our egress. An unreachable provider rejects with AppError `sso_unavailable`. */
function requestsBy(egress: Pick<Egress, 'send'>): OpenId.CustomFetch {
  return async (url, { method, headers, body }) => {
    const outcome = await egress.send({
      method,
      url,
      headers: Object.entries(headers).filter(([name]) => !/^(user-agent|accept-encoding)$/i.test(name)),
      body: body instanceof Uint8Array ? body : body === undefined || body === null ? null : String(body),
      connectTimeoutMs,
      timeoutMs,
      responseBytesMax,
    });
    if (outcome.kind === 'error') throw unavailable(outcome.error.message);
    if (outcome.status >= 500) throw unavailable(`it responded ${outcome.status}`);
    const empty = outcome.status === 204 || outcome.status === 304;
    return new Response(empty ? null : Buffer.from(outcome.body), {
      status: outcome.status,
      headers: outcome.headers.filter(([name]) => name !== 'content-length').map(([name, value]) => [name, value]),
    });
  };
}

function unavailable(internal: string): AppError {
  return new AppError('sso_unavailable', undefined, { internal });
}

/** The reason for people; what the library says is for the log. */
function failureOf(error: unknown): AppError {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof AppError) return cause;
  const { error: refused } = Object(error) as { error?: unknown }; // of an error response of the provider
  const detail = refused === 'access_denied' ? 'The provider refused the sign-in.' : undefined;
  const internal = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new AppError('sso_failed', detail, { internal, cause: error });
}

/** A claim by its name, or by the names on the way to it. */
function memberOf(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (path in claims) return claims[path];
  let value: unknown = claims;
  for (const name of path.split('.')) value = Object(value)[name];
  return value;
}
