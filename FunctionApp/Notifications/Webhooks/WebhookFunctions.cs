using System.Security.Cryptography;
using Atelier.Access;
using Atelier.Configuration;
using Atelier.Http;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Atelier.Notifications.Webhooks;

/// <summary><c>POST</c> and <c>GET /api/webhooks</c>, <c>DELETE /api/webhooks/{id}</c>.</summary>
public sealed class WebhookFunctions(AtelierDbContext db, WebhookTarget target, SecretBox secrets, TimeProvider timeProvider)
{
    // The database counts: requests at once do not get past the limit.
    private const string LimitConstraint = "ck_webhooks_limit";

    /// <summary>Adds a webhook. Only this response shows its signing secret.</summary>
    [Function("CreateWebhook")]
    public async Task<IResult> CreateAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.Webhooks)] HttpRequest request, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        (var url, var eventTypes) = await ReadAsync(request, cancellationToken);
        if (!secrets.CanSeal)
            throw NotConfigured();
        if (await target.FindFaultAsync(url, cancellationToken) is { } fault)
            throw ApiException.Invalid("url", fault);

        var now = timeProvider.Now();
        var id = Guid.CreateVersion7(now);
        var key = RandomNumberGenerator.GetBytes(WebhookSignature.KeyLength);
        var webhook = new Webhook
        {
            Id = id,
            UserId = caller.UserId,
            Url = url,
            EventTypes = eventTypes,
            Secret = secrets.Seal(key, id),
            CreatedAt = now,
        };
        db.Webhooks.Add(webhook);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { ConstraintName: LimitConstraint })
        {
            throw new ApiException(400, "too_many_webhooks", "A caller may have 20 webhooks.");
        }
        request.HttpContext.Response.Headers.Location = $"/api/webhooks/{id:D}";
        return ApiJson.Result(
            new NewWebhookView(id, url, eventTypes, now, WebhookSignature.ToText(key)), StatusCodes.Status201Created);
    }

    /// <summary>Shows the caller's webhooks, without their secrets.</summary>
    [Function("ListWebhooks")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Webhooks)] HttpRequest request, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var webhooks = await db.Webhooks.AsNoTracking()
            .Where(webhook => webhook.UserId == caller.UserId)
            .OrderBy(webhook => webhook.Id)
            .Select(webhook => new WebhookView(webhook.Id, webhook.Url, webhook.EventTypes, webhook.CreatedAt, webhook.DisabledAt))
            .ToListAsync(cancellationToken);
        return ApiJson.Result(new WebhookList(webhooks));
    }

    /// <summary>Deletes a webhook, with its pending deliveries.</summary>
    [Function("DeleteWebhook")]
    public async Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Routes.Webhook)] HttpRequest request,
        string id,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var webhookId = PathId.Parse(id, "webhook");
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.DeadLetters
            .Where(letter => db.WebhookDeliveries.Any(delivery =>
                delivery.Id == letter.Id && delivery.WebhookId == webhookId && delivery.UserId == caller.UserId))
            .ExecuteDeleteAsync(cancellationToken);
        var deleted = await db.Webhooks
            .Where(webhook => webhook.Id == webhookId && webhook.UserId == caller.UserId)
            .ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return deleted > 0 ? Results.NoContent() : throw ApiException.NotFound("webhook");
    }

    /// <summary>503: secrets cannot be encrypted.</summary>
    internal static ApiException NotConfigured() =>
        new(503, "webhooks_not_configured", "This service has no Webhooks:EncryptionKey, without which there are no webhooks.");

    private static async Task<(string Url, string[] EventTypes)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadJsonAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var fields = new JsonFields(body.RootElement, path: "", errors, "url", "events");
        var url = fields.Text("url", WebhookTarget.MaxLength);
        if (url is null)
            errors.AddMissing("url");
        var eventTypes = fields.TextList(
            "events",
            CampaignEventTypes.All.Count,
            type => CampaignEventTypes.All.Contains(type),
            $"must be a list of {string.Join(", ", CampaignEventTypes.All)}.") ?? [];
        errors.ThrowIfAny();
        return (url!, [.. eventTypes.Distinct()]);
    }
}

/// <summary>A webhook as the API shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Url">Where messages go.</param>
/// <param name="Events">The types of events that it gets; none for all.</param>
/// <param name="CreatedAt">Since when it gets them.</param>
/// <param name="DisabledAt">Since when it gets none, because its receiver responded with 410; <see langword="null"/> while it gets them.</param>
public sealed record WebhookView(Guid Id, string Url, IReadOnlyList<string> Events, DateTimeOffset CreatedAt, DateTimeOffset? DisabledAt);

/// <summary>A new webhook, with what is never shown again.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Url">Where messages go.</param>
/// <param name="Events">The types of events that it gets; none for all.</param>
/// <param name="CreatedAt">Since when it gets them.</param>
/// <param name="Secret">The signing secret, <c>whsec_</c> and the key in Base64.</param>
public sealed record NewWebhookView(Guid Id, string Url, IReadOnlyList<string> Events, DateTimeOffset CreatedAt, string Secret);

/// <summary>The caller's webhooks.</summary>
public sealed record WebhookList(IReadOnlyList<WebhookView> Items);
