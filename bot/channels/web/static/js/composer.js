/** The input bar: quick replies, examples behind "+", text, send. */

import { actionButton } from './card.js';
import { h, icon } from './dom.js';
import { EXAMPLES } from './examples.js';
import { t } from './texts.js';

const TALLEST = 116;
const LONGEST = 4000;

export class Composer {
  #language = 'ko';

  constructor({ role, onSay, onReply }) {
    Object.assign(this, { role, onSay, onReply });
    this.replies = h('div', { class: 'quick-replies', role: 'group', 'data-testid': 'quick-replies', hidden: true });
    this.examples = h('div', { class: 'examples', id: `examples-${role}`, role: 'group', hidden: true });
    this.plus = h('button', { type: 'button', class: 'plus', 'aria-expanded': 'false', 'data-testid': 'examples-open' });
    this.plus.setAttribute('aria-controls', this.examples.id);
    this.plus.append(icon('plus'));
    this.input = h('textarea', { class: 'input', rows: 1, maxlength: LONGEST, 'data-testid': 'chat-input' });
    this.input.setAttribute('enterkeyhint', 'send');
    this.input.setAttribute('autocomplete', 'off');
    this.button = h('button', { type: 'submit', class: 'send', disabled: true, 'data-testid': 'chat-send' }, icon('send'));
    this.form = h('form', { class: 'bar' }, this.plus, this.input, this.button);
    this.element = h('div', { class: 'composer' }, this.replies, this.examples, this.form);
    this.#listen();
    this.setLanguage('ko');
  }

  setLanguage(language) {
    this.#language = language;
    this.element.lang = language;
    this.input.placeholder = t('type', {}, language);
    for (const [element, key] of [
      [this.input, 'type'],
      [this.button, 'send'],
      [this.plus, 'examples'],
      [this.replies, 'quickReplies'],
      [this.examples, 'examples'],
    ]) element.setAttribute('aria-label', t(key, {}, language));
    const pick = (text) => h('button', { type: 'button', onclick: () => this.#fill(text) }, text);
    const sentences = EXAMPLES[this.role][language] ?? EXAMPLES[this.role].ko;
    this.examples.replaceChildren(h('p', {}, t('examples', {}, language)), ...sentences.map(pick));
  }

  /** The quick replies of that entry, or none. */
  showReplies(entry) {
    const replies = entry?.card.quick_replies ?? [];
    const tap = (reply) => {
      this.onReply(reply, entry);
      // The tapped reply goes away, and the focus with it; on touch, focusing would raise the keyboard.
      if (window.matchMedia('(pointer: fine)').matches) this.input.focus({ preventScroll: true });
    };
    const props = { class: 'quick-reply', 'data-testid': 'quick-reply' };
    this.replies.replaceChildren(...replies.map((reply) => actionButton(reply, tap, props)));
    this.replies.hidden = replies.length === 0;
    this.replies.scrollLeft = 0;
  }

  #listen() {
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.input.addEventListener('keydown', (event) => {
      // While Hangul is being composed, Enter ends the syllable, not the message (229: Safari says so only here).
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    });
    this.input.addEventListener('input', () => this.#fit());
    this.plus.addEventListener('click', () => this.#toggleExamples(this.examples.hidden));
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.examples.hidden) return;
      this.#toggleExamples(false);
      this.plus.focus();
    });
  }

  #submit() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = '';
    this.#fit();
    this.#toggleExamples(false);
    this.onSay(text);
  }

  #fit() {
    this.button.disabled = !this.input.value.trim();
    this.input.style.height = 'auto';
    this.input.style.height = `${Math.min(this.input.scrollHeight, TALLEST)}px`;
  }

  #toggleExamples(open) {
    this.examples.hidden = !open;
    this.plus.setAttribute('aria-expanded', String(open));
  }

  #fill(text) {
    this.input.value = text;
    this.#toggleExamples(false);
    this.#fit();
    this.input.focus();
  }
}
