/** The live line of domain events: a ticker of the newest, and a list of the last hundred. */

import { h } from './dom.js';
import { contextOf, eventText, shortName } from './event_names.js';
import { onPageLanguage, pageLanguage, t } from './texts.js';
import { exactTime } from './when.js';

const KEEP = 100;
const IN_TICKER = 8;
const CONTEXTS = ['reservation', 'payment', 'cleaning', 'notification', 'bot', 'demo'];

export class EventFeed {
  #events = [];
  #seen = new Set();

  constructor(root) {
    this.ticker = root.querySelector('.ticker');
    this.list = root.querySelector('.event-list');
    this.panel = root.querySelector('.event-panel');
    this.expand = root.querySelector('.expand');
    this.expand.addEventListener('click', () => this.#toggle(this.panel.hidden));
    root.addEventListener('keydown', (event) => event.key === 'Escape' && !this.panel.hidden && this.#close());
    document.addEventListener('click', (event) => root.contains(event.target) || this.#toggle(false));
    onPageLanguage(() => this.#redraw());
  }

  /** Adds an event once: a stream that reconnects may tell the same ones again. */
  add(event) {
    const key = event.id ?? [event.at, event.name, event.reservation].join('|');
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#events.unshift(event);
    this.#events.splice(KEEP);
    if (this.#events.length === 1) return this.#redraw();
    this.ticker.prepend(this.#chip(event, true));
    this.list.prepend(this.#line(event));
    while (this.ticker.children.length > IN_TICKER) this.ticker.lastChild.remove();
    while (this.list.children.length > KEEP) this.list.lastChild.remove();
  }

  #redraw() {
    const empty = () => h('li', { class: 'no-events' }, t('noEvents'));
    const chips = this.#events.slice(0, IN_TICKER).map((event) => this.#chip(event));
    this.ticker.replaceChildren(...(chips.length ? chips : [empty()]));
    this.list.replaceChildren(...(chips.length ? this.#events.map((event) => this.#line(event)) : [empty()]));
    this.expand.textContent = t(this.panel.hidden ? 'showAll' : 'hideAll');
  }

  #chip(event, fresh = false) {
    const props = { class: fresh ? 'event fresh' : 'event', 'data-context': this.#context(event), title: this.#hover(event) };
    return h('li', props, h('i'), h('b', {}, this.#text(event)), h('code', {}, shortName(event.name)));
  }

  #line(event) {
    return h(
      'li',
      { class: 'event-row', 'data-context': this.#context(event) },
      h('time', { datetime: event.at }, exactTime(event.at)),
      h('i'),
      h('b', {}, this.#text(event)),
      h('code', {}, shortName(event.name)),
      h('span', { class: 'event-reservation' }, event.reservation ?? ''),
    );
  }

  #hover(event) {
    return [exactTime(event.at), event.reservation].filter(Boolean).join(' · ');
  }

  #text(event) {
    return event.describe ? event.describe() : eventText(event, pageLanguage());
  }

  #context(event) {
    const context = contextOf(event.name);
    return CONTEXTS.includes(context) ? context : 'demo';
  }

  #toggle(open) {
    this.panel.hidden = !open;
    this.expand.setAttribute('aria-expanded', String(open));
    this.expand.textContent = t(open ? 'hideAll' : 'showAll');
  }

  #close() {
    this.#toggle(false);
    this.expand.focus();
  }
}
