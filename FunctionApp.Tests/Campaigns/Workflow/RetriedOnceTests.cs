using Atelier.Campaigns.Control;
using Atelier.Campaigns.Workflow;
using Atelier.Campaigns.Workflow.Jobs;
using Atelier.Durable;
using Atelier.Generation;
using Atelier.Images;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace FunctionApp.Tests.Campaigns.Workflow;

/// <summary>Failures that are retried once at most, whatever the policy allows, because each attempt is paid for.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class RetriedOnceTests(LocalServicesFixture services) : IAsyncLifetime
{
    private static readonly RetrySettings Retry = new(
        MaxAttempts: 5, TimeSpan.FromSeconds(2), Backoff: 2, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15));

    private readonly Campaign _campaign = TestCampaign.Create();
    private string _code = "";
    private readonly List<TextRequest> _asked = [];
    private TestDatabase _database = null!;
    private CampaignChanges _changes = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(services);
        _changes = new CampaignChanges(_database.DataSource, TimeProvider.System, NullLogger<CampaignChanges>.Instance);
        await using var db = _database.NewContext();
        db.Add(_campaign);
        await db.SaveChangesAsync();
    }

    public async Task DisposeAsync()
    {
        await _changes.StopAsync(CancellationToken.None);
        _changes.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Image_UnusableTwice_Fails()
    {
        var followed = await RunAsync(image: 0, "unusable_answer", "unusable_answer");

        Assert.Equal([true, false], followed);
        var after = (await ReadAsync()).Images[0];
        Assert.Equal(PartStatus.Failed, after.Status);
    }

    [Fact]
    public async Task Image_UnusableBetweenOtherFailures_IsRetriedOnceInAll()
    {
        var followed = await RunAsync(image: 0, "unusable_answer", "server_error", "unusable_answer");

        Assert.Equal([true, true, false], followed);
    }

    [Fact]
    public async Task Image_TransientFailures_FollowThePolicy()
    {
        var followed = await RunAsync(image: 0, "invalid_response", "invalid_response", "invalid_response", "invalid_response", "invalid_response");

        Assert.Equal([true, true, true, true, false], followed);
    }

    [Fact]
    public async Task Image_UnusableInANewRun_IsRetriedOnceAgain()
    {
        await RunAsync(image: 0, "unusable_answer", "unusable_answer");
        await using (var db = _database.NewContext())
            await db.Images.ExecuteUpdateAsync(row => row.SetProperty(image => image.Status, PartStatus.Pending));

        var followed = await RunAsync(new PartInput(_campaign.Id, 0, Retry, FirstAttempt: 3), "unusable_answer", "unusable_answer");

        Assert.Equal([true, false], followed);
    }

    [Fact]
    public async Task Text_Cut_IsRetriedOnceWithAHigherLimit()
    {
        var followed = await RunAsync(image: null, "truncated", "rate_limited", "truncated");

        Assert.Equal([true, true, false], followed);
        Assert.Equal([false, true, true], _asked.Select(request => request.HasMoreRoom));
        var after = await ReadAsync();
        Assert.Equal((PartStatus.Failed, "truncated"), (after.TextStatus, after.Attempts.MaxBy(attempt => attempt.Attempt)!.Code));
    }

    [Theory]
    [InlineData("unusable_answer", true)]
    [InlineData("invalid_response", true)]
    [InlineData("server_error", false)]
    public async Task Job_ImageCannotBeFetched_IsOrderedAgainUnlessTheAddressMayStillWork(string code, bool isForgotten)
    {
        var input = new PartInput(_campaign.Id, 0, Retry) { IsAsync = true };
        var generator = new Mock<IAsyncImageGenerator>();
        generator.Setup(provider => provider.Provider).Returns("paint");
        _code = code;
        generator.Setup(provider => provider.FetchAsync("https://example.org/1.png", It.IsAny<CancellationToken>())).ThrowsAsync(NextFailure());
        var updater = TestRunner.NewUpdater(_database);
        var attempts = new AttemptStore(updater);
        var jobs = new ImageJobStore(updater);
        await attempts.BeginAsync(input, CancellationToken.None);
        await jobs.KeepAsync(input, "job-1", CancellationToken.None);
        var cancellations = new CampaignCancellationRegistry(_changes, _database.DataSource, NullLogger<CampaignCancellationRegistry>.Instance);
        var store = new StoreImage(
            attempts,
            jobs,
            new PartRunner(attempts, new UnrecordedResults(), cancellations, NullLogger<PartRunner>.Instance),
            cancellations,
            new AbandonedJobCanceler(TimeProvider.System, NullLogger<AbandonedJobCanceler>.Instance),
            new GeneratorCatalog([Mock.Of<ITextGenerator>(text => text.Provider == "words")], [], "words", "paint", [generator.Object]),
            TestRunner.NewImages(Mock.Of<IImageStore>()),
            NullLogger<StoreImage>.Instance);

        var thrown = await Assert.ThrowsAsync<ActivityFailedException>(() => store.RunAsync(
            new ImageJobInput(input, new ImageReport("job-1", ImageJobStatus.Succeeded, "https://example.org/1.png")), CancellationToken.None));

        Assert.Equal((code, true), (thrown.Failure.Code, thrown.Failure.CanRetry));
        Assert.Equal(isForgotten ? null : "job-1", (await ReadAsync()).Images[0].ProviderJobId);
    }

    private Task<bool[]> RunAsync(int? image, params string[] codes) => RunAsync(new PartInput(_campaign.Id, image, Retry), codes);

    // Whether another attempt follows each.
    private async Task<bool[]> RunAsync(PartInput input, params string[] codes)
    {
        var followed = new List<bool>();
        foreach (var code in codes)
        {
            _code = code;
            var thrown = await Assert.ThrowsAsync<ActivityFailedException>(() => AttemptAsync(input));
            Assert.Equal(code, thrown.Failure.Code);
            followed.Add(thrown.Failure.CanRetry);
        }
        return [.. followed];
    }

    private Task<string?> AttemptAsync(PartInput input)
    {
        var text = new Mock<ITextGenerator>();
        text.Setup(generator => generator.Provider).Returns("words");
        text.Setup(generator => generator.GenerateAsync(It.IsAny<TextRequest>(), It.IsAny<CancellationToken>()))
            .Callback((TextRequest request, CancellationToken _) => _asked.Add(request))
            .ThrowsAsync(NextFailure());
        var image = new Mock<IImageGenerator>();
        image.Setup(generator => generator.Provider).Returns("paint");
        image.Setup(generator => generator.GenerateAsync(It.IsAny<ImageRequest>(), It.IsAny<CancellationToken>())).ThrowsAsync(NextFailure());
        var generators = TestGenerators.Create(text.Object, image.Object);
        var runner = TestRunner.Create(_database, _changes);
        return input.Image is null
            ? new GenerateText(runner, generators).RunAsync(input, CancellationToken.None)
            : new GenerateImage(runner, generators, TestRunner.NewImages(Mock.Of<IImageStore>())).RunAsync(input, CancellationToken.None);
    }

    private GenerationException NextFailure() => new(_code, "No.", "paint") { IsTransient = true, HttpStatus = 200 };

    private async Task<Campaign> ReadAsync()
    {
        await using var db = _database.NewContext();
        return await db.Campaigns.AsNoTracking().Include(campaign => campaign.Images).Include(campaign => campaign.Attempts).SingleAsync();
    }
}
