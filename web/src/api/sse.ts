/** One message of a stream of server-sent events. */
export interface StreamMessage {
  /** The position after it. */
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Reads a stream of server-sent events as WHATWG HTML describes it, in whatever pieces it comes. */
export class EventStreamParser {
  /** The last id seen, also that of a block without data: where to resume. */
  lastId: string;

  /** Milliseconds after which the server wants a client to reconnect; null where it has sent none. */
  retry: number | null = null;

  private rest = '';
  private isFirst = true;
  private data: string[] = [];
  private event = '';
  private id: string;

  constructor(lastId = '') {
    this.lastId = lastId;
    this.id = lastId;
  }

  /** Takes a piece; gives the messages that are whole by now. */
  feed(piece: string): StreamMessage[] {
    if (this.isFirst && piece !== '') {
      this.isFirst = false;
      if (piece.startsWith('\uFEFF')) piece = piece.slice(1);
    }
    this.rest += piece;
    const messages: StreamMessage[] = [];
    for (;;) {
      const end = this.rest.search(/[\r\n]/);
      // A CR at the very end may be half of a CR LF.
      if (end < 0 || (this.rest[end] === '\r' && end === this.rest.length - 1)) return messages;
      const line = this.rest.slice(0, end);
      this.rest = this.rest.slice(end + (this.rest.startsWith('\r\n', end) ? 2 : 1));
      if (line === '') this.dispatch(messages);
      else this.readField(line);
    }
  }

  private readField(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return; // A comment: the heartbeat.
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') this.data.push(value);
    else if (name === 'event') this.event = value;
    else if (name === 'id' && !value.includes('\0')) this.id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retry = Number(value);
  }

  private dispatch(messages: StreamMessage[]): void {
    this.lastId = this.id;
    if (this.data.length > 0) messages.push({ id: this.id, event: this.event || 'message', data: this.data.join('\n') });
    this.data = [];
    this.event = '';
  }
}
