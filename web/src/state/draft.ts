import type { NewCampaign } from '../api/types';
import { readStored, writeStored } from '../lib/storage';

/** What the form for a new campaign holds: texts as they were typed. */
export interface Draft {
  readonly prompt: string;
  readonly count: number;
  readonly size: string;
  readonly quality: string;
  readonly format: string;
  readonly wantsText: boolean;
  readonly maxWords: string;
  readonly tone: string;
  readonly language: string;
  /** Empty: the service's default. */
  readonly textProvider: string;
  readonly imageProvider: string;
  /** Empty: the provider's choice. */
  readonly seed: string;
  readonly negativePrompt: string;
  readonly metadata: readonly { readonly name: string; readonly value: string }[];
}

export const maxPrompt = 4000;
export const maxImages = 10;
export const maxMetadata = 16;
export const maxSeed = 4_294_967_295;

export const emptyDraft: Draft = {
  prompt: '',
  count: 2,
  size: '1024x1024',
  quality: 'medium',
  format: 'png',
  wantsText: true,
  maxWords: '',
  tone: '',
  language: '',
  textProvider: '',
  imageProvider: '',
  seed: '',
  negativePrompt: '',
  metadata: [],
};

const slot = 'atelier.draft';

/** The draft that this tab has kept. */
export function readDraft(): Draft {
  try {
    return { ...emptyDraft, ...(JSON.parse(readStored(() => sessionStorage, slot) ?? '{}') as Partial<Draft>) };
  } catch {
    return emptyDraft;
  }
}

/** Keeps a draft for this tab. */
export function writeDraft(draft: Draft): void {
  writeStored(() => sessionStorage, slot, JSON.stringify(draft));
}

/** Puts a prompt into the form, to be changed there. */
export function draftPrompt(prompt: string): void {
  writeDraft({ ...readDraft(), prompt });
}

/** The labels of the fields, by their names in the API. */
export const fieldLabels: Readonly<Record<string, string>> = {
  prompt: 'The prompt',
  'images.count': 'The number of images',
  'images.size': 'The size',
  'images.quality': 'The quality',
  'images.format': 'The format',
  'images.seed': 'The seed',
  'images.negativePrompt': 'The negative prompt',
  'text.maxWords': 'The number of words',
  'text.tone': 'The tone',
  'text.language': 'The language',
  'providers.text': 'The provider',
  'providers.image': 'The provider',
  metadata: 'Metadata',
};

/** The request of a draft; for empty fields the service has defaults. */
export function toRequest(draft: Draft): NewCampaign {
  const request: NewCampaign = {
    prompt: draft.prompt,
    images: draft.count === 0 ? { count: 0 } : { count: draft.count, size: draft.size, quality: draft.quality, format: draft.format },
    text: draft.wantsText ? {} : null,
  };
  if (draft.count > 0) {
    if (draft.seed.trim() !== '') request.images.seed = Number(draft.seed);
    if (draft.negativePrompt.trim() !== '') request.images.negativePrompt = draft.negativePrompt.trim();
  }
  if (request.text) {
    if (draft.maxWords.trim() !== '') request.text.maxWords = Number(draft.maxWords);
    if (draft.tone.trim() !== '') request.text.tone = draft.tone.trim();
    if (draft.language.trim() !== '') request.text.language = draft.language.trim();
  }
  const text = draft.wantsText ? draft.textProvider : '';
  const image = draft.count > 0 ? draft.imageProvider : '';
  if (text !== '' || image !== '') request.providers = { ...(text !== '' && { text }), ...(image !== '' && { image }) };
  const entries = draft.metadata.filter(entry => entry.name.trim() !== '' || entry.value !== '');
  if (entries.length > 0) request.metadata = Object.fromEntries(entries.map(entry => [entry.name.trim(), entry.value]));
  return request;
}

/** Errors that are known before anything is sent, by field. The service checks everything again, and more. */
export function findFaults(draft: Draft): Record<string, string> {
  const faults: Record<string, string> = {};
  if (draft.prompt.trim() === '') faults['prompt'] = 'Describe what the campaign is about.';
  else if (draft.prompt.length > maxPrompt) faults['prompt'] = `The prompt must be at most ${maxPrompt} characters; it has ${draft.prompt.length}.`;
  if (draft.count === 0 && !draft.wantsText) faults['images.count'] = 'A campaign needs a text or at least one image.';
  if (draft.count > 0 && !/^[1-9]\d{1,3}x[1-9]\d{1,3}$/.test(draft.size)) faults['images.size'] = 'The size must be width x height in pixels, such as 1024x1024.';
  if (draft.count > 0 && draft.seed.trim() !== '' && !(/^\d{1,10}$/.test(draft.seed.trim()) && Number(draft.seed) <= maxSeed))
    faults['images.seed'] = `The seed must be a whole number from 0 to ${maxSeed}.`;
  if (draft.wantsText && draft.maxWords.trim() !== '' && !/^[1-9]\d*$/.test(draft.maxWords.trim())) faults['text.maxWords'] = 'The number of words must be a whole number.';
  const names = draft.metadata.map(entry => entry.name.trim()).filter((name, i) => name !== '' || draft.metadata[i]!.value !== '');
  if (names.includes('')) faults['metadata'] = 'Each entry needs a name.';
  else if (new Set(names).size < names.length) faults['metadata'] = 'Each name may be there once.';
  return faults;
}
