/** On a narrow window one phone at a time, by tabs; on a wide one all of them. */

import { h } from './dom.js';
import { load, save } from './store.js';
import { onPageLanguage, t } from './texts.js';

export class Tabs {
  #unread = {};
  #selected;
  #narrow = window.matchMedia('(max-width: 760px)');

  /** `phones` by role; `first` is the role to open with, if any. */
  constructor(bar, phones, first) {
    Object.assign(this, { bar, phones });
    this.roles = Object.keys(phones);
    this.tabs = Object.fromEntries(this.roles.map((role) => [role, this.#tab(role)]));
    this.bar.append(...Object.values(this.tabs));
    this.bar.addEventListener('keydown', (event) => this.#arrow(event));
    this.#narrow.addEventListener('change', () => this.#apply());
    document.addEventListener('visibilitychange', () => this.#apply());
    const kept = load('tab');
    this.select(first ?? (this.roles.includes(kept) ? kept : this.roles[0]));
    onPageLanguage(() => this.#label());
  }

  select(role) {
    this.#selected = role;
    save('tab', role);
    this.#apply();
  }

  setUnread(role, count) {
    if (this.#unread[role] === count) return;
    this.#unread[role] = count;
    this.#label();
  }

  #tab(role) {
    const tab = h('button', { type: 'button', role: 'tab', id: `tab-${role}`, 'data-testid': `tab-${role}` });
    tab.setAttribute('aria-controls', `phone-${role}`);
    tab.addEventListener('click', () => this.select(role));
    return tab;
  }

  #arrow(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const index = (this.roles.indexOf(this.#selected) + step + this.roles.length) % this.roles.length;
    this.select(this.roles[index]);
    this.tabs[this.#selected].focus();
  }

  #apply() {
    const narrow = this.#narrow.matches;
    for (const role of this.roles) {
      const chosen = role === this.#selected;
      this.tabs[role].setAttribute('aria-selected', String(chosen));
      this.tabs[role].tabIndex = chosen ? 0 : -1;
      const element = this.phones[role].frame.element;
      element.hidden = narrow && !chosen;
      element.setAttribute('role', narrow ? 'tabpanel' : 'region');
      this.phones[role].visible = !document.hidden && (chosen || !narrow);
    }
  }

  #label() {
    for (const role of this.roles) {
      const count = this.#unread[role] ?? 0;
      const badge = h('span', { class: 'count', 'aria-hidden': 'true', hidden: !count }, count > 99 ? '99+' : String(count));
      const spoken = h('span', { class: 'visually-hidden' }, count ? t('unread', { n: count }) : '');
      this.tabs[role].replaceChildren(h('span', {}, t(role)), badge, spoken);
    }
    const total = Object.values(this.#unread).reduce((sum, count) => sum + count, 0);
    document.title = (total ? `(${total}) ` : '') + t('documentTitle');
  }
}
