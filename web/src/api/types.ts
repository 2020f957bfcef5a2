/** The API's responses: the records of FunctionApp, as /api/openapi.json describes them. */

export type CampaignStatus = 'PENDING' | 'RUNNING' | 'COMPLETE' | 'FAILED' | 'CANCELED';
export type PartStatus = CampaignStatus | 'RETRYING';

export interface PartError {
  readonly code: string;
  readonly message: string;
}

/** A provider that a part waits for without using up an attempt. */
export interface PartWait {
  readonly provider: string;
  readonly until: string;
  readonly reason: string;
}

export interface TextPart {
  readonly status: PartStatus;
  readonly content: string | null;
  readonly provider: string;
  readonly model: string | null;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly waitingFor: PartWait | null;
  readonly usage: TokenUsage | null;
  readonly error: PartError | null;
  readonly version: number;
  readonly versions: number;
}

export interface TokenUsage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly totalTokens?: number;
}

export interface ImagePart {
  readonly index: number;
  readonly status: PartStatus;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly waitingFor: PartWait | null;
  readonly url: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly provider: string;
  readonly model: string | null;
  readonly seed: number | null;
  readonly error: PartError | null;
  readonly version: number;
  readonly versions: number;
}

/** One version of a part. */
export interface PartVersion {
  readonly part: string;
  readonly version: number;
  readonly current: boolean;
  readonly status: PartStatus;
  readonly prompt: string;
  readonly provider: string;
  readonly nextAttemptAt: string | null;
  readonly error: PartError | null;
  readonly endedAt: string | null;
}

export interface FailedAttempt {
  readonly part: string;
  readonly attempt: number;
  readonly at: string;
  readonly code: string;
  readonly message: string;
  readonly retryInMs: number | null;
}

export interface Campaign {
  readonly id: string;
  readonly status: CampaignStatus;
  readonly prompt: string;
  readonly name: string | null;
  readonly favorite: boolean;
  readonly tags: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly completedAt: string | null;
  readonly text: TextPart | null;
  readonly images: readonly ImagePart[];
  readonly failedAttempts: readonly FailedAttempt[];
  readonly error: { readonly part: string; readonly code: string; readonly message: string } | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether a part is made again, after the campaign has ended. */
  readonly regenerating: boolean;
}

/** What can be changed of a campaign; what is missing stays. */
export interface CampaignEdit {
  readonly name?: string | null;
  readonly favorite?: boolean;
  readonly tags?: readonly string[];
  /** A new version of the text. */
  readonly text?: string;
}

/** What became of each campaign of a request for many. */
export interface ControlResults {
  readonly results: readonly { readonly id: string; readonly status: number; readonly code: string | null }[];
}

export interface CampaignPage {
  readonly items: readonly Campaign[];
  readonly nextCursor: string | null;
}

/** One message of streams, inbox and webhooks. Types and members may be added. */
export interface CampaignEvent {
  readonly id: number;
  readonly type: string;
  readonly campaignId: string;
  readonly at: string;
  readonly status: string;
  readonly part?: string;
  readonly attempt?: number;
  readonly version?: number;
  readonly code?: string;
  readonly retryInMs?: number;
  readonly error?: { readonly part?: string; readonly code: string; readonly message: string } | null;
}

export interface InboxPage {
  readonly items: readonly CampaignEvent[];
  readonly nextAfter: number | null;
}

export interface Limit {
  readonly limit: number;
  readonly remaining: number;
  readonly resetsAt: string | null;
}

export interface Me {
  readonly userId: string;
  readonly email: string | null;
  readonly operator: boolean;
  readonly limits: { readonly requestsPerMinute: Limit | null; readonly running: Limit | null; readonly campaignsPerDay: Limit | null };
}

export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly createdAt: string;
}

export interface NewWebhook extends Webhook {
  readonly secret: string;
}

/** The outcome of a webhook's test. */
export interface WebhookTest {
  readonly delivered: boolean;
  readonly status: number | null;
  readonly durationMs: number;
  readonly error: PartError | null;
}

export interface WebhookSecret {
  readonly id: string;
  readonly secret: string;
  readonly previousUntil: string;
}

export interface Delivery {
  readonly id: string;
  readonly eventId: number;
  readonly type: string;
  readonly campaignId: string;
  readonly createdAt: string;
  readonly state: 'PENDING' | 'DELIVERED' | 'DEAD';
  readonly attempts: number;
  readonly status: number | null;
  readonly error: PartError | null;
  readonly durationMs: number | null;
  readonly nextAttemptAt: string | null;
  readonly completedAt: string | null;
}

export interface Share {
  readonly id: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}

export interface NewShare {
  readonly id: string;
  /** Absolute, or from the root of the app. */
  readonly url: string;
  readonly expiresAt: string;
}

export interface SharedCampaign {
  readonly prompt: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly text: string | null;
  readonly images: readonly { readonly index: number; readonly url: string; readonly width: number | null; readonly height: number | null }[];
}

export interface Report {
  readonly id: string;
  readonly shareId: string;
  readonly userId: string;
  readonly campaignId: string;
  readonly prompt: string;
  readonly reason: string;
  readonly at: string;
}

export interface ReportPage {
  readonly items: readonly Report[];
  readonly nextCursor: string | null;
}

export interface DeadLetter {
  readonly id: string;
  readonly kind: 'campaign' | 'webhook';
  readonly userId: string;
  readonly campaignId: string;
  readonly errorCode: string;
  readonly message: string;
  readonly at: string;
  readonly delivery: {
    readonly webhookId: string;
    readonly url: string;
    readonly eventId: number;
    readonly attempts: number;
    readonly responseStatus: number | null;
    readonly responseBody: string | null;
  } | null;
}

export interface DeadLetterPage {
  readonly items: readonly DeadLetter[];
  readonly nextCursor: string | null;
}

export interface Readiness {
  readonly status: string;
  readonly checks: readonly { readonly name: string; readonly status: string; readonly latencyMs: number; readonly error: string | null }[];
}

export interface ProviderChoice {
  readonly names: readonly string[];
  readonly default: string;
}

/** What the page gets before sign-in: GET /settings.json. */
export interface PageSettings {
  readonly accessMode: 'ApiKey' | 'EasyAuth' | 'Development';
  readonly text: ProviderChoice;
  readonly image: ProviderChoice;
}

export interface NewCampaign {
  prompt: string;
  images: { count: number; size?: string; quality?: string; format?: string; seed?: number; negativePrompt?: string };
  text: { maxWords?: number; tone?: string; language?: string } | null;
  providers?: { text?: string; image?: string };
  metadata?: Record<string, string>;
}

/** A provider of images, and what it can do. */
export interface ImageProvider {
  readonly name: string;
  readonly formats: readonly string[];
  readonly seed: boolean;
  readonly negativePrompt: boolean;
}

/** The types of events that a webhook may select. */
export const eventTypes = [
  'campaign.accepted',
  'campaign.started',
  'campaign.text.completed',
  'campaign.image.completed',
  'campaign.part.retrying',
  'campaign.completed',
  'campaign.failed',
  'campaign.canceled',
  'campaign.updated',
  'campaign.version.started',
  'campaign.version.completed',
  'campaign.version.failed',
  'campaign.version.canceled',
  'campaign.version.chosen',
] as const;

export const campaignStatuses: readonly CampaignStatus[] = ['PENDING', 'RUNNING', 'COMPLETE', 'FAILED', 'CANCELED'];

/** Whether a campaign, or a part, changes no more by itself. */
export function hasEnded(status: string): boolean {
  return status === 'COMPLETE' || status === 'FAILED' || status === 'CANCELED';
}
