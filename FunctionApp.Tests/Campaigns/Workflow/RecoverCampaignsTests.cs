using Atelier.Access.Limits;
using Atelier.Campaigns;
using Atelier.Campaigns.Control;
using Atelier.Campaigns.Workflow;
using Atelier.Outages;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace FunctionApp.Tests.Campaigns.Workflow;

/// <summary>What happens to campaigns without a working orchestration.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class RecoverCampaignsTests(LocalServicesFixture services) : IAsyncLifetime
{
    private readonly Mock<DurableTaskClient> _client = new("test");
    private readonly List<string> _scheduled = [];
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(services);
        _client
            .Setup(client => client.ScheduleNewOrchestrationInstanceAsync(
                It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((TaskName _, object? _, StartOrchestrationOptions? options, CancellationToken _) =>
            {
                _scheduled.Add(options!.InstanceId!);
                return options.InstanceId!;
            });
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    public async Task Run_PendingWithoutAnInstance_SchedulesIt(OrchestrationRuntimeStatus? status)
    {
        var campaign = await AddAsync(CampaignStatus.Pending, status);

        await RunAsync();

        Assert.Equal([campaign.InstanceId], _scheduled);
    }

    [Fact]
    public async Task Run_AcceptedByAProcessThatWasFastOrBeforeTheClockWasSet_IsScheduled()
    {
        var campaign = await AddAsync(CampaignStatus.Pending, null);
        await _database.ScalarAsync<int>("UPDATE campaigns SET created_at = now() + interval '1 hour', checked_at = now() + interval '1 hour' RETURNING 1");

        await RunAsync();

        Assert.Equal([campaign.InstanceId], _scheduled);
    }

    [Theory]
    [InlineData(CampaignStatus.Pending, OrchestrationRuntimeStatus.Pending)]
    [InlineData(CampaignStatus.Pending, OrchestrationRuntimeStatus.Running)]
    [InlineData(CampaignStatus.Running, OrchestrationRuntimeStatus.Running)]
    [InlineData(CampaignStatus.Running, OrchestrationRuntimeStatus.Suspended)]
    public async Task Run_InstanceIsAlive_ChangesNothing(CampaignStatus campaignStatus, OrchestrationRuntimeStatus status)
    {
        await AddAsync(campaignStatus, status);

        await RunAsync();

        Assert.Empty(_scheduled);
        Assert.Equal(campaignStatus, (await ReadAsync()).Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    public async Task Run_InstanceLost_RunsTheMissingPartsAgain(OrchestrationRuntimeStatus? status)
    {
        var campaign = await AddAsync(CampaignStatus.Running, status);

        await RunAsync();

        Assert.Equal([$"{campaign.Id:D}-1"], _scheduled);
    }

    [Theory]
    [InlineData(CampaignStatus.Pending, "\"The prompt names a person.\"", "The prompt names a person.")]
    [InlineData(CampaignStatus.Running, "The prompt names a person.", "The prompt names a person.")]
    [InlineData(CampaignStatus.Running, null, "An operator terminated the campaign's orchestration.")]
    public async Task Run_InstanceTerminatedByAnOperator_StaysTerminatedAndItsCampaignIsCanceledWithTheReason(
        CampaignStatus status, string? output, string reason)
    {
        var terminated = await AddAsync(status, OrchestrationRuntimeStatus.Terminated, output);

        await RunAsync();

        Assert.Empty(_scheduled);
        var campaign = await ReadAsync();
        Assert.Equal(CampaignStatus.Canceled, campaign.Status);
        Assert.Equal(new CampaignError(Parts.Text, "orchestration_terminated", reason), campaign.Error);
        await using var db = _database.NewContext();
        Assert.Empty(await db.DeadLetters.ToListAsync());
        Assert.Contains(reason, (await db.Events.SingleAsync(e => e.CampaignId == terminated.Id)).Data, StringComparison.Ordinal);
    }

    private async Task<Campaign> AddAsync(CampaignStatus status, OrchestrationRuntimeStatus? instance, string? output = null)
    {
        var campaign = TestCampaign.Create();
        campaign.Status = status;
        await using var db = _database.NewContext();
        db.Add(campaign);
        await db.SaveChangesAsync();
        var metadata = instance is { } known
            ? new OrchestrationMetadata(nameof(CampaignOrchestrator), campaign.InstanceId) { RuntimeStatus = known, SerializedOutput = output }
            : null;
        _client.Setup(client => client.GetInstanceAsync(campaign.InstanceId, It.IsAny<CancellationToken>())).ReturnsAsync(metadata);
        _client.Setup(client => client.GetInstanceAsync(campaign.InstanceId, true, It.IsAny<CancellationToken>())).ReturnsAsync(metadata);
        return campaign;
    }

    private async Task<Campaign> ReadAsync()
    {
        await using var db = _database.NewContext();
        return await db.Campaigns.AsNoTracking().SingleAsync();
    }

    private async Task RunAsync()
    {
        await using var provider = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(TestGenerators.Create())
            .AddSingleton(RetryOptions.Read(new ConfigurationBuilder().Build()))
            .AddSingleton(CallerLimits.None)
            .AddTransient(_ => _database.NewContext())
            .AddSingleton<OutageMonitor>()
            .AddSingleton(new GroupCommit(_database.DataSource))
            .AddScoped<CampaignUpdater>()
            .AddScoped<CampaignQueries>()
            .AddScoped<CampaignQuota>()
            .AddSingleton<CampaignScheduler>()
            .AddScoped<CampaignControl>()
            .AddSingleton<ILogger<VersionRecovery>>(NullLogger<VersionRecovery>.Instance)
            .AddScoped<VersionRecovery>()
            .BuildServiceProvider();
        await using var db = _database.NewContext();
        await new RecoverCampaigns(
            db,
            new CampaignQueries(db),
            provider.GetRequiredService<CampaignScheduler>(),
            provider.GetRequiredService<VersionRecovery>(),
            provider.GetRequiredService<IServiceScopeFactory>(),
            NullLogger<RecoverCampaigns>.Instance).RunAsync(new TimerInfo(), _client.Object, CancellationToken.None);
    }
}
