using System.Text.Json;
using Atelier.Configuration;
using Atelier.Outages;
using Atelier.Persistence.Tables;
using Atelier.Telemetry;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Atelier.Persistence;

/// <summary>Changes a campaign's rows: one change at a time, all or nothing, each with its version and its events.</summary>
/// <remarks>
/// The parts of a campaign finish at the same time on several machines. A change locks the campaign's row first, so that it sees
/// the one before it, and its guards (is it complete already? has it ended?) hold until it commits. A database that is away for a
/// moment is waited for: what a provider has made in the meantime was paid for. So a change may be applied again after a commit
/// whose response was lost, and its guards must make that harmless.
/// </remarks>
public sealed class CampaignUpdater(AtelierDbContext db, GroupCommit group, OutageMonitor outages)
{
    /// <summary>Locks the campaign and applies a change to it. An outage of the database is waited for.</summary>
    /// <param name="id">The campaign.</param>
    /// <param name="change">Changes the tracked entities and returns a result. Unchanged entities are not written.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    /// <returns>What the change returned; <see langword="default"/> when there is no such campaign.</returns>
    /// <exception cref="OutageException">The database is still away.</exception>
    public Task<TResult?> ChangeAsync<TResult>(
        Guid id, Func<CampaignChange, CancellationToken, Task<TResult>> change, CancellationToken cancellationToken) =>
        ChangeAsync(id, userId: null, OutageMonitor.Window, change, cancellationToken);

    /// <summary>
    /// Locks a user's campaign and applies a change to it, for a request: another user's campaign is neither locked nor waited for, and an outage is
    /// waited for only as long as a request may take.
    /// </summary>
    /// <param name="id">The campaign.</param>
    /// <param name="userId">Whose it must be; <see langword="null"/> for any caller's.</param>
    /// <param name="change">Changes the tracked entities and returns a result. Unchanged entities are not written.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    /// <returns>What the change returned; <see langword="default"/> when the user has no such campaign.</returns>
    public Task<TResult?> ChangeAsync<TResult>(
        Guid id, string? userId, Func<CampaignChange, CancellationToken, Task<TResult>> change, CancellationToken cancellationToken) =>
        ChangeAsync(id, userId, OutageMonitor.RequestWindow, change, cancellationToken);

    /// <summary>Makes a change by one of <see cref="CampaignStatements"/>. An outage of the database is waited for.</summary>
    /// <returns>What was read; <see langword="default"/> where the statement gave no row, and the change is left to <c>ChangeAsync</c>.</returns>
    /// <exception cref="OutageException">The database is still away.</exception>
    internal Task<TResult?> TryChangeAsync<TResult>(
        Func<NpgsqlBatchCommand> statement, Func<NpgsqlDataReader, TResult> read, CancellationToken cancellationToken) =>
        outages.WaitOutAsync(
            OutageMonitor.Database, TransientFailure.Is, OutageMonitor.Window, () => group.ExecuteAsync(statement(), read, cancellationToken), cancellationToken);

    private Task<TResult?> ChangeAsync<TResult>(
        Guid id, string? userId, TimeSpan window, Func<CampaignChange, CancellationToken, Task<TResult>> change, CancellationToken cancellationToken) =>
        outages.WaitOutAsync(
            OutageMonitor.Database, TransientFailure.Is, window, () => ApplyAsync(id, userId, change, cancellationToken), cancellationToken);

    private async Task<TResult?> ApplyAsync<TResult>(
        Guid id, string? userId, Func<CampaignChange, CancellationToken, Task<TResult>> change, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var locked = await db.Campaigns
            .FromSql($"SELECT * FROM campaigns WHERE id = {id} AND user_id = coalesce({userId}, user_id) FOR UPDATE")
            .Select(row => new { Campaign = row, Now = DatabaseTime.AtRead() })
            .SingleOrDefaultAsync(cancellationToken);
        if (locked is null)
            return default;

        var campaign = locked.Campaign;
        var hadEnded = campaign.Status.HasEnded();
        // The next change may come from another process, whose clock may be another: what is compared is PostgreSQL's time.
        var now = locked.Now.ToMilliseconds();
        var result = await change(new CampaignChange(db, campaign, now), cancellationToken);
        if (db.ChangeTracker.HasChanges())
        {
            campaign.Version++;
            campaign.UpdatedAt = now;
            await db.SaveChangesAsync(cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        if (!hadEnded && campaign.Status.HasEnded())
            AtelierMeter.Ended(campaign.Status.ToText());
        return result;
    }
}

/// <summary>A campaign while its row is locked.</summary>
/// <param name="db">The context that tracks it.</param>
/// <param name="campaign">The campaign; its images and attempts are not loaded.</param>
/// <param name="now">The time of the change, by PostgreSQL's clock.</param>
public sealed class CampaignChange(AtelierDbContext db, Campaign campaign, DateTimeOffset now)
{
    /// <summary>The campaign.</summary>
    public Campaign Campaign { get; } = campaign;

    /// <summary>The time of the change, by PostgreSQL's clock.</summary>
    public DateTimeOffset Now { get; } = now;

    /// <summary>One of its images.</summary>
    public Task<CampaignImage?> FindImageAsync(int index, CancellationToken cancellationToken) =>
        db.Images.SingleOrDefaultAsync(image => image.CampaignId == Campaign.Id && image.Index == index, cancellationToken);

    /// <summary>All of its images.</summary>
    public Task<List<CampaignImage>> FindImagesAsync(CancellationToken cancellationToken) =>
        db.Images.Where(image => image.CampaignId == Campaign.Id).OrderBy(image => image.Index).ToListAsync(cancellationToken);

    /// <summary>One version of a part that was regenerated.</summary>
    public Task<PartVersion?> FindVersionAsync(string part, int number, CancellationToken cancellationToken) =>
        db.Versions.SingleOrDefaultAsync(
            version => version.CampaignId == Campaign.Id && version.Part == part && version.Number == number, cancellationToken);

    /// <summary>The versions that are being made.</summary>
    public Task<List<PartVersion>> FindOpenVersionsAsync(CancellationToken cancellationToken) =>
        db.Versions.Where(version => version.CampaignId == Campaign.Id && version.EndedAt == null).ToListAsync(cancellationToken);

    /// <summary>Adds a version of a part.</summary>
    public void AddVersion(PartVersion version) => db.Versions.Add(version);

    /// <summary>All attempts that have not ended.</summary>
    public Task<List<CampaignAttempt>> FindOpenAttemptsAsync(CancellationToken cancellationToken) =>
        db.Attempts.Where(attempt => attempt.CampaignId == Campaign.Id && attempt.EndedAt == null).ToListAsync(cancellationToken);

    /// <summary>The last attempt at a part.</summary>
    public Task<CampaignAttempt?> FindLastAttemptAsync(string part, CancellationToken cancellationToken) =>
        db.Attempts.Where(attempt => attempt.CampaignId == Campaign.Id && attempt.Part == part)
            .OrderByDescending(attempt => attempt.Attempt)
            .FirstOrDefaultAsync(cancellationToken);

    /// <summary>One attempt at a part.</summary>
    public Task<CampaignAttempt?> FindAttemptAsync(string part, int number, CancellationToken cancellationToken) =>
        db.Attempts.SingleOrDefaultAsync(
            attempt => attempt.CampaignId == Campaign.Id && attempt.Part == part && attempt.Attempt == number, cancellationToken);

    /// <summary>Whether an attempt at a part has failed with a code, counting from an attempt's number.</summary>
    public Task<bool> HasFailedWithAsync(string part, string code, int fromAttempt, CancellationToken cancellationToken) =>
        db.Attempts.AnyAsync(
            attempt => attempt.CampaignId == Campaign.Id && attempt.Part == part && attempt.Attempt >= fromAttempt && attempt.Code == code,
            cancellationToken);

    /// <summary>When the first attempt at a part began, counting from an attempt's number.</summary>
    public Task<DateTimeOffset> FindStartAsync(string part, int fromAttempt, CancellationToken cancellationToken) =>
        db.Attempts.Where(attempt => attempt.CampaignId == Campaign.Id && attempt.Part == part && attempt.Attempt >= fromAttempt)
            .MinAsync(attempt => attempt.StartedAt, cancellationToken);

    /// <summary>Marks the campaign as running, once it works on its first part.</summary>
    public void Start()
    {
        if (Campaign.Status != CampaignStatus.Pending)
            return;
        Campaign.Status = CampaignStatus.Running;
        AddEvent(CampaignEventTypes.Started, new { status = Campaign.Status.ToText() }, attempt: Campaign.Run);
    }

    /// <summary>Adds an attempt.</summary>
    public CampaignAttempt AddAttempt(string part, int number, string provider) => db.Attempts.Add(new CampaignAttempt
    {
        CampaignId = Campaign.Id,
        Part = part,
        Attempt = number,
        StartedAt = Now,
        Provider = provider,
    }).Entity;

    /// <summary>Removes an attempt whose provider was not called.</summary>
    public void RemoveAttempt(CampaignAttempt attempt) => db.Attempts.Remove(attempt);

    /// <summary>Adds an event that commits with the change.</summary>
    public void AddEvent(string type, object data, string part = "", int attempt = 0) =>
        db.Events.Add(NewEvent(Campaign, type, data, Now, part, attempt));

    /// <summary>Adds a dead letter, in place of an earlier one of this campaign.</summary>
    public async Task AddDeadLetterAsync(string errorCode, string message, CancellationToken cancellationToken)
    {
        await RemoveDeadLetterAsync(cancellationToken);
        db.DeadLetters.Add(new DeadLetter
        {
            Id = Campaign.Id,
            Kind = DeadLetterKind.Campaign,
            UserId = Campaign.UserId,
            CampaignId = Campaign.Id,
            ErrorCode = errorCode,
            Message = message,
            At = Now,
        });
    }

    /// <summary>Removes the campaign's dead letter, if there is one.</summary>
    public Task RemoveDeadLetterAsync(CancellationToken cancellationToken) =>
        db.DeadLetters.Where(letter => letter.Id == Campaign.Id).ExecuteDeleteAsync(cancellationToken);

    /// <summary>An event of a campaign; its data as JSON.</summary>
    internal static CampaignEvent NewEvent(
        Campaign campaign, string type, object data, DateTimeOffset at, string part = "", int attempt = 0) => new()
        {
            UserId = campaign.UserId,
            CampaignId = campaign.Id,
            Type = type,
            Part = part,
            Attempt = attempt,
            Data = DataOf(data),
            At = at,
        };

    /// <summary>The data of an event as JSON.</summary>
    internal static string DataOf(object data) => JsonSerializer.Serialize(data, JsonSerializerOptions.Web);
}
