import { reveal } from '../../connections/secret-fields.ts';
import type { AlertNotice } from '../../contract/documents/alert.ts';
import { headOf, linesOf, linkTo } from '../message-text.ts';
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
  const shown = message.notices.slice(0, shownMax);
  const more = message.total - shown.length;
  const blocks = [
    ...shown.map((notice) => section(aboutOf(notice, http.baseUrl))),
    ...(more > 0 ? [section(moreOf(more, http.baseUrl))] : []),
  ];
  const title = escaped(message.title);
  // A single issue is its own title; several have one above them.
  const head = message.total === 1 && message.about !== 'summary' ? [] : [section(`*${title}*`)];
  const body = { text: title, blocks: [...head, ...blocks] };
  return postJson({ url, headers: [], body: JSON.stringify(body) }, http);
};

function aboutOf(notice: AlertNotice, baseUrl: string | null): string {
  const link = linkTo(notice.path, baseUrl);
  const head = escaped(headOf(notice));
  return [link === null ? head : `<${escaped(link)}|${head}>`, ...linesOf(notice).map(escaped)]
    .join('\n')
    .slice(0, 2_900);
}

function moreOf(count: number, baseUrl: string | null): string {
  const link = linkTo('/issues', baseUrl);
  const words = `and ${count} more`;
  return link === null ? words : `<${link}|${words}>`;
}

function section(text: string): object {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}

/** Escapes the three special characters of Slack's format. A vertical bar would end the URL of a link. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('|', '¦');
}
