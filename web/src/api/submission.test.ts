import { describe, expect, it } from 'vitest';
import { loadPending, randomKey, savePending, submissionFor } from './submission';

describe('submissions', () => {
  it('keeps its key while nothing has changed and nobody knows what became of it', () => {
    const first = submissionFor(null, '{"prompt":"a"}');
    expect(submissionFor(first, '{"prompt":"a"}')).toBe(first);
    expect(submissionFor(first, '{"prompt":"b"}').key).not.toBe(first.key);
  });

  it('outlives a reload, and is gone once it is answered', () => {
    const submission = submissionFor(null, '{}');
    savePending(submission);
    expect(loadPending()).toEqual(submission);
    savePending(null);
    expect(loadPending()).toBeNull();
  });

  it('takes nonsense in the storage for nothing', () => {
    sessionStorage.setItem('atelier.pending', '{broken');
    expect(loadPending()).toBeNull();
  });

  it('has keys that the API takes, each its own', () => {
    const keys = Array.from({ length: 50 }, randomKey);
    expect(new Set(keys).size).toBe(50);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  });
});
