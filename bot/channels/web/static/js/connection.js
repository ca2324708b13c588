/** One WebSocket that comes back: exponential backoff with jitter, resuming after the last seen row. */

import { Refused } from './session.js';

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
const HANDSHAKE_LIMIT = 10_000;

export class Connection {
  #socket = null;
  #timer = 0;
  #attempts = 0;
  #online = false;

  /**
   * `ensureSession` runs before every attempt, because a browser hides why a handshake was refused.
   * `onState` is told `connecting`, `online`, `offline`, or `refused` with the error (no further attempts).
   */
  constructor({ role, ensureSession, lastSeq, onFrame, onState }) {
    Object.assign(this, { role, ensureSession, lastSeq, onFrame, onState });
    window.addEventListener('online', () => this.retryNow());
    document.addEventListener('visibilitychange', () => document.hidden || this.retryNow());
  }

  get online() {
    return this.#online;
  }

  async start() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    try {
      await this.ensureSession();
    } catch (error) {
      if (error instanceof Refused && error.needsInvite) return this.onState('refused', error);
      return this.#later();
    }
    this.#open();
  }

  /** Skips the rest of a wait; does nothing while connected or connecting. */
  retryNow() {
    if (!this.#timer) return;
    this.#attempts = 0;
    this.start();
  }

  /** Gives up on a socket that stopped answering. */
  drop() {
    const socket = this.#socket;
    if (!socket) return;
    this.#closed(socket);
    socket.close();
  }

  send(frame) {
    if (!this.#online) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #open() {
    const url = new URL('/chat/ws', window.location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    url.search = new URLSearchParams({ role: this.role, after: String(this.lastSeq()) }).toString();
    const socket = new WebSocket(url);
    this.#socket = socket;
    const limit = setTimeout(() => this.#online || this.#closed(socket) || socket.close(), HANDSHAKE_LIMIT);
    socket.onmessage = (message) => this.#received(socket, message);
    socket.onclose = () => {
      clearTimeout(limit);
      this.#closed(socket);
    };
  }

  #received(socket, message) {
    if (socket !== this.#socket) return;
    let frame;
    try {
      frame = JSON.parse(message.data);
    } catch {
      return;
    }
    if (frame.type === 'hello') {
      this.#online = true;
      this.#attempts = 0;
      this.onState('online');
    }
    this.onFrame(frame);
  }

  #closed(socket) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#online = false;
    this.#later();
  }

  #later() {
    this.onState('offline');
    const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#attempts);
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.start(), ceiling * (0.5 + Math.random() / 2));
  }
}
