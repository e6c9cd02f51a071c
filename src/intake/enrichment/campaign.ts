/** Where a visitor came from. Texts that nothing says are left out. */
export type Campaign = {
  source: string;
  medium?: string;
  name?: string;
  term?: string;
  content?: string;
  id?: string;
  /** The id of a click on an advertisement, and the parameter that had it. */
  clickId?: string;
  clickType?: string;
};

/** Parameters of clicks on advertisements, with the source and medium that they stand for. */
const clicks: readonly (readonly [parameter: string, source: string, medium: string])[] = [
  ['gclid', 'google', 'cpc'],
  ['gbraid', 'google', 'cpc'],
  ['wbraid', 'google', 'cpc'],
  ['msclkid', 'bing', 'cpc'],
  ['fbclid', 'facebook', 'social'],
  ['ttclid', 'tiktok', 'social'],
  ['twclid', 'twitter', 'social'],
  ['li_fat_id', 'linkedin', 'social'],
];

const utm = [
  ['name', 'utm_campaign'],
  ['term', 'utm_term'],
  ['content', 'utm_content'],
  ['id', 'utm_id'],
] as const;

const engines = /(?:^|\.)(google|bing|duckduckgo|yahoo|baidu|yandex|ecosia|qwant|startpage|naver|seznam)\.[a-z.]{2,6}$/;
const networks =
  /(?:^|\.)(facebook|instagram|linkedin|twitter|pinterest|reddit|tiktok|youtube|threads|mastodon|bsky|vk)\.[a-z.]{2,6}$/;
const short: Readonly<Record<string, string>> = { 't.co': 'twitter', 'x.com': 'twitter', 'lnkd.in': 'linkedin' };

const charactersMax = 4_096;
const valueMax = 255;
const mayHaveCampaign = /[?&](?:utm_|gclid=|gbraid=|wbraid=|msclkid=|fbclid=|ttclid=|twclid=|li_fat_id=)/;

/**
 * The campaign of a page view by the URL of the page (`utm_…`, ids of clicks), else by its referrer: a search engine, a social
 * network, or another site. null: neither says something, as within the site.
 */
export function campaignOf(url: string | null, referrer: string | null): Campaign | null {
  return (url !== null && url.length <= charactersMax ? ofUrl(url) : null) ?? ofReferrer(url, referrer);
}

function ofUrl(url: string): Campaign | null {
  if (!mayHaveCampaign.test(url)) return null;
  const values = new URLSearchParams(url.slice(url.indexOf('?') + 1).split('#', 1)[0]);
  const textOf = (name: string) => values.get(name)?.slice(0, valueMax).toWellFormed() || null;
  const click = clicks.find(([parameter]) => textOf(parameter) !== null);
  const source = textOf('utm_source') ?? click?.[1] ?? null;
  if (source === null) return null;
  const medium = textOf('utm_medium') ?? click?.[2] ?? null;
  const clickId = click === undefined ? null : textOf(click[0]);
  return {
    source,
    ...(medium === null ? {} : { medium }),
    ...Object.fromEntries(
      utm.flatMap(([name, parameter]) => {
        const value = textOf(parameter);
        return value === null ? [] : [[name, value]];
      }),
    ),
    ...(clickId === null || click === undefined ? {} : { clickId, clickType: click[0] }),
  };
}

function ofReferrer(url: string | null, referrer: string | null): Campaign | null {
  const host = hostOf(referrer);
  if (host === null || host === hostOf(url)) return null;
  const engine = engines.exec(host)?.[1];
  if (engine !== undefined) return { source: engine, medium: 'organic' };
  const network = networks.exec(host)?.[1] ?? short[host];
  return network === undefined ? { source: host, medium: 'referral' } : { source: network, medium: 'social' };
}

/** The host of a URL without `www.`; null: it is no URL of a page. A URL parser would take longer than all else here. */
function hostOf(url: string | null): string | null {
  const [, host] = url === null ? [] : (/^https?:\/\/(?:www\.)?([\w.-]{1,253})(?::\d+)?(?:[/?#]|$)/i.exec(url) ?? []);
  return host === undefined ? null : host.toLowerCase();
}
