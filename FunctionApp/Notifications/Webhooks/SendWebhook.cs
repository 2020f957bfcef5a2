using System.Net;
using System.Security.Cryptography;
using Atelier.Configuration;
using Atelier.Durable;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.Azure.Functions.Worker;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Notifications.Webhooks;

/// <summary>The activity that makes one attempt to deliver an event to a webhook.</summary>
public sealed class SendWebhook(
    AtelierDbContext db, EventLog log, WebhookClient client, SecretBox secrets, TimeProvider timeProvider, ILogger<SendWebhook> logger)
{
    private const string SecretLost = "secret_unreadable";
    private const string Disabled = "webhook_disabled";

    /// <summary>Makes one attempt and records its outcome. A repetition after a crash may send the message again, under the same id.</summary>
    /// <exception cref="ActivityFailedException">The attempt has failed, and the failure is recorded.</exception>
    [Function(nameof(SendWebhook))]
    public async Task RunAsync([ActivityTrigger] DeliveryInput input, CancellationToken cancellationToken)
    {
        var found = await Open(input)
            .Join(db.Webhooks, delivery => delivery.WebhookId, webhook => webhook.Id, (delivery, webhook) => new { delivery, webhook })
            .AsNoTracking()
            .SingleOrDefaultAsync(cancellationToken);
        LoggedEvent? @event = found is null ? null : await log.FindAsync(found.delivery.EventId, cancellationToken);
        if (found is null || @event is null)
        {
            // Delivered before, or its webhook or its campaign is gone.
            return;
        }

        WebhookResponse response = await SendAsync(found.delivery, found.webhook, @event, cancellationToken);
        ActivityFailure? failure = FailureOf(response);
        if (failure is not null)
            failure = failure with { Wait = WaitOf(input, found.delivery, response) };
        await RecordAsync(input, found.webhook.Id, response, failure, cancellationToken);
        if (failure is null)
        {
            logger.LogInformation(
                "Event {EventId} of campaign {CampaignId} was delivered to webhook {WebhookId}.", @event.Id, @event.CampaignId, found.webhook.Id);
            return;
        }
        logger.LogWarning(
            "Event {EventId} of campaign {CampaignId} could not be delivered to webhook {WebhookId}: {Code}: {Reason}",
            @event.Id, @event.CampaignId, found.webhook.Id, failure.Code, failure.Message);
        throw new ActivityFailedException(failure);
    }

    private static ActivityFailure? FailureOf(WebhookResponse response) => response switch
    {
        { IsSuccess: true } => null,
        { Status: HttpStatusCode.Gone } => new ActivityFailure("http_410", "The receiver wants no more messages.", CanRetry: false),
        { Status: { } status } => new ActivityFailure($"http_{(int)status}", $"The receiver responded with {(int)status}.", CanRetry: true),
        { Failure: WebhookResponse.NotAllowed } =>
            new ActivityFailure(WebhookResponse.NotAllowed, "The host resolves to an address that is not on the public internet.", CanRetry: false),
        { Failure: WebhookResponse.TimedOut } => new ActivityFailure(WebhookResponse.TimedOut, "The receiver did not respond in time.", CanRetry: true),
        { Failure: Disabled } => new ActivityFailure(Disabled, "The receiver has said before that it wants no more messages.", CanRetry: false),
        { Failure: SecretLost } => new ActivityFailure(SecretLost, "The key of the webhook's secret is not configured here.", CanRetry: true),
        _ => new ActivityFailure(WebhookResponse.Unreachable, "The receiver could not be reached.", CanRetry: true),
    };

    // Within the time of a run, so that no run is considered lost while it waits; after the last attempt there is no wait.
    private RetryWait? WaitOf(DeliveryInput input, WebhookDelivery delivery, WebhookResponse response)
    {
        int made = delivery.Attempts + 1 - input.AttemptsBefore;
        DateTimeOffset now = timeProvider.Now();
        TimeSpan left = input.Retry.Timeout - (now - (delivery.ScheduledAt ?? now));
        TimeSpan wait = new[] { response.RetryAfter ?? TimeSpan.Zero, input.Retry.MaxInterval, left }.Min();
        return made < input.Retry.MaxAttempts && wait > RetrySchedule.PolicyDelay(input.Retry, made) ? new RetryWait(wait, made) : null;
    }

    private async Task<WebhookResponse> SendAsync(
        WebhookDelivery delivery, Webhook webhook, LoggedEvent @event, CancellationToken cancellationToken)
    {
        if (webhook.DisabledAt is not null)
            return new WebhookResponse(Status: null, Body: null, Disabled);
        byte[] key;
        try
        {
            key = secrets.Open(webhook.Secret, webhook.Id);
        }
        catch (CryptographicException exception)
        {
            logger.LogError(exception, "The secret of webhook {WebhookId} cannot be read.", webhook.Id);
            return new WebhookResponse(Status: null, Body: null, SecretLost);
        }
        return await client.SendAsync(webhook.Url, key, $"msg_{delivery.Id:N}", @event.Json, cancellationToken);
    }

    private async Task RecordAsync(
        DeliveryInput input, Guid webhookId, WebhookResponse response, ActivityFailure? failure, CancellationToken cancellationToken)
    {
        DateTimeOffset now = timeProvider.Now();
        if (response.Status == HttpStatusCode.Gone)
        {
            await db.Webhooks
                .Where(webhook => webhook.Id == webhookId && webhook.DisabledAt == null)
                .ExecuteUpdateAsync(row => row.SetProperty(webhook => webhook.DisabledAt, now), cancellationToken);
        }
        await Open(input).ExecuteUpdateAsync(
            row => row
                .SetProperty(delivery => delivery.Attempts, delivery => delivery.Attempts + 1)
                .SetProperty(delivery => delivery.ResponseStatus, (int?)response.Status)
                .SetProperty(delivery => delivery.ResponseBody, response.Body)
                .SetProperty(delivery => delivery.ErrorCode, failure == null ? null : failure.Code)
                .SetProperty(delivery => delivery.ErrorMessage, failure == null ? null : failure.Message)
                .SetProperty(delivery => delivery.Status, delivery => failure == null ? DeliveryStatus.Delivered : delivery.Status)
                .SetProperty(delivery => delivery.CompletedAt, failure == null ? now : null),
            cancellationToken);
    }

    private IQueryable<WebhookDelivery> Open(DeliveryInput input) => db.WebhookDeliveries.Where(delivery =>
        delivery.Id == input.DeliveryId && delivery.Run == input.Run
        && (delivery.Status == DeliveryStatus.Pending || delivery.Status == DeliveryStatus.Scheduled));
}
