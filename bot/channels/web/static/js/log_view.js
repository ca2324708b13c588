/** The scrolling log of one phone: keeps the order of its timeline on the screen, and stays at the bottom. */

import { h, icon } from './dom.js';
import { arrange, drawRow } from './row.js';
import { t } from './texts.js';
import { minuteOf } from './when.js';

const NEAR_BOTTOM = 90;

export class LogView {
  #busy = false;
  #stuck = true;
  #size = '';
  #language = 'ko';

  constructor(timeline, actions) {
    this.timeline = timeline;
    this.actions = actions;
    this.typing = h('div', { class: 'row bot first typing', 'aria-hidden': 'true', hidden: true }, [
      h('img', { class: 'avatar', src: '/static/img/bot.svg', alt: '', width: 40, height: 40 }),
      h('div', { class: 'stack' }, h('div', { class: 'bubble dots' }, h('i'), h('i'), h('i'))),
    ]);
    this.log = h('div', { class: 'log', role: 'log', 'aria-live': 'polite', tabindex: '0', 'data-testid': 'chat-log' });
    this.log.append(this.typing);
    this.jump = h('button', { type: 'button', class: 'jump', hidden: true, 'data-testid': 'jump' });
    this.jump.addEventListener('click', () => this.#toBottom(true));
    this.log.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#stuck && this.#toBottom()).observe(this.log);
    this.element = h('div', { class: 'log-frame' }, this.log, this.jump);
  }

  /** While history comes in, nothing is announced and neighbours are arranged once, at its end. */
  set busy(value) {
    this.#busy = value;
    this.log.setAttribute('aria-busy', String(value));
    if (!value) {
      this.#arrange();
      this.#toBottom();
    }
  }

  get busy() {
    return this.#busy;
  }

  setLanguage(language) {
    if (language === this.#language) return;
    this.#language = language;
    this.log.lang = language;
    for (const entry of this.timeline.entries) {
      const node = drawRow(entry, language, this.actions);
      entry.node.replaceWith(node);
      entry.node = node;
    }
    this.#arrange();
  }

  /** Draws an entry, or moves it to where the timeline has it now. */
  show(entry) {
    const isNew = !entry.node;
    // My own words were drawn by this machine's clock; the server's counts.
    if (entry.node && entry.drawnAt !== minuteOf(entry.at)) this.#drop(entry);
    entry.drawnAt = minuteOf(entry.at);
    entry.node ??= drawRow(entry, this.#language, this.actions);
    const next = this.timeline.after(entry)?.node ?? this.typing;
    if (entry.node.nextSibling !== next) this.log.insertBefore(entry.node, next);
    if (entry.seq !== null) entry.node.dataset.seq = entry.seq;
    if (this.#busy) return;
    if (isNew) entry.node.classList.add('arrived');
    this.#arrange();
    if (this.#stuck || (isNew && entry.from === 'me')) this.#toBottom();
    else if (isNew) this.#offerJump(entry);
  }

  /** Draws it again, for what cannot be changed by a class (the text of a failure). */
  redraw(entry) {
    this.#drop(entry);
    this.show(entry);
  }

  /**
   * Draws what was changed in place. Buttons that stay the same are left alone, so that a finger on one still taps it;
   * while more changes are to come nothing is read aloud, only the last is.
   */
  change(entry) {
    const old = entry.node;
    if (!old) return this.show(entry);
    const node = drawRow(entry, this.#language, this.actions);
    const [before, after] = [old, node].map((row) => row.querySelector('.line'));
    const same = this.#buttonsOf(before) === this.#buttonsOf(after) && before.querySelector('.card-body');
    old.setAttribute('aria-live', entry.open ? 'off' : 'polite');
    if (same) before.querySelector('.card-body').replaceWith(after.querySelector('.card-body'));
    else before.replaceWith(after);
    if (this.#stuck && !this.#busy) this.#toBottom();
  }

  #buttonsOf(line) {
    return Array.from(line.querySelectorAll('.buttons .card-button'), (button) => button.textContent).join('\n');
  }

  #drop(entry) {
    entry.node.remove();
    entry.node = null;
  }

  remove(entries) {
    for (const entry of entries) entry.node?.remove();
    this.#arrange();
  }

  setTyping(on) {
    this.typing.hidden = !on;
    if (on && this.#stuck) this.#toBottom();
  }

  #arrange() {
    arrange(this.timeline.entries);
  }

  /** Only a person's scrolling leaves the bottom; a scroll that a new size caused goes back to it. */
  #scrolled() {
    const size = `${this.log.scrollHeight} ${this.log.clientHeight} ${this.log.clientWidth}`;
    const resized = size !== this.#size;
    this.#size = size;
    if (resized && this.#stuck) return this.#toBottom();
    this.#stuck = this.#isNearBottom();
    if (this.#stuck) this.jump.hidden = true;
  }

  #isNearBottom() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_BOTTOM;
  }

  #toBottom(smoothly = false) {
    this.#stuck = true;
    this.jump.hidden = true;
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: smoothly && !calm ? 'smooth' : 'instant' });
  }

  #offerJump(entry) {
    const text = (entry.card.title || entry.card.text || '').replace(/\s+/g, ' ').slice(0, 60);
    const label = h('span', { class: 'jump-text' }, text || t('newMessage', {}, this.#language));
    this.jump.replaceChildren(label, icon('down'));
    this.jump.setAttribute('aria-label', `${t('newMessage', {}, this.#language)}: ${text}`);
    this.jump.hidden = false;
  }
}
