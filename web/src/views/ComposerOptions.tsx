import { useCallback, useId } from 'react';
import type { ImageProvider } from '../api/types';
import { useSession } from '../app/session';
import { Button } from '../components/Button';
import { Field } from '../components/Field';
import { useLoad } from '../lib/useLoad';
import { type Draft, maxMetadata } from '../state/draft';

const sizes = [
  { value: '1024x1024', label: 'Square', shape: 'square' },
  { value: '1536x1024', label: 'Landscape', shape: 'wide' },
  { value: '1024x1536', label: 'Portrait', shape: 'tall' },
] as const;
const qualities = ['low', 'medium', 'high'] as const;
const tones = ['playful', 'confident', 'warm', 'matter-of-fact', 'poetic'];

// Until the providers are known.
const anyProvider: Pick<ImageProvider, 'formats' | 'seed' | 'negativePrompt'> = { formats: ['png', 'jpeg', 'webp'], seed: false, negativePrompt: false };

interface Props {
  readonly draft: Draft;
  readonly faults: Readonly<Record<string, string>>;
  readonly onChange: (changes: Partial<Draft>) => void;
}

/** Everything about a campaign beyond its prompt. */
export function ComposerOptions({ draft, faults, onChange }: Props) {
  const { client, settings } = useSession();
  const providers = useLoad(
    useCallback(async (signal: AbortSignal) => (await client.get<{ readonly image: readonly ImageProvider[] }>('/api/providers', signal)).image, [client]),
  ).data;
  const provider = providers?.find(one => one.name === (draft.imageProvider || settings.image.default)) ?? anyProvider;
  const tonesId = useId();
  const isPreset = sizes.some(size => size.value === draft.size);
  return (
    <div className="options">
      {draft.count > 0 && (
        <fieldset className="options-group">
          <legend>Images</legend>
          <Radios
            label="Shape"
            value={isPreset ? draft.size : 'other'}
            choices={[
              ...sizes.map(size => ({ value: size.value, label: size.label, shape: size.shape })),
              { value: 'other', label: 'Other', shape: 'other' },
            ]}
            onChange={size => onChange({ size: size === 'other' ? '' : size })}
          />
          {!isPreset && (
            <Field label="Size in pixels" hint="Width x height, each 64 to 4096." error={faults['images.size']}>
              {attributes => (
                <input {...attributes} value={draft.size} placeholder="1280x720" inputMode="text" onChange={event => onChange({ size: event.target.value.trim() })} />
              )}
            </Field>
          )}
          <Radios
            label="Quality"
            value={draft.quality}
            choices={qualities.map(value => ({ value, label: capital(value) }))}
            onChange={quality => onChange({ quality })}
            error={faults['images.quality'] ?? (isPreset ? faults['images.size'] : undefined)}
          />
          <Radios
            label="Format"
            value={draft.format}
            choices={provider.formats.map(value => ({ value, label: value === 'webp' ? 'WebP' : value.toUpperCase() }))}
            onChange={format => onChange({ format })}
            error={faults['images.format']}
          />
          <Provider
            label="Image provider"
            choice={settings.image}
            value={draft.imageProvider}
            error={faults['providers.image']}
            onChange={imageProvider => onChange({ imageProvider, format: 'png', seed: '', negativePrompt: '' })}
          />
          {provider.seed && (
            <Field label="Seed" hint="The same prompt, size and seed give the same image; empty for a new one." error={faults['images.seed']}>
              {attributes => <input {...attributes} inputMode="numeric" maxLength={10} value={draft.seed} placeholder="42" onChange={event => onChange({ seed: event.target.value })} />}
            </Field>
          )}
          {provider.negativePrompt && (
            <Field label="Negative prompt" hint="What the images must not show." error={faults['images.negativePrompt']}>
              {attributes => (
                <input {...attributes} maxLength={1000} value={draft.negativePrompt} placeholder="people, text" onChange={event => onChange({ negativePrompt: event.target.value })} />
              )}
            </Field>
          )}
        </fieldset>
      )}
      {draft.wantsText && (
        <fieldset className="options-group">
          <legend>Text</legend>
          <Field label="Maximum number of words" hint="Up to 2000; empty leaves it to the provider." error={faults['text.maxWords']}>
            {attributes => (
              <input {...attributes} inputMode="numeric" value={draft.maxWords} placeholder="120" onChange={event => onChange({ maxWords: event.target.value })} />
            )}
          </Field>
          <Field label="Tone" error={faults['text.tone']}>
            {attributes => (
              <>
                <input {...attributes} list={tonesId} maxLength={100} value={draft.tone} placeholder="playful" onChange={event => onChange({ tone: event.target.value })} />
                <datalist id={tonesId}>
                  {tones.map(tone => (
                    <option key={tone} value={tone} />
                  ))}
                </datalist>
              </>
            )}
          </Field>
          <Field label="Language" hint="A tag such as en or pt-BR." error={faults['text.language']}>
            {attributes => <input {...attributes} value={draft.language} placeholder="en" onChange={event => onChange({ language: event.target.value })} />}
          </Field>
          <Provider
            label="Text provider"
            choice={settings.text}
            value={draft.textProvider}
            error={faults['providers.text']}
            onChange={textProvider => onChange({ textProvider })}
          />
        </fieldset>
      )}
      <Metadata entries={draft.metadata} error={faults['metadata']} onChange={metadata => onChange({ metadata })} />
    </div>
  );
}

interface RadiosProps {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly { readonly value: string; readonly label: string; readonly shape?: string }[];
  readonly error?: string | undefined;
  readonly onChange: (value: string) => void;
}

function Radios({ label, value, choices, error, onChange }: RadiosProps) {
  const name = useId();
  return (
    <fieldset className="segments" aria-describedby={error ? `${name}-error` : undefined}>
      <legend>{label}</legend>
      {choices.map(choice => (
        <label key={choice.value}>
          <input type="radio" name={name} checked={value === choice.value} onChange={() => onChange(choice.value)} />
          <span>
            {choice.shape && <span className={`shape shape-${choice.shape}`} aria-hidden="true" />}
            {choice.label}
          </span>
        </label>
      ))}
      {error && (
        <p className="field-error" id={`${name}-error`}>
          {error}
        </p>
      )}
    </fieldset>
  );
}

interface ProviderProps {
  readonly label: string;
  readonly choice: { readonly names: readonly string[]; readonly default: string };
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

function Provider({ label, choice, value, error, onChange }: ProviderProps) {
  return (
    <Field label={label} error={error}>
      {attributes => (
        <select {...attributes} value={value} onChange={event => onChange(event.target.value)}>
          <option value="">{choice.default} (default)</option>
          {choice.names
            .filter(name => name !== choice.default)
            .map(name => (
              <option key={name}>{name}</option>
            ))}
        </select>
      )}
    </Field>
  );
}

interface MetadataProps {
  readonly entries: Draft['metadata'];
  readonly error: string | undefined;
  readonly onChange: (entries: Draft['metadata']) => void;
}

function Metadata({ entries, error, onChange }: MetadataProps) {
  const change = (at: number, changes: Partial<Draft['metadata'][number]>) =>
    onChange(entries.map((entry, i) => (i === at ? { ...entry, ...changes } : entry)));
  return (
    <fieldset className="options-group options-wide">
      <legend>Metadata</legend>
      <p className="field-hint">Names and values of your own, such as a customer's number. They come back with the campaign.</p>
      {entries.map((entry, i) => (
        <div className="pair" key={i}>
          <input
            aria-label={`Name of entry ${i + 1}`}
            aria-invalid={error ? true : undefined}
            placeholder="customer"
            maxLength={64}
            value={entry.name}
            onChange={event => change(i, { name: event.target.value })}
          />
          <input aria-label={`Value of entry ${i + 1}`} placeholder="42" maxLength={512} value={entry.value} onChange={event => change(i, { value: event.target.value })} />
          <Button variant="quiet" icon="close" aria-label={`Remove entry ${i + 1}`} onClick={() => onChange(entries.filter((_, at) => at !== i))} />
        </div>
      ))}
      {error && <p className="field-error">{error}</p>}
      {entries.length < maxMetadata && (
        <Button variant="quiet" icon="plus" onClick={() => onChange([...entries, { name: '', value: '' }])}>
          Add an entry
        </Button>
      )}
    </fieldset>
  );
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
