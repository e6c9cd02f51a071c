import { reveal } from '../../connections/secret-fields.ts';
import { contentOf, linkTo } from '../message-text.ts';
import { postJson, type Sender } from './sender.ts';

/** Slack allows 50 blocks in a message; the title is one. */
const shownMax = 20;

/**
 * Sends a message to an incoming webhook of Slack, or of Mattermost, Rocket.Chat, Discord (`/slack`) and others that
 * accept the same format.
 */
export const sendSlack: Sender<'slack'> = async ({ body: alert }, message, http) => {
  const url = reveal(alert.settings.hookUrl);
  if (url === '') return { ok: false, detail: 'No webhook URL is stored.', isFinal: false };
  const { title, issues, more } = contentOf(message, http.baseUrl, shownMax);
  const texts = [
    ...(title === null ? [] : [`*${escaped(title)}*`]),
    ...issues.map(({ head, lines, link }) =>
      shortened([linked(escaped(head), link), ...lines.map(escaped)].join('\n')),
    ),
    ...(more > 0 ? [linked(`and ${more} more`, linkTo('/issues', http.baseUrl))] : []),
  ];
  const body = { text: escaped(message.title), blocks: texts.map(section) };
  return postJson({ url, headers: [], body: JSON.stringify(body) }, http);
};

function linked(text: string, link: string | null): string {
  return link === null ? text : `<${escaped(link)}|${text}>`;
}

function section(text: string): object {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}

/** Slack allows 3,000 characters in a text. Neither an escaped character nor a pair of surrogates is cut in two. */
function shortened(text: string): string {
  return text.slice(0, 2_900).replace(/&[a-z]*$|[\uD800-\uDBFF]$/, '');
}

/** Escapes the three special characters of Slack's format. A vertical bar would end the URL of a link. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('|', '¦');
}
