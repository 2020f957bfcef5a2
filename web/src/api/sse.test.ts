import { describe, expect, it } from 'vitest';
import { EventStreamParser } from './sse';

const stream = 'retry: 2000\nid: 7\n\n:\n\nid: 8\nevent: campaign.started\ndata: {"a":1}\n\nid: 9\ndata: one\ndata:two\n\n';

describe('EventStreamParser', () => {
  it('reads messages with their ids, types and lines', () => {
    expect(new EventStreamParser().feed(stream)).toEqual([
      { id: '8', event: 'campaign.started', data: '{"a":1}' },
      { id: '9', event: 'message', data: 'one\ntwo' },
    ]);
  });

  it.each([1, 2, 3, 7])('reads the same however the bytes are cut: pieces of %i', length => {
    const parser = new EventStreamParser();
    const text = stream.replaceAll('\n', '\r\n');
    const messages = [];
    for (let at = 0; at < text.length; at += length) messages.push(...parser.feed(text.slice(at, at + length)));
    expect(messages.map(message => message.data)).toEqual(['{"a":1}', 'one\ntwo']);
    expect(parser.lastId).toBe('9');
  });

  it('takes the position of a block without data, and the time to come back after', () => {
    const parser = new EventStreamParser();
    expect(parser.feed('retry: 2000\nid: 7\n\n')).toEqual([]);
    expect([parser.lastId, parser.retry]).toEqual(['7', 2000]);
  });

  it('does not move on for a message that was cut off', () => {
    const parser = new EventStreamParser('5');
    expect(parser.feed('id: 6\ndata: half')).toEqual([]);
    expect(parser.lastId).toBe('5');
  });

  it('ignores comments, unknown fields, a byte order mark and a retry that is no number', () => {
    const parser = new EventStreamParser();
    expect(parser.feed('\uFEFF: hello\nfoo: bar\nretry: soon\ndata: x\n\n')).toEqual([{ id: '', event: 'message', data: 'x' }]);
    expect(parser.retry).toBeNull();
  });
});
