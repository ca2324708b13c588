/** Sessions and configuration over HTTP. */

import { pageLanguage } from './texts.js';

export class Refused extends Error {
  /** The server understood and said no (4xx); its problem document says why. */
  constructor(status, problem) {
    super(problem.detail || problem.title || '');
    this.status = status;
  }

  /** Whether an invite would help. */
  get needsInvite() {
    return this.status === 401 || this.status === 403;
  }
}

export async function fetchJson(url, options = {}) {
  const response = await fetch(url, {
    credentials: 'same-origin',
    headers: options.body ? { 'Content-Type': 'application/json' } : {},
    ...options,
  });
  const body = await response.json().catch(() => ({}));
  if (response.status >= 400 && response.status < 500) throw new Refused(response.status, body ?? {});
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  return body;
}

/** The page's language is only for whoever is new; everybody else has one of their own. */
export const openSession = (request) =>
  fetchJson('/chat/session', { method: 'POST', body: JSON.stringify({ language: pageLanguage(), ...request }) });

/** Whether this is the demo; asked again until the server says. */
export async function fetchConfig() {
  for (let wait = 500; ; wait = Math.min(wait * 2, 8000)) {
    try {
      return await fetchJson('/chat/config');
    } catch (error) {
      if (error instanceof Refused) return { demo: false };
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** Invite codes in the page's address, taken out of it at once: they are not for the history or a screenshot. */
export function takeInvites() {
  const url = new URL(window.location.href);
  const invites = {};
  for (const role of ['cleaner', 'operator']) {
    const code = url.searchParams.get(role);
    if (code) invites[role] = code;
    url.searchParams.delete(role);
  }
  if (Object.keys(invites).length) window.history.replaceState(null, '', url.pathname + url.search + url.hash);
  return invites;
}
