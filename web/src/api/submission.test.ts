import { describe, expect, it } from 'vitest';
import { loadPending, randomKey, savePending, submissionFor } from './submission';

describe('submissions', () => {
  it('keeps its key while nothing has changed and the outcome is unknown', () => {
    const first = submissionFor(null, '{"prompt":"a"}');
    expect(submissionFor(first, '{"prompt":"a"}')).toBe(first);
    expect(submissionFor(first, '{"prompt":"b"}').key).not.toBe(first.key);
  });

  it('survives a reload, and is removed once there is a response', () => {
    const submission = submissionFor(null, '{}');
    savePending(submission);
    expect(loadPending()).toEqual(submission);
    savePending(null);
    expect(loadPending()).toBeNull();
  });

  it('ignores nonsense in the storage', () => {
    sessionStorage.setItem('atelier.pending', '{broken');
    expect(loadPending()).toBeNull();
  });

  it('makes unique keys that the API accepts', () => {
    const keys = Array.from({ length: 50 }, randomKey);
    expect(new Set(keys).size).toBe(50);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  });
});
