/** The demo's switches: the provider's mood, notifications, and what the system does about it. */

import { EventFeed } from './event_feed.js';
import { fetchJson, Refused } from './session.js';
import { onPageLanguage, pageLanguage, t } from './texts.js';
import { dayAndTime } from './when.js';

const POLL_EVERY = 2000;
const REOPEN_AFTER = 4000;
const RARE_MODES = ['declining', 'unknown'];

export class Demo {
  #state = null;
  #toldAt = 0;
  #failed = '';
  #more = false;

  constructor(root) {
    this.root = root;
    this.feed = new EventFeed(root);
    const find = (selector) => root.querySelector(selector);
    this.modes = [...root.querySelectorAll('[data-mode]')];
    this.steps = [...root.querySelectorAll('[data-forward]')];
    this.now = find('.now');
    this.more = find('.more');
    this.toggle = find('.demo-toggle');
    this.summary = find('.demo-summary');
    this.switch = find('.switch');
    this.switchText = find('.switch-text');
    this.waiting = find('.waiting');
    this.breaker = find('.breaker');
    this.hint = find('.hint');
    this.#listen();
  }

  start() {
    this.root.hidden = false;
    onPageLanguage(() => this.#draw());
    this.#poll();
    setInterval(() => this.#poll(), POLL_EVERY);
    this.#stream();
  }

  /** A browser comes back by itself after a cut, but not after an HTTP error. */
  #stream() {
    const stream = new EventSource('/demo/events');
    stream.onmessage = (message) => this.#told(message);
    stream.onerror = () => stream.readyState === EventSource.CLOSED && setTimeout(() => this.#stream(), REOPEN_AFTER);
  }

  #listen() {
    for (const button of this.modes) {
      button.addEventListener('click', () => this.#put('/sandbox/mode', { mode: button.dataset.mode }));
    }
    for (const button of this.steps) {
      const step = { minutes: Number(button.dataset.forward) };
      button.addEventListener('click', () => this.#put('/demo/clock', step, 'clockRefused'));
    }
    this.switch.addEventListener('click', () =>
      this.#put('/demo/notifications', { paused: !this.#state?.notifications_paused }),
    );
    this.more.addEventListener('click', () => {
      this.#more = !this.#more;
      this.#draw();
    });
    this.toggle.addEventListener('click', () => {
      const open = this.root.classList.toggle('open');
      this.toggle.setAttribute('aria-expanded', String(open));
    });
  }

  #told(message) {
    let event;
    try {
      event = JSON.parse(message.data);
    } catch {
      return;
    }
    if (event.type === 'state') this.#accept(event);
    else if (event.type === 'event') this.feed.add(message.lastEventId ? { id: message.lastEventId, ...event } : event);
  }

  /** Only when the stream has said nothing for a while. */
  async #poll() {
    if (document.hidden || Date.now() - this.#toldAt < POLL_EVERY) return;
    await this.#ask();
  }

  async #ask() {
    try {
      this.#accept(await fetchJson('/demo/state'));
    } catch {
      // The next poll asks again; the phones already say that the server is away.
    }
  }

  /** `refused`: the text for when the server understands and says no. */
  async #put(url, body, refused = 'demoFailed') {
    try {
      await fetchJson(url, { method: 'PUT', body: JSON.stringify(body) });
      this.#failed = '';
    } catch (error) {
      this.#failed = error instanceof Refused && error.status === 409 ? refused : 'demoFailed';
    }
    await this.#ask();
    this.#draw();
  }

  #accept(state) {
    this.#toldAt = Date.now();
    if (this.#state) this.#tellChanges(this.#state, state);
    this.#state = state;
    this.#draw();
  }

  /** What somebody switched belongs in the same line as what followed from it. */
  #tellChanges(before, now) {
    const tell = (name, describe) =>
      this.feed.add({ id: `${name}${Date.now()}`, at: new Date().toISOString(), name: `demo.${name}`, describe });
    if (before.provider !== now.provider) {
      tell(`provider_${now.provider}`, () => t('change_provider', { value: t(`mode_${now.provider}`) }));
    }
    if (before.notifications_paused !== now.notifications_paused) {
      const key = now.notifications_paused ? 'paused' : 'resumed';
      tell(`notifications_${key}`, () => t(`change_${key}`));
    }
    if (before.breaker !== now.breaker) tell(`breaker_${now.breaker}`, () => t(breakerKey(now.breaker)));
  }

  #draw() {
    const state = this.#state;
    this.more.textContent = t(this.#more ? 'less' : 'more');
    this.more.setAttribute('aria-expanded', String(this.#more));
    if (!state) return;
    const { provider, notifications_paused: paused, waiting_notifications: waiting = 0, breaker = 'closed' } = state;
    for (const button of this.modes) {
      const mode = button.dataset.mode;
      button.setAttribute('aria-pressed', String(mode === provider));
      button.hidden = RARE_MODES.includes(mode) && !this.#more && mode !== provider;
    }
    this.switch.setAttribute('aria-checked', String(!paused));
    this.switchText.textContent = t(paused ? 'paused' : 'running');
    write(this.waiting, t('waiting', { n: waiting }), waiting > 0);
    if (state.now) this.now.textContent = dayAndTime(state.now, pageLanguage());
    write(this.breaker, t(breakerKey(breaker)), breaker !== 'closed');
    this.hint.textContent = t(this.#failed || hintKey(provider, paused, waiting));
    this.hint.classList.toggle('failed', this.#failed !== '');
    this.#summarise(provider, paused, waiting);
  }

  #summarise(provider, paused, waiting) {
    const parts = [`${t('provider')} ${t(`mode_${provider}`)}`, `${t('notifications')} ${t(paused ? 'paused' : 'running')}`];
    if (waiting) parts.push(t('waiting', { n: waiting }));
    this.summary.textContent = parts.join(' · ');
    this.root.classList.toggle('troubled', provider !== 'normal' || paused || waiting > 0);
  }
}

/** Writes only what changed, so that a status region isn't announced every two seconds. */
function write(element, text, alarmed) {
  if (element.textContent !== text) element.textContent = text;
  element.classList.toggle('alarmed', alarmed);
}

const breakerKey = (breaker) => `breaker_${String(breaker).replace('-', '_')}`;

function hintKey(provider, paused, waiting) {
  if (paused) return 'hint_paused';
  if (provider !== 'normal') return `hint_${provider}`;
  return waiting ? 'hint_draining' : 'hint_normal';
}
