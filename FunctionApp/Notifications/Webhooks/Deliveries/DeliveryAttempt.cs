using System.Net;
using System.Security.Cryptography;
using Atelier.Durable;

namespace Atelier.Notifications.Webhooks.Deliveries;

/// <summary>Makes one attempt to deliver an event to a webhook.</summary>
public sealed class DeliveryAttempt(WebhookClient client, SecretBox secrets, WebhookOptions options, ILogger<DeliveryAttempt> logger)
{
    private const string SecretLost = "secret_unreadable";
    private const string Disabled = "webhook_disabled";

    /// <summary>Makes an attempt. Never throws but when it is canceled.</summary>
    internal async Task<DeliveryOutcome> MakeAsync(ClaimedDelivery delivery, CancellationToken cancellationToken)
    {
        var response = delivery.IsDisabled
            ? new WebhookResponse(Status: null, Body: null, Disabled)
            : await SendAsync(
                new WebhookAddress(delivery.WebhookId, delivery.Url, delivery.Secret, delivery.PreviousSecret),
                $"msg_{delivery.Id:N}", delivery.Event.Json, cancellationToken);
        var failure = FailureOf(response);
        if (failure is null)
        {
            logger.LogInformation(
                "Event {EventId} of campaign {CampaignId} was delivered to webhook {WebhookId}.",
                delivery.Event.Id, delivery.Event.CampaignId, delivery.WebhookId);
            return new DeliveryOutcome(delivery, DeliveryEnd.Delivered, response);
        }
        logger.LogWarning(
            "Event {EventId} of campaign {CampaignId} could not be delivered to webhook {WebhookId}: {Code}: {Reason}",
            delivery.Event.Id, delivery.Event.CampaignId, delivery.WebhookId, failure.Code, failure.Message);
        var delay = failure.CanRetry ? NextDelay(delivery, response.RetryAfter) : null;
        return new DeliveryOutcome(delivery, delay is null ? DeliveryEnd.Dead : DeliveryEnd.None, response, failure, delay ?? TimeSpan.Zero)
        {
            CountsForReceiver = response.Failure is not Disabled,
        };
    }

    // A receiver may ask for more time than the policy gives, up to the policy's longest interval and within the time of the run.
    private TimeSpan? NextDelay(ClaimedDelivery delivery, TimeSpan? retryAfter)
    {
        var left = options.Retry.Timeout - delivery.SinceStart;
        TimeSpan? asked = retryAfter is { } wait ? new[] { wait, options.Retry.MaxInterval, left }.Min() : null;
        return RetrySchedule.NextDelay(options.Retry, delivery.AttemptsOfRun + 1, delivery.SinceStart, asked);
    }

    /// <summary>Sends a message that is signed with the webhook's secrets. Never throws but when it is canceled.</summary>
    internal async Task<WebhookResponse> SendAsync(WebhookAddress webhook, string messageId, string body, CancellationToken cancellationToken)
    {
        var keys = new List<byte[]>();
        try
        {
            keys.Add(secrets.Open(webhook.Secret, webhook.Id));
            if (webhook.PreviousSecret is { } previous)
                keys.Add(secrets.Open(previous, webhook.Id));
        }
        catch (CryptographicException exception)
        {
            logger.LogError(exception, "A secret of webhook {WebhookId} cannot be read.", webhook.Id);
            // The secret before may be under a key that is gone: the new one is there because of that.
            if (keys.Count == 0)
                return new WebhookResponse(Status: null, Body: null, SecretLost);
        }
        return await client.SendAsync(webhook.Url, keys, messageId, body, cancellationToken);
    }

    /// <summary>Why an attempt failed; <see langword="null"/> where it did not.</summary>
    internal static ActivityFailure? FailureOf(WebhookResponse response) => response switch
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
}

/// <summary>A delivery that this process makes an attempt at.</summary>
/// <param name="Id">The delivery.</param>
/// <param name="WebhookId">Its webhook.</param>
/// <param name="Attempts">The attempts made before, over all runs.</param>
/// <param name="AttemptsOfRun">Those of them that this run made.</param>
/// <param name="SinceStart">How long ago its run began, by PostgreSQL's clock.</param>
/// <param name="Url">Where it goes.</param>
/// <param name="Secret">The webhook's signing secret, encrypted.</param>
/// <param name="PreviousSecret">The secret before, encrypted, as long as it signs too.</param>
/// <param name="IsDisabled">Whether the webhook is disabled.</param>
/// <param name="IsProven">Whether the last attempt at the webhook succeeded.</param>
/// <param name="Event">What is sent.</param>
internal sealed record ClaimedDelivery(
    Guid Id,
    Guid WebhookId,
    int Attempts,
    int AttemptsOfRun,
    TimeSpan SinceStart,
    string Url,
    byte[] Secret,
    byte[]? PreviousSecret,
    bool IsDisabled,
    bool IsProven,
    LoggedEvent Event);

/// <summary>Where a message goes, and what it is signed with.</summary>
/// <param name="Id">The webhook.</param>
/// <param name="Url">Where it goes.</param>
/// <param name="Secret">The webhook's signing secret, encrypted.</param>
/// <param name="PreviousSecret">The secret before, encrypted, as long as it signs too.</param>
internal sealed record WebhookAddress(Guid Id, string Url, byte[] Secret, byte[]? PreviousSecret);

/// <summary>How an attempt ended its delivery.</summary>
internal enum DeliveryEnd
{
    /// <summary>It did not: another attempt follows.</summary>
    None,

    /// <summary>The receiver has the message.</summary>
    Delivered,

    /// <summary>No attempt follows: a dead letter.</summary>
    Dead,

    /// <summary>The attempt was cut off because this process stops: another process makes it.</summary>
    Released,
}

/// <summary>What is recorded of an attempt.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="End">How it ended.</param>
/// <param name="Response">What the receiver responded; <see langword="null"/> where the attempt was cut off.</param>
/// <param name="Failure">Why it failed; <see langword="null"/> where it did not.</param>
/// <param name="Delay">When the next attempt follows, from now.</param>
internal sealed record DeliveryOutcome(
    ClaimedDelivery Delivery, DeliveryEnd End, WebhookResponse? Response, ActivityFailure? Failure = null, TimeSpan Delay = default)
{
    /// <summary>Whether it tells something about the receiver.</summary>
    public bool CountsForReceiver { get; init; } = true;
}
