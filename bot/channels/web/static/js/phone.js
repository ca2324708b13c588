/** One phone: a person's session, its chat, and what is waiting to be sent. */

import { Composer } from './composer.js';
import { Connection } from './connection.js';
import { uuid } from './dom.js';
import { JoinPane } from './join.js';
import { LogView } from './log_view.js';
import { PhoneFrame } from './phone_frame.js';
import { openSession } from './session.js';
import { Outbox, readMark, setReadMark } from './store.js';
import { Timeline } from './timeline.js';

const KEEP_ON_SCREEN = 500;
const ANSWER_LIMIT = 12_000;
const TYPING_LIMIT = 20_000;
const HISTORY_LIMIT = 3_000;

export class Phone {
  // What was typed before it was known who types.
  #early = [];
  #person = null;
  #badInvite = null;
  #visible = false;
  #readSeq = 0;
  #historyEnd = 0;
  #sentAt = new Map();
  #typingTimer = 0;

  /** `onUnread(count)` is told whenever the number of unread messages changes. */
  constructor({ role, onUnread }) {
    Object.assign(this, { role, onUnread });
    this.frame = new PhoneFrame({ role, onRetry: () => this.connection.retryNow() });
    this.join = new JoinPane({ role, onJoin: (request) => this.#enter(request) });
    this.composer = new Composer({
      role,
      onSay: (text) => this.#say({ type: 'say', client_id: uuid(), text }),
      onReply: (button, entry) => this.#tap(button, entry),
    });
    this.connection = new Connection({
      role,
      ensureSession: () => this.#ensureSession(),
      lastSeq: () => this.timeline.lastSeq,
      onFrame: (frame) => this.#frame(frame),
      onState: (state, error) => this.#state(state, error),
    });
    this.#newTimeline();
    setInterval(() => this.#watchAnswers(), ANSWER_LIMIT / 3);
  }

  /** Starts with the invite from the page's address, if any; a used one still leaves the session it once made. */
  async start(invite) {
    if (!invite) return this.connection.start();
    try {
      await this.#enter({ invite });
    } catch (error) {
      this.#badInvite = { error, invite };
      await this.connection.start();
    }
  }

  set demo(value) {
    this.join.demo = value;
  }

  /** Whether a person can see this phone now; what is seen counts as read. */
  set visible(value) {
    this.#visible = value;
    this.#markRead();
  }

  // Sessions

  async #enter(request) {
    this.#adopt(await openSession({ role: this.role, ...request }));
    await this.connection.start();
  }

  async #ensureSession() {
    if (!this.#person) this.frame.setState('connecting');
    this.#adopt(await openSession({ role: this.role }));
  }

  #adopt({ person_id: id, name }) {
    this.frame.setName(name);
    if (this.#person?.id === id) return;
    if (this.#person) this.#newTimeline();
    this.#person = { id, name };
    this.outbox = new Outbox(id);
    this.#readSeq = readMark(id);
    for (const { frame, at } of this.outbox.all()) this.#showPending(frame, at);
    this.frame.showChat();
    for (const frame of this.#early.splice(0)) this.#say(frame);
  }

  #newTimeline() {
    this.timeline = new Timeline();
    this.log = new LogView(this.timeline, {
      tap: (button, entry) => this.#tap(button, entry),
      retry: (entry) => this.#retry(entry),
      discard: (entry) => this.#discard(entry),
    });
    this.frame.place(this.join, this.log, this.composer);
  }

  #showJoin(error) {
    this.frame.showJoin();
    if (this.#badInvite) this.join.explain(this.#badInvite.error, this.#badInvite.invite);
    else if (this.#person) this.join.explain(error);
  }

  #state(state, error) {
    if (state !== 'refused') this.frame.setState(state);
    else this.#showJoin(error);
    if (state !== 'online') this.#setTyping(false);
  }

  // Frames from the server

  #frame(frame) {
    if (frame.type === 'hello') this.#hello(frame);
    else if (frame.type === 'message') this.#message(frame);
    else if (frame.type === 'ack') this.#acknowledged(frame.client_id);
    else if (frame.type === 'typing') this.#setTyping(frame.on);
    else if (frame.type === 'error') this.#failed(frame);
  }

  #hello({ person, last_seq: lastSeq }) {
    this.#adopt({ person_id: person.id, name: person.name });
    const language = person.language === 'en' ? 'en' : 'ko';
    this.log.setLanguage(language);
    this.composer.setLanguage(language);
    this.#historyEnd = lastSeq;
    if (lastSeq > this.timeline.lastSeq) {
      this.log.busy = true;
      setTimeout(() => this.log.busy && this.#historyIsIn(), HISTORY_LIMIT);
    }
    for (const { frame } of this.outbox.all()) this.#send(frame);
    this.#markRead();
  }

  #message(frame) {
    const changed = this.timeline.change(frame);
    if (changed) {
      this.log.change(changed);
      if (this.log.busy && frame.seq >= this.#historyEnd) return this.#historyIsIn();
      return this.#showReplies();
    }
    const entry = this.timeline.accept(frame);
    if (frame.client_id) this.#forget(frame.client_id);
    if (!entry) return;
    this.log.show(entry);
    if (entry.from === 'bot') this.#setTyping(false);
    if (this.log.busy && frame.seq >= this.#historyEnd) return this.#historyIsIn();
    if (!this.log.busy) this.#settle();
  }

  #historyIsIn() {
    this.log.busy = false;
    this.#settle();
  }

  #settle() {
    this.log.remove(this.timeline.trim(KEEP_ON_SCREEN));
    this.#showReplies();
    this.#markRead();
  }

  #acknowledged(clientId) {
    this.#forget(clientId);
    const entry = this.timeline.settle(clientId, 'sent');
    if (entry) this.log.show(entry);
  }

  #failed({ client_id: clientId, text }) {
    const entry = clientId ? this.timeline.settle(clientId, 'failed') : null;
    if (!entry) return this.frame.say(text);
    this.#sentAt.delete(clientId);
    entry.frame = this.outbox.all().find((kept) => kept.frame.client_id === clientId)?.frame ?? entry.frame;
    this.outbox.remove(clientId);
    entry.error = text;
    this.log.redraw(entry);
  }

  #setTyping(on) {
    clearTimeout(this.#typingTimer);
    this.log.setTyping(on);
    if (on) this.#typingTimer = setTimeout(() => this.log.setTyping(false), TYPING_LIMIT);
  }

  /** A notice may arrive in the middle of a question: it doesn't take the question's answers away. */
  #showReplies() {
    const answered = this.timeline.lastFrom('me');
    const asked = this.timeline.entries.findLast(
      ({ from, card }) => from === 'bot' && (!card.notice || card.quick_replies?.length),
    );
    this.composer.showReplies(asked && (!answered || answered.key < asked.key) ? asked : null);
  }

  // What the person does

  #tap(button, entry) {
    const frame = { type: 'tap', client_id: uuid(), action: button.action, label: button.label, seq: entry.seq };
    this.#say(frame);
  }

  #say(frame) {
    if (!this.outbox) return this.#early.push(frame);
    const at = new Date().toISOString();
    this.outbox.add(frame, at);
    this.#showPending(frame, at);
    this.#send(frame);
    this.#showReplies();
  }

  #showPending(frame, at) {
    const entry = this.timeline.addPending({ clientId: frame.client_id, text: frame.text ?? frame.label, at });
    entry.frame = frame;
    this.log.show(entry);
  }

  #send(frame) {
    if (this.connection.send(frame)) this.#sentAt.set(frame.client_id, Date.now());
  }

  #retry(entry) {
    entry.error = '';
    this.outbox.add(entry.frame, entry.at);
    this.timeline.settle(entry.clientId, 'pending');
    this.log.redraw(entry);
    this.#send(entry.frame);
  }

  #discard(entry) {
    this.timeline.discard(entry.clientId);
    this.log.remove([entry]);
    this.#showReplies();
  }

  #forget(clientId) {
    this.#sentAt.delete(clientId);
    this.outbox.remove(clientId);
  }

  /** A socket may look open long after the other side is gone: silence about what was sent tells. */
  #watchAnswers() {
    const oldest = Math.min(...this.#sentAt.values());
    if (!this.connection.online || Date.now() - oldest < ANSWER_LIMIT) return;
    this.#sentAt.clear();
    this.connection.drop();
  }

  #markRead() {
    const newest = this.timeline.lastFrom('bot')?.seq ?? 0;
    if (this.#visible && newest > this.#readSeq && this.connection.send({ type: 'read', seq: newest })) {
      this.#readSeq = newest;
      setReadMark(this.#person.id, newest);
    }
    const unread = ({ from, seq }) => from === 'bot' && seq > this.#readSeq;
    this.onUnread(this.#visible ? 0 : this.timeline.entries.filter(unread).length);
  }
}
