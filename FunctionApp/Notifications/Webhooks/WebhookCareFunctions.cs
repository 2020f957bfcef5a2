using System.Security.Cryptography;
using System.Text.Json;
using Atelier.Access;
using Atelier.Configuration;
using Atelier.Http;
using Atelier.Notifications.Webhooks.Deliveries;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Notifications.Webhooks;

/// <summary><c>POST /api/webhooks/{id}/test</c>, <c>POST /api/webhooks/{id}/secret</c>, <c>GET /api/webhooks/{id}/deliveries</c>.</summary>
public sealed class WebhookCareFunctions(AtelierDbContext db, DeliveryAttempt attempt, SecretBox secrets, TimeProvider timeProvider)
{
    private const int MaxDeliveries = 100;
    private const string TestType = "webhook.test";

    /// <summary>Sends a test message now and shows its outcome. It is tried once, and no delivery is recorded.</summary>
    [Function("TestWebhook")]
    public async Task<IResult> TestAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.TestWebhook)] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var address = await Of(Caller.Of(request), id)
            .Select(webhook => new WebhookAddress(
                webhook.Id, webhook.Url, webhook.Secret, webhook.PreviousSecretUntil > DatabaseTime.Now() ? webhook.PreviousSecret : null))
            .SingleOrDefaultAsync(cancellationToken) ?? throw NotFound();
        var message = new TestMessage(LoggedEvent.SchemaVersion, TestType, address.Id, timeProvider.Now());
        var response = await attempt.SendAsync(
            address, $"msg_{Guid.NewGuid():N}", JsonSerializer.Serialize(message, ApiJson.Options), cancellationToken);
        var failure = DeliveryAttempt.FailureOf(response);
        return ApiJson.Result(new WebhookTestView(
            failure is null, (int?)response.Status, (int)response.Duration.TotalMilliseconds,
            failure is null ? null : new DeliveryErrorView(failure.Code, failure.Message)));
    }

    /// <summary>Gives a webhook a new secret, which only this response shows. The one before signs too, for a day.</summary>
    [Function("ReplaceWebhookSecret")]
    public async Task<IResult> ReplaceSecretAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.WebhookSecret)] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var webhookId = PathId.Parse(id, "webhook");
        if (!secrets.CanSeal)
            throw WebhookFunctions.NotConfigured();
        var key = RandomNumberGenerator.GetBytes(WebhookSignature.KeyLength);
        var sealedKey = secrets.Seal(key, webhookId);
        var until = await db.Database.SqlQuery<DateTimeOffset>(
            $"""
            UPDATE webhooks SET secret = {sealedKey}, previous_secret = secret, previous_secret_until = now() + interval '1 day'
            WHERE id = {webhookId} AND user_id = {caller.UserId}
            RETURNING previous_secret_until AS "Value"
            """).ToListAsync(cancellationToken);
        return until.Count == 0
            ? throw NotFound()
            : ApiJson.Result(new WebhookSecretView(webhookId, WebhookSignature.ToText(key), until[0]));
    }

    /// <summary>Shows the latest deliveries of a webhook, the newest first.</summary>
    [Function("ListWebhookDeliveries")]
    public async Task<IResult> ListDeliveriesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.WebhookDeliveries)] HttpRequest request,
        string id,
        CancellationToken cancellationToken)
    {
        var webhook = await Of(Caller.Of(request), id)
            .Select(webhook => new { webhook.Id, webhook.RetryAt }).SingleOrDefaultAsync(cancellationToken) ?? throw NotFound();
        var latest = db.WebhookDeliveries
            .Where(delivery => delivery.WebhookId == webhook.Id).OrderByDescending(delivery => delivery.EventId).Take(MaxDeliveries);
        var found = await latest
            .Join(db.Events, delivery => delivery.EventId, @event => @event.Id, (delivery, @event) => new { Delivery = delivery, @event.Type })
            .OrderByDescending(each => each.Delivery.EventId)
            .AsNoTracking().ToListAsync(cancellationToken);
        return ApiJson.Result(new DeliveryList([.. found.Select(each => ViewOf(each.Delivery, each.Type, webhook.RetryAt))]));
    }

    // A receiver that keeps failing is paused: what waits for it waits until then.
    private static DeliveryView ViewOf(WebhookDelivery delivery, string type, DateTimeOffset retryAt) => new(
        delivery.Id,
        delivery.EventId,
        type,
        delivery.CampaignId,
        delivery.CreatedAt,
        delivery.Status,
        delivery.Attempts,
        delivery.ResponseStatus,
        delivery.ErrorCode is { } code ? new DeliveryErrorView(code, delivery.ErrorMessage ?? "") : null,
        delivery.DurationMs,
        delivery.Status != DeliveryStatus.Pending ? null : retryAt > delivery.DueAt ? retryAt : delivery.DueAt,
        delivery.CompletedAt);

    private IQueryable<Webhook> Of(Caller caller, string id)
    {
        var webhookId = PathId.Parse(id, "webhook");
        return db.Webhooks.AsNoTracking().Where(webhook => webhook.Id == webhookId && webhook.UserId == caller.UserId);
    }

    private static ApiException NotFound() => ApiException.NotFound("webhook");

    private sealed record TestMessage(int SchemaVersion, string Type, Guid WebhookId, DateTimeOffset At);
}

/// <summary>The outcome of a test message.</summary>
/// <param name="Delivered">Whether the receiver has it: it responded with a 2xx status.</param>
/// <param name="Status">HTTP status of the response; <see langword="null"/> where there was none.</param>
/// <param name="DurationMs">How long it took, in milliseconds.</param>
/// <param name="Error">Why it was not delivered; <see langword="null"/> where it was.</param>
public sealed record WebhookTestView(bool Delivered, int? Status, int DurationMs, DeliveryErrorView? Error);

/// <summary>A new secret, which is never shown again.</summary>
/// <param name="Id">The webhook.</param>
/// <param name="Secret">The signing secret, <c>whsec_</c> and the key in Base64.</param>
/// <param name="PreviousUntil">Until when the secret before signs too.</param>
public sealed record WebhookSecretView(Guid Id, string Secret, DateTimeOffset PreviousUntil);

/// <summary>Why an attempt failed.</summary>
/// <param name="Code">Stable code, such as <c>timeout</c> or <c>http_503</c>.</param>
/// <param name="Message">One human sentence.</param>
public sealed record DeliveryErrorView(string Code, string Message);

/// <summary>A delivery as its webhook's owner sees it.</summary>
/// <param name="Id">Its id; messages carry it in <c>webhook-id</c>.</param>
/// <param name="EventId">The event.</param>
/// <param name="Type">The event's type.</param>
/// <param name="CampaignId">The campaign that it is about.</param>
/// <param name="CreatedAt">When the event happened.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Attempts">Calls made so far.</param>
/// <param name="Status">HTTP status of the last response; <see langword="null"/> where there was none.</param>
/// <param name="Error">Why the last attempt failed; <see langword="null"/> where none has.</param>
/// <param name="DurationMs">How long the last attempt took, in milliseconds; <see langword="null"/> before the first.</param>
/// <param name="NextAttemptAt">When the next attempt follows at the earliest, while it is <c>PENDING</c>.</param>
/// <param name="CompletedAt">When it was delivered or given up; <see langword="null"/> before.</param>
public sealed record DeliveryView(
    Guid Id,
    long EventId,
    string Type,
    Guid CampaignId,
    DateTimeOffset CreatedAt,
    DeliveryStatus State,
    int Attempts,
    int? Status,
    DeliveryErrorView? Error,
    int? DurationMs,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset? CompletedAt);

/// <summary>The latest deliveries of a webhook, the newest first.</summary>
public sealed record DeliveryList(IReadOnlyList<DeliveryView> Items);
