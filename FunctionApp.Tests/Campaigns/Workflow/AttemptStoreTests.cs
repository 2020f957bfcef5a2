using Atelier.Campaigns.Workflow;
using Atelier.Durable;
using Atelier.Generation;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FunctionApp.Tests.Campaigns.Workflow;

[Collection(LocalServicesCollection.Name)]
public sealed class AttemptStoreTests(LocalServicesFixture services) : IAsyncLifetime
{
    private static readonly RetrySettings Retry = new(
        MaxAttempts: 3, TimeSpan.FromSeconds(2), Backoff: 2, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15));

    private static readonly ActivityFailure RateLimited = new("rate_limited", "Slow down.", CanRetry: true);
    private static readonly ActivityFailure Refused = new("content_filter", "Not this.", CanRetry: false);

    private readonly FakeTimeProvider _time = new(TestCampaign.CreatedAt);
    private readonly Campaign _campaign = TestCampaign.Create(images: 2);
    private TestDatabase _database = null!;

    private PartInput Image => new(_campaign.Id, Image: 0, Retry);

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(services);
        await using var db = _database.NewContext();
        db.Add(_campaign);
        await db.SaveChangesAsync();
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Begin_FirstTime_IsAttemptOneAndShows()
    {
        var attempt = await NewStore().BeginAsync(Image, CancellationToken.None);

        Assert.Equal(new GenerationCall(_campaign.Id, "image/0", 1), attempt!.Call);
        Assert.Equal("paint", attempt.Provider);
        var after = await ReadAsync();
        Assert.Equal(PartStatus.Running, after.Images[0].Status);
        Assert.Equal(2, after.Version);
        Assert.Null(Assert.Single(after.Attempts).EndedAt);
    }

    [Fact]
    public async Task Begin_AfterItsProcessDied_TakesTheSameNumber()
    {
        await NewStore().BeginAsync(Image, CancellationToken.None);

        var again = await NewStore().BeginAsync(Image, CancellationToken.None);

        Assert.Equal(1, again!.Call.Attempt);
        Assert.Single((await ReadAsync()).Attempts);
    }

    [Fact]
    public async Task Fail_AttemptsLeft_RecordsTheFailureAndWhenTheNextFollows()
    {
        var attempt = await BeginAsync();
        // Another process, whose clock is an hour fast: the part has not used up its time.
        _time.Advance(TimeSpan.FromHours(1));

        var delay = await NewStore().FailAsync(Image, attempt, RateLimited, retryAfter: null, CancellationToken.None);

        Assert.Equal(TimeSpan.FromSeconds(2), delay);
        var after = await ReadAsync();
        var row = Assert.Single(after.Attempts);
        Assert.Equal(PartStatus.Retrying, after.Images[0].Status);
        Assert.Equal(("rate_limited", "Slow down.", 2000L), (row.Code, row.Message, row.RetryInMs!.Value));
        Assert.InRange(row.EndedAt!.Value, row.StartedAt, row.StartedAt.AddMinutes(1));
        Assert.Equal([CampaignEventTypes.Started, CampaignEventTypes.PartRetrying], await EventTypesAsync());
    }

    [Fact]
    public async Task Fail_Twice_IsCountedOnce()
    {
        var attempt = await BeginAsync();
        await NewStore().FailAsync(Image, attempt, RateLimited, retryAfter: null, CancellationToken.None);

        var again = await NewStore().FailAsync(Image, attempt, Refused, retryAfter: null, CancellationToken.None);

        Assert.Equal(TimeSpan.FromSeconds(2), again);
        Assert.Equal("rate_limited", Assert.Single((await ReadAsync()).Attempts).Code);
        Assert.Single(await EventTypesAsync(), type => type == CampaignEventTypes.PartRetrying);
    }

    [Fact]
    public async Task Fail_LastAttempt_IsFinalAndARepetitionCallsNoProvider()
    {
        for (var number = 1; number <= Retry.MaxAttempts; number++)
        {
            var attempt = await BeginAsync();
            Assert.Equal(number, attempt.Call.Attempt);
            var delay = await NewStore().FailAsync(Image, attempt, RateLimited, retryAfter: null, CancellationToken.None);
            Assert.Equal(number < Retry.MaxAttempts, delay is not null);
        }

        Assert.Equal(PartStatus.Failed, (await ReadAsync()).Images[0].Status);
        var repeated = await Assert.ThrowsAsync<ActivityFailedException>(() => NewStore().BeginAsync(Image, CancellationToken.None));
        Assert.Equal(RateLimited with { CanRetry = false }, repeated.Failure);
        Assert.Equal(Retry.MaxAttempts, (await ReadAsync()).Attempts.Count);
    }

    [Fact]
    public async Task Fail_NotRetryable_IsFinalAtOnce()
    {
        Assert.Null(await NewStore().FailAsync(Image, await BeginAsync(), Refused, retryAfter: null, CancellationToken.None));

        Assert.Equal(PartStatus.Failed, (await ReadAsync()).Images[0].Status);
    }

    [Fact]
    public async Task Complete_Once_ShowsThePartAndItsEvent()
    {
        await CompleteAsync("first.png");

        var after = await ReadAsync();
        Assert.Equal((PartStatus.Complete, "first.png"), (after.Images[0].Status, after.Images[0].BlobName));
        Assert.Null(Assert.Single(after.Attempts).Code);
        Assert.Equal([CampaignEventTypes.Started, CampaignEventTypes.ImageCompleted], await EventTypesAsync());
    }

    [Fact]
    public async Task Complete_Twice_KeepsTheFirst()
    {
        var attempt = await BeginAsync();
        await NewStore().CompleteAsync(Image, attempt, Result("first.png"), CancellationToken.None);
        await NewStore().CompleteAsync(Image, attempt, Result("second.png"), CancellationToken.None);

        Assert.Equal("first.png", (await ReadAsync()).Images[0].BlobName);
        Assert.Single(await EventTypesAsync(), type => type == CampaignEventTypes.ImageCompleted);
        Assert.Null(await NewStore().BeginAsync(Image, CancellationToken.None));
    }

    [Fact]
    public async Task Begin_PartsOfOneCampaignAtOnce_LoseNoChange()
    {
        PartInput[] parts = [new(_campaign.Id, null, Retry), Image, new(_campaign.Id, 1, Retry)];

        await Task.WhenAll(parts.Select(part => NewStore().BeginAsync(part, CancellationToken.None)));

        var after = await ReadAsync();
        Assert.Equal(4, after.Version);
        Assert.Equal(3, after.Attempts.Count);
        Assert.All(after.Images, image => Assert.Equal(PartStatus.Running, image.Status));
        Assert.Equal(PartStatus.Running, after.TextStatus);
    }

    [Fact]
    public async Task Complete_LastPart_CompletesTheCampaign()
    {
        PartInput[] parts = [Image, Image with { Image = 1 }, Image with { Image = null }];
        var statuses = new List<string?>();
        foreach (var part in parts)
        {
            PartResult result = part.Image is { } index
                ? Result($"{index}.png") with { Index = index }
                : new TextResult("A text.", "words", "model", new TokenUsage(1, 2, 3));
            statuses.Add(await NewStore().CompleteAsync(part, await BeginAsync(part), result, CancellationToken.None));
        }

        var after = await ReadAsync();
        Assert.Equal(["RUNNING", "RUNNING", "COMPLETE"], statuses);
        Assert.Equal((CampaignStatus.Complete, PartStatus.Complete, "A text."), (after.Status, after.TextStatus, after.Text));
        Assert.Equal(after.UpdatedAt, after.CompletedAt);
        Assert.All(after.Attempts, attempt => Assert.True(attempt.EndedAt >= attempt.StartedAt));
        Assert.Equal([CampaignEventTypes.TextCompleted, CampaignEventTypes.Completed], (await EventTypesAsync())[^2..]);
        Assert.Equal("COMPLETE", await NewCompletion().RunAsync(new CampaignEnd(_campaign.Id, Run: 0, []), CancellationToken.None));
    }

    [Fact]
    public async Task Complete_CampaignIsLocked_WaitsAndMissesNothing()
    {
        var attempt = await BeginAsync(Image);
        await using var other = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using var hold = other.CreateCommand();
        hold.CommandText = "UPDATE campaigns SET text_status = 'CANCELED'";
        await hold.ExecuteNonQueryAsync();

        var completion = NewStore().CompleteAsync(Image, attempt, Result("first.png"), CancellationToken.None);
        await Eventually.TrueAsync(async () => await _database.ScalarAsync<bool>("SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"));
        await transaction.CommitAsync();

        Assert.Equal("RUNNING", await completion);
        Assert.Equal((PartStatus.Complete, PartStatus.Canceled), ((await ReadAsync()).Images[0].Status, (await ReadAsync()).TextStatus));
    }

    [Fact]
    public async Task CompleteCampaign_PartsFailed_KeepsTheOthersAndHasTheFirstError()
    {
        await CompleteAsync("first.png");
        var end = new CampaignEnd(
            _campaign.Id,
            Run: 0,
            [new FailedPart(null, "timeout", "No response."), new FailedPart(0, "timeout", "Reported by mistake."), new FailedPart(1, "server_error", "503.")]);

        Assert.Equal("FAILED", await NewCompletion().RunAsync(end, CancellationToken.None));
        Assert.Equal("FAILED", await NewCompletion().RunAsync(end, CancellationToken.None));

        var after = await ReadAsync();
        Assert.Equal(new CampaignError("text", "timeout", "No response."), after.Error);
        Assert.Equal([PartStatus.Complete, PartStatus.Failed], after.Images.Select(image => image.Status));
        Assert.Equal(after.UpdatedAt, after.CompletedAt);
        Assert.Equal("server_error", after.Attempts.Single(attempt => attempt.Part == "image/1").Code);
        Assert.Equal([CampaignEventTypes.Started, CampaignEventTypes.ImageCompleted, CampaignEventTypes.Failed], await EventTypesAsync());
    }

    [Fact]
    public async Task MarkRunning_Twice_AddsOneEvent()
    {
        Assert.Equal("RUNNING", await NewStart().RunAsync(_campaign.InstanceId, CancellationToken.None));
        Assert.Equal("RUNNING", await NewStart().RunAsync(_campaign.InstanceId, CancellationToken.None));

        Assert.Equal((CampaignStatus.Running, 2L), ((await ReadAsync()).Status, (await ReadAsync()).Version));
        Assert.Equal([CampaignEventTypes.Started], await EventTypesAsync());
        Assert.Equal("GONE", await NewStart().RunAsync(Guid.NewGuid().ToString("D"), CancellationToken.None));
    }


    private static ImageResult Result(string blobName) => new(0, blobName, "image/png", Bytes: 7, Width: 2, Height: 3, "paint", "model", Usage: null);

    private CampaignUpdater NewUpdater() => TestRunner.NewUpdater(_database);

    private AttemptStore NewStore() => new(NewUpdater());

    private CompleteCampaign NewCompletion() => new(NewUpdater(), NullLogger<CompleteCampaign>.Instance);

    private MarkRunning NewStart() => new(NewUpdater(), NullLogger<MarkRunning>.Instance);

    private Task<PartAttempt> BeginAsync() => BeginAsync(Image);

    private async Task<PartAttempt> BeginAsync(PartInput part) => (await NewStore().BeginAsync(part, CancellationToken.None))!;

    private async Task CompleteAsync(string blobName) =>
        await NewStore().CompleteAsync(Image, await BeginAsync(), Result(blobName), CancellationToken.None);

    private async Task<Campaign> ReadAsync()
    {
        await using var db = _database.NewContext();
        return await db.Campaigns.AsNoTracking()
            .Include(campaign => campaign.Images.OrderBy(image => image.Index))
            .Include(campaign => campaign.Attempts.OrderBy(attempt => attempt.Attempt))
            .SingleAsync();
    }

    private async Task<string[]> EventTypesAsync()
    {
        await using var db = _database.NewContext();
        return await db.Events.OrderBy(@event => @event.Id).Select(@event => @event.Type).ToArrayAsync();
    }
}
