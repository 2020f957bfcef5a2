import { useState } from 'react';
import type { Campaign, PartVersion, TextPart } from '../api/types';
import { Button } from '../components/Button';
import { PartState } from '../components/PartState';
import { copyText } from '../lib/clipboard';
import { PartVersions } from './PartVersions';

interface Props {
  readonly campaign: Campaign;
  readonly text: TextPart;
  readonly isRunning: boolean;
  readonly versions: readonly PartVersion[];
}

/** The text of a campaign, or its state. */
export function TextCard({ campaign, text, isRunning, versions }: Props) {
  const [isCopied, setCopied] = useState(false);
  return (
    <section className="text-card" aria-labelledby="text-title">
      <header>
        <h2 id="text-title" className="section-title">
          Text
        </h2>
        {text.content !== null && (
          <Button
            variant="quiet"
            icon={isCopied ? 'check' : 'copy'}
            onClick={() => void copyText(text.content!).then(done => setCopied(done))}
            onBlur={() => setCopied(false)}
          >
            {isCopied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </header>
      {text.content !== null ? (
        <>
          <div className="text-content">
            {text.content.split(/\n{2,}/).map((paragraph, i) => (
              <p key={i}>{paragraph}</p>
            ))}
          </div>
          <p className="text-meta">
            {[text.model ?? text.provider, text.attempts > 1 ? `attempt ${text.attempts}` : null, text.usage?.totalTokens ? `${text.usage.totalTokens.toLocaleString('en')} tokens` : null]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </>
      ) : (
        <div className={`text-waiting frame-${text.status.toLowerCase()}`}>
          <PartState name="Text" part={text} isRunning={isRunning} />
        </div>
      )}
      <PartVersions campaign={campaign} part="text" name="Text" versions={versions} />
    </section>
  );
}
