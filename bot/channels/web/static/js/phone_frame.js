/** The phone around a chat: header with avatar, name and connection state, and a line for trouble. */

import { h } from './dom.js';
import { onPageLanguage, t } from './texts.js';

const SPOKEN_FOR = 8000;

export class PhoneFrame {
  #state = 'starting';
  #name = '';
  #spoken = '';
  #timer = 0;

  constructor({ role, onRetry }) {
    this.role = role;
    this.title = h('h2', { class: 'phone-title' });
    this.stateText = h('span', { class: 'state-text' });
    this.badge = h('span', { class: 'role-badge' });
    this.bannerText = h('span', {});
    this.retry = h('button', { type: 'button', onclick: onRetry });
    this.banner = h('div', { class: 'banner', role: 'status', 'data-testid': 'banner', hidden: true }, this.bannerText, this.retry);
    this.screen = h('div', { class: 'screen' });
    const header = h(
      'header',
      { class: 'phone-header' },
      h('img', { class: 'avatar', src: '/static/img/bot.svg', alt: '', width: 40, height: 40 }),
      h('div', { class: 'who' }, this.title, h('p', { class: 'state', 'data-testid': 'connection' }, h('i'), this.stateText)),
      this.badge,
    );
    this.element = h('section', { class: 'phone', id: `phone-${role}`, 'data-testid': `phone-${role}`, 'data-role': role });
    this.element.append(h('div', { class: 'glass' }, header, this.banner, this.screen));
    onPageLanguage(() => this.#translate());
  }

  place(join, log, composer) {
    Object.assign(this, { join, log, composer });
    this.screen.replaceChildren(join.element, log.element, composer.element);
    this.#show(this.#state === 'join');
    this.#translate();
  }

  showJoin() {
    this.setState('join');
    this.#show(true);
  }

  showChat() {
    this.#show(false);
  }

  setName(name) {
    this.#name = name ?? '';
    this.#translate();
  }

  /** One of starting, connecting, online, offline, join. */
  setState(state) {
    this.#state = state;
    this.element.dataset.state = state;
    this.#translate();
  }

  /** Something the server said that belongs to no message; goes away by itself. */
  say(text) {
    this.#spoken = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.say(''), text ? SPOKEN_FOR : 0);
    if (!text) clearTimeout(this.#timer);
    this.#translate();
  }

  #show(join) {
    this.join.element.hidden = !join;
    this.log.element.hidden = join;
    this.composer.element.hidden = join;
  }

  #translate() {
    const role = t(this.role);
    const offline = this.#state === 'offline';
    this.title.textContent = t('bot');
    this.stateText.textContent = t(this.#state);
    this.badge.textContent = this.#name && this.#name !== role ? `${role} · ${this.#name}` : role;
    this.badge.title = this.badge.textContent;
    this.bannerText.textContent = offline ? t('reconnecting') : this.#spoken;
    this.retry.textContent = t('reconnectNow');
    this.retry.hidden = !offline;
    this.banner.hidden = !this.bannerText.textContent;
    this.element.setAttribute('aria-label', t('phoneLabel', { role }));
    this.log?.log.setAttribute('aria-label', t('chatLabel', { role }));
  }
}
