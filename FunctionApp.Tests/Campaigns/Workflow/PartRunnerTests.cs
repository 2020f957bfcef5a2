using Atelier.Campaigns.Http;
using Atelier.Campaigns.Workflow;
using Atelier.Durable;
using Atelier.Generation;
using Atelier.Images;
using Atelier.Outages;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Azure;
using FunctionApp.Tests.EndToEnd;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace FunctionApp.Tests.Campaigns.Workflow;

[Collection(LocalServicesCollection.Name)]
public sealed class PartRunnerTests : IAsyncLifetime
{
    private static readonly RetrySettings Retry = new(
        MaxAttempts: 3, TimeSpan.FromSeconds(2), Backoff: 2, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15));

    private readonly LocalServicesFixture _services;
    private readonly Campaign _campaign = TestCampaign.Create();
    private static readonly DateTimeOffset Until = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Mock<ITextGenerator> _text = new();
    private readonly Mock<IImageGenerator> _image = new();
    private readonly Mock<IImageStore> _store = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly UnrecordedResults _unrecorded = new();
    private OutageMonitor _outages;
    private TestDatabase _database = null!;
    private CampaignChanges _changes = null!;

    public PartRunnerTests(LocalServicesFixture services)
    {
        _services = services;
        _outages = TestRunner.NewOutages(_clock);
    }

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(_services);
        _changes = new CampaignChanges(_database.DataSource, TimeProvider.System, NullLogger<CampaignChanges>.Instance);
        await using var db = _database.NewContext();
        db.Add(_campaign);
        await db.SaveChangesAsync();
        _text.Setup(generator => generator.Provider).Returns("words");
        _image.Setup(generator => generator.Provider).Returns("paint");
        _image
            .Setup(generator => generator.GenerateAsync(It.IsAny<ImageRequest>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new GeneratedImage(new byte[] { 1, 2, 3 }, "image/jpeg", 640, 480, "painter-2", Usage: null));
        OnSave(() => { });
    }

    public async Task DisposeAsync()
    {
        await _changes.StopAsync(CancellationToken.None);
        _changes.Dispose();
        _unrecorded.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task GenerateText_Succeeds_PassesTheOptionsAndProjectsTheText()
    {
        TextRequest? asked = null;
        OnText(request =>
        {
            asked = request;
            return new GeneratedText("Sand\0 and sea", "writer-1", new TokenUsage(3, 4, 7));
        });

        await RunTextAsync();
        await RunTextAsync();

        Assert.Equal(new TextRequest(new GenerationCall(_campaign.Id, "text", 1), _campaign.Prompt, 120, "playful", "en"), asked);
        var after = await ReadAsync();
        Assert.Equal(
            (PartStatus.Complete, "Sand and sea", "words", "writer-1"), (after.TextStatus, after.Text, after.TextProvider, after.TextModel));
        Assert.Equal(new TokenUsage(3, 4, 7), after.TextUsage);
        _text.Verify(generator => generator.GenerateAsync(It.IsAny<TextRequest>(), It.IsAny<CancellationToken>()), Times.Once);
    }

    [Fact]
    public async Task GenerateText_ProviderFails_RecordsItAndThrowsAnActivityFailure()
    {
        OnText(_ => throw new GenerationException("rate_limited", "Slow\ndown: please.", "words")
        {
            IsTransient = true,
            HttpStatus = 429,
            RetryAfter = TimeSpan.FromSeconds(7),
        });

        var thrown = await Assert.ThrowsAsync<ActivityFailedException>(RunTextAsync);

        Assert.Equal(
            new ActivityFailure("rate_limited", "Slow down: please.", CanRetry: true, new RetryWait(TimeSpan.FromSeconds(7), 1)), thrown.Failure);
        var attempt = Assert.Single((await ReadAsync()).Attempts);
        Assert.Equal(("rate_limited", "Slow down: please.", 7000L), (attempt.Code, attempt.Message, attempt.RetryInMs!.Value));
    }

    [Fact]
    public async Task GenerateText_HeldBackBeforeItsProvider_UsesUpNoAttempt()
    {
        OnText(_ => throw HeldBack());
        var first = await Assert.ThrowsAsync<ActivityFailedException>(RunTextAsync);
        Assert.Equal(new RetryWait(TimeSpan.FromSeconds(20), 0), first.Failure.Wait);
        var before = await ReadAsync();
        Assert.Equal((PartStatus.Pending, 0), (before.TextStatus, before.Attempts.Count));
        var waiting = CampaignViews.From(before).Text!;
        Assert.Equal((new PartWait("words", Until, "server_error"), Until), (waiting.WaitingFor, waiting.NextAttemptAt));

        OnText(_ => throw new GenerationException("server_error", "503.", "words") { IsTransient = true, HttpStatus = 503 });
        await Assert.ThrowsAsync<ActivityFailedException>(RunTextAsync);
        OnText(_ => throw HeldBack());
        var second = await Assert.ThrowsAsync<ActivityFailedException>(RunTextAsync);

        Assert.Equal(new RetryWait(TimeSpan.FromSeconds(20), 1), second.Failure.Wait);
        var after = await ReadAsync();
        var attempt = Assert.Single(after.Attempts);
        Assert.Equal((PartStatus.Retrying, "server_error"), (after.TextStatus, attempt.Code));
        Assert.Equal(Until, attempt.EndedAt!.Value.AddMilliseconds(attempt.RetryInMs!.Value), TimeSpan.FromMilliseconds(1));

        OnText(_ => new GeneratedText("Sand", "writer-1", null));
        await RunTextAsync();
        Assert.Null((await ReadAsync()).TextWait);

        static GenerationException HeldBack() =>
            new("rate_limited", "Not yet.", "words")
            {
                IsTransient = true,
                RetryAfter = TimeSpan.FromSeconds(20),
                Hold = new ProviderHold("words", "text", Until, "server_error"),
            };
    }

    [Fact]
    public async Task GenerateText_UnexpectedException_IsRetriedWithoutDetails()
    {
        OnText(_ => throw new InvalidOperationException("secret-word"));

        var thrown = await Assert.ThrowsAsync<ActivityFailedException>(RunTextAsync);

        Assert.Equal(new ActivityFailure("internal_error", "Something went wrong on our side.", CanRetry: true), thrown.Failure);
        Assert.Equal(thrown.Failure.Message, thrown.Message);
        Assert.Null(thrown.InnerException);
        Assert.DoesNotContain("secret-word", Assert.Single((await ReadAsync()).Attempts).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GenerateText_HostStops_LeavesTheAttemptOpen()
    {
        using var stopping = new CancellationTokenSource();
        OnText(_ =>
        {
            stopping.Cancel();
            throw new OperationCanceledException(stopping.Token);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => NewText().RunAsync(new PartInput(_campaign.Id, null, Retry), stopping.Token));

        OnText(request => new GeneratedText($"attempt {request.Call.Attempt}", "writer-1", Usage: null));
        await RunTextAsync();

        var after = await ReadAsync();
        Assert.Equal("attempt 1", after.Text);
        Assert.Null(Assert.Single(after.Attempts).Code);
    }

    [Fact]
    public async Task GenerateText_CampaignStoppedMeanwhile_CancelsTheCallInFlight()
    {
        await _changes.StartAsync(CancellationToken.None);
        var called = new TaskCompletionSource();
        _text
            .Setup(generator => generator.GenerateAsync(It.IsAny<TextRequest>(), It.IsAny<CancellationToken>()))
            .Returns(async (TextRequest _, CancellationToken token) =>
            {
                called.SetResult();
                await new TaskCompletionSource().Task.WaitAsync(token);
                return new GeneratedText("Never", "writer-1", Usage: null);
            });
        var run = RunTextAsync();
        await called.Task.WaitAsync(TimeSpan.FromSeconds(30));

        // As if another process canceled it: this one gets only the notification.
        await using (var db = _database.NewContext())
        {
            await db.Campaigns.ExecuteUpdateAsync(row => row
                .SetProperty(campaign => campaign.Status, CampaignStatus.Canceled)
                .SetProperty(campaign => campaign.Version, campaign => campaign.Version + 1));
        }

        await run.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null((await ReadAsync()).Text);
    }

    [Fact]
    public async Task GenerateImage_Succeeds_StoresItUnderItsNameAndProjectsIt()
    {
        await RunImageAsync();

        var image = (await ReadAsync()).Images[0];
        Assert.Equal((PartStatus.Complete, $"{_campaign.Id:D}/image-0.jpg", "image/jpeg"), (image.Status, image.BlobName, image.ContentType));
        Assert.Equal((3L, 640, 480, "painter-2"), (image.Bytes, image.Width, image.Height, image.Model));
    }

    [Fact]
    public async Task GenerateImage_StoreRefusesIt_IsAFailedAttempt()
    {
        OnSave(() => throw new RequestFailedException(413, "Too large."));

        var thrown = await Assert.ThrowsAsync<ActivityFailedException>(RunImageAsync);

        Assert.Equal(new ActivityFailure("storage_failed", "The image could not be stored.", CanRetry: true), thrown.Failure);
        Assert.Equal(PartStatus.Retrying, (await ReadAsync()).Images[0].Status);
    }

    [Fact]
    public async Task GenerateImage_StoreAwayForAWhile_StoresTheImageThatWasMade()
    {
        var failures = 3;
        OnSave(() =>
        {
            if (failures-- > 0)
                throw new RequestFailedException(503, "Busy.");
        });
        _outages = TestRunner.NewOutages();

        await RunImageAsync();

        Assert.Equal(PartStatus.Complete, (await ReadAsync()).Images[0].Status);
        VerifyImagesMade(Times.Once());
    }

    [Fact]
    public async Task GenerateImage_StoreAwayForLong_CountsNoAttempt_AndNoImageIsMadeUntilItIsBack()
    {
        OnSave(() => throw new RequestFailedException(403, "No right."));
        _store
            .Setup(store => store.OpenAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new RequestFailedException("No connection."));
        await Assert.ThrowsAsync<OutageException>(() => ElapseAsync(RunImageAsync()));
        await Assert.ThrowsAsync<OutageException>(() => ElapseAsync(RunImageAsync()));
        VerifyImagesMade(Times.Once());

        OnSave(() => { });
        _store.Setup(store => store.OpenAsync(It.IsAny<string>(), It.IsAny<CancellationToken>())).ReturnsAsync((ImageContent?)null);
        await RunImageAsync();

        var after = await ReadAsync();
        Assert.Equal(PartStatus.Complete, after.Images[0].Status);
        Assert.Equal((1, (string?)null), (Assert.Single(after.Attempts).Attempt, after.Attempts[0].Code));
    }

    [Fact]
    public async Task GenerateText_DatabaseAwayForLongOnceTheTextIsMade_RecordsThatTextLater()
    {
        var made = 0;
        OnText(_ =>
        {
            DatabaseAwayTests.AllowConnectionsAsync(_database.ConnectionString, allow: false).GetAwaiter().GetResult();
            return new GeneratedText($"Text {++made}", "writer-1", null);
        });
        await Assert.ThrowsAsync<OutageException>(() => ElapseAsync(RunTextAsync()));
        await Assert.ThrowsAsync<OutageException>(() => ElapseAsync(RunTextAsync()));

        await DatabaseAwayTests.AllowConnectionsAsync(_database.ConnectionString, allow: true);
        _outages = TestRunner.NewOutages();
        await RunTextAsync();

        var after = await ReadAsync();
        Assert.Equal((PartStatus.Complete, "Text 1", 1), (after.TextStatus, after.Text, made));
        Assert.Equal(1, Assert.Single(after.Attempts).Attempt);
    }

    // The time that a wait takes passes at once.
    private async Task ElapseAsync(Task run)
    {
        while (!run.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await run;
    }

    private void OnSave(Action save) => _store
        .Setup(store => store.SaveAsync(
            It.IsAny<string>(), It.IsAny<ReadOnlyMemory<byte>>(), It.IsAny<string>(), It.IsAny<CancellationToken>()))
        .Returns((string name, ReadOnlyMemory<byte> bytes, string type, CancellationToken _) =>
        {
            save();
            return Task.FromResult(new StoredImage(name, type, bytes.Length, "\"1\""));
        });

    private void VerifyImagesMade(Times times) =>
        _image.Verify(generator => generator.GenerateAsync(It.IsAny<ImageRequest>(), It.IsAny<CancellationToken>()), times);

    private void OnText(Func<TextRequest, GeneratedText> respond) =>
        _text
            .Setup(generator => generator.GenerateAsync(It.IsAny<TextRequest>(), It.IsAny<CancellationToken>()))
            .Returns((TextRequest request, CancellationToken _) => Task.Run(() => respond(request)));

    private Task RunTextAsync() => NewText().RunAsync(new PartInput(_campaign.Id, null, Retry), CancellationToken.None);

    private Task RunImageAsync() =>
        new GenerateImage(NewRunner(), TestGenerators.Create(_text.Object, _image.Object), TestRunner.NewImages(_store.Object, _outages))
            .RunAsync(new PartInput(_campaign.Id, 0, Retry), CancellationToken.None);

    private GenerateText NewText() => new(NewRunner(), TestGenerators.Create(_text.Object, _image.Object));

    private PartRunner NewRunner() => TestRunner.Create(_database, _changes, _outages, _unrecorded);

    private async Task<Campaign> ReadAsync()
    {
        await using var db = _database.NewContext();
        return await db.Campaigns.AsNoTracking().Include(campaign => campaign.Images).Include(campaign => campaign.Attempts).SingleAsync();
    }
}
