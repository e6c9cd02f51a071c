import { type IntakeResponse, openHeaders, type ResponseHeaders } from './format.ts';

const gifHeaders = { ...openHeaders, 'content-type': 'image/gif' };
const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** The response to an event that a page sends by loading an image. */
export function pixel(headers: ResponseHeaders): IntakeResponse {
  return { status: 200, headers: { ...gifHeaders, ...headers }, body: gif };
}
