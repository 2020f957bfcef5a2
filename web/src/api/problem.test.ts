import { describe as group, expect, it } from 'vitest';
import { asProblem, describe, mapFieldErrors, Problem, readRetryAfter, toProblem } from './problem';

const labels = { prompt: 'The prompt', 'images.size': 'The size', metadata: 'Metadata' };

group('problems', () => {
  it('reads seconds and dates', () => {
    const now = Date.parse('2026-08-01T10:00:00Z');
    expect(readRetryAfter('17', now)).toBe(17);
    expect(readRetryAfter('Sat, 01 Aug 2026 10:00:30 GMT', now)).toBe(30);
    expect(readRetryAfter('Sat, 01 Aug 2026 09:00:00 GMT', now)).toBe(0);
    expect(readRetryAfter(null, now)).toBeNull();
    expect(readRetryAfter('soon', now)).toBeNull();
  });

  it('puts errors at the fields of the form, and lists the others', () => {
    const found = toProblem(400, { code: 'validation_failed', detail: 'Wrong.', errors: { 'images.size': ['must be WIDTHxHEIGHT.'], 'metadata.customer': ['must be a text.'], imagse: ['is not a field of this request.'] } }, null);
    expect(mapFieldErrors(found, labels)).toEqual({
      fields: { 'images.size': 'The size must be WIDTHxHEIGHT.', metadata: 'customer must be a text.' },
      others: ['imagse is not a field of this request.'],
    });
  });

  it('accepts responses that are no problem details', () => {
    const found = toProblem(502, null, null);
    expect([found.status, found.code, found.isTransient]).toEqual([502, 'http_502', true]);
    expect(found.message).toContain('502');
  });

  it('distinguishes a refusal from what may succeed later', () => {
    expect(toProblem(429, {}, 5).isTransient).toBe(true);
    expect(toProblem(400, {}, null).isTransient).toBe(false);
    expect(toProblem(409, {}, null).isTransient).toBe(false);
    expect(asProblem(new TypeError('Failed to fetch'))).toMatchObject({ status: 0, isTransient: true });
  });

  it('states how long to wait', () => {
    expect(describe(new Problem(429, 'rate_limited', 'Too many requests.', {}, 1))).toBe('Too many requests. Try again in 1 second.');
    expect(describe(new Problem(429, 'daily_limit', 'Enough for today.', {}, 3600))).toBe('Enough for today. Try again in 60 minutes.');
    expect(describe(new Problem(500, 'internal_error', 'Wrong.'))).toBe('Wrong.');
  });
});
