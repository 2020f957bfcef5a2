using System.Security.Cryptography;
using Atelier.Access;
using Atelier.Access.Limits;
using Atelier.Campaigns.Workflow;
using Atelier.Configuration;
using Atelier.Generation;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using Atelier.Telemetry;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Atelier.Campaigns;

/// <summary>Accepts campaigns: from the moment that the row is committed, the campaign is never lost.</summary>
public sealed class CampaignIntake(
    AtelierDbContext db, GroupCommit group, CampaignQueries queries, CampaignQuota quota, GeneratorCatalog generators, TimeProvider timeProvider)
{
    /// <summary>Records a campaign as accepted, or finds the one that the same request has made before.</summary>
    /// <param name="caller">Whose it will be.</param>
    /// <param name="idempotencyKey">The caller's key; <see langword="null"/> for none.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    /// <exception cref="ApiException">409: the key belongs to another request. 429: the caller's quota is used up.</exception>
    public async Task<AcceptedCampaign> AcceptAsync(
        Caller caller, string? idempotencyKey, NewCampaign request, CancellationToken cancellationToken)
    {
        var hash = request.ComputeHash();
        // Before the quota: a repeated request takes nothing of it.
        if (idempotencyKey is not null && !quota.IsUnlimited && await queries.FindByKeyAsync(caller, idempotencyKey, cancellationToken) is { } earlier)
            return Repeated(earlier, hash);

        var campaign = Create(caller, idempotencyKey, request, hash);
        var isNew = quota.IsUnlimited
            ? await group.ExecuteAsync(CampaignStatements.Accept(campaign), _ => true, cancellationToken)
            : await TakeQuotaAsync(caller, campaign, cancellationToken);
        if (isNew)
        {
            AtelierMeter.Accepted();
            return new AcceptedCampaign(campaign, IsNew: true);
        }
        // The other of two such requests at once was first.
        return Repeated(await FindEarlierAsync(caller, idempotencyKey, cancellationToken), hash);
    }

    private async Task<bool> TakeQuotaAsync(Caller caller, Campaign campaign, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await quota.TakeAsync(caller, isNew: true, cancellationToken) is { } refusal)
        {
            // The same request may have used up the quota while this one waited for the lock.
            return campaign.IdempotencyKey is { } key && await queries.FindByKeyAsync(caller, key, cancellationToken) is not null ? false : throw refusal;
        }
        await using var batch = new NpgsqlBatch((NpgsqlConnection)db.Database.GetDbConnection()) { BatchCommands = { CampaignStatements.Accept(campaign) } };
        var isNew = await batch.ExecuteScalarAsync(cancellationToken) is not null;
        // What a repeated request has taken of the quota is given back.
        if (isNew)
            await transaction.CommitAsync(cancellationToken);
        return isNew;
    }

    private async Task<Campaign> FindEarlierAsync(Caller caller, string? idempotencyKey, CancellationToken cancellationToken) =>
        await queries.FindByKeyAsync(caller, idempotencyKey ?? "", cancellationToken)
        ?? throw new InvalidOperationException("The campaign of a used idempotency key is gone.");

    private static AcceptedCampaign Repeated(Campaign earlier, byte[] hash) =>
        CryptographicOperations.FixedTimeEquals(earlier.RequestHash, hash)
            ? new AcceptedCampaign(earlier, IsNew: false)
            : throw new ApiException(
                StatusCodes.Status409Conflict, "idempotency_conflict", "This Idempotency-Key was used for another request.");

    private Campaign Create(Caller caller, string? idempotencyKey, NewCampaign request, byte[] hash)
    {
        var now = timeProvider.Now();
        var id = Guid.CreateVersion7(now);
        var resolved = new CampaignRequest(
            request.Images,
            request.Text,
            generators.Text(request.TextProvider).Provider,
            generators.ImageName(request.ImageProvider));
        return new Campaign
        {
            Id = id,
            UserId = caller.UserId,
            IdempotencyKey = idempotencyKey,
            RequestHash = hash,
            Prompt = request.Prompt,
            Status = CampaignStatus.Pending,
            Request = resolved,
            TextStatus = request.Text is null ? null : PartStatus.Pending,
            Metadata = request.Metadata,
            Name = request.Name,
            Tags = [.. request.Tags ?? []],
            InstanceId = CampaignScheduler.InstanceIdOf(id, run: 0),
            Version = 1,
            CreatedAt = now,
            UpdatedAt = now,
            Images = [.. Enumerable.Range(0, request.Images.Count).Select(index => new CampaignImage
            {
                CampaignId = id,
                Index = index,
                Status = PartStatus.Pending,
                Provider = resolved.ImageProvider,
            })],
        };
    }
}

/// <summary>The campaign that a POST created or found.</summary>
/// <param name="Campaign">The campaign; its parts are loaded when it is new.</param>
/// <param name="IsNew">Whether this POST made it.</param>
public sealed record AcceptedCampaign(Campaign Campaign, bool IsNew);
