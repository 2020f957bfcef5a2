using Atelier.Activities;
using Atelier.Campaigns.Workflow;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace FunctionApp.Tests.Campaigns.Workflow;

public sealed class CampaignSchedulerTests
{
    private static readonly RetrySettings TextRetry = new(3, TimeSpan.FromSeconds(1), 2, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1));
    private static readonly RetrySettings ImageRetry = TextRetry with { MaxAttempts = 7 };

    private readonly Mock<DurableTaskClient> _client = new("test");
    private readonly CampaignScheduler _scheduler = new(
        new RetryOptions(TextRetry, ImageRetry), TestGenerators.Create(), TimeProvider.System, NullLogger<CampaignScheduler>.Instance);

    [Fact]
    public async Task TrySchedule_Campaign_StartsItsInstanceWithItsPartsAndPolicies()
    {
        Campaign campaign = TestCampaign.Create(images: 2);
        CampaignInput? input = null;
        OnSchedule((given, options) =>
        {
            input = given;
            Assert.Equal(campaign.Id.ToString("D"), options!.InstanceId);
        });

        Assert.True(await _scheduler.TryScheduleAsync(_client.Object, campaign));
        Assert.Equal(campaign.Id, input!.CampaignId);
        Assert.Equal(
            [new PartInput(campaign.Id, null, TextRetry), new PartInput(campaign.Id, 0, ImageRetry), new PartInput(campaign.Id, 1, ImageRetry)],
            input.Parts);
    }

    [Fact]
    public async Task TrySchedule_SecondRun_MakesOnlyWhatIsMissingAndCountsAttemptsOn()
    {
        Campaign campaign = TestCampaign.Create(images: 2);
        campaign.Run = 1;
        campaign.InstanceId = CampaignScheduler.InstanceIdOf(campaign.Id, 1);
        campaign.TextStatus = PartStatus.Complete;
        campaign.Images[0].Status = PartStatus.Complete;
        campaign.Attempts.Add(new CampaignAttempt { CampaignId = campaign.Id, Part = "image/1", Attempt = 7, Provider = "paint", EndedAt = TestCampaign.CreatedAt });
        CampaignInput? input = null;
        OnSchedule((given, _) => input = given);

        Assert.True(await _scheduler.TryScheduleAsync(_client.Object, campaign));

        Assert.Equal(1, input!.Run);
        Assert.Equal([new PartInput(campaign.Id, 1, ImageRetry, FirstAttempt: 8, Run: 1)], input.Parts);
    }

    [Fact]
    public async Task TrySchedule_EngineAway_AnswersFalseInsteadOfThrowing()
    {
        OnSchedule((_, _) => throw new InvalidOperationException("The engine is away."));

        Assert.False(await _scheduler.TryScheduleAsync(_client.Object, TestCampaign.Create()));
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Pending)]
    [InlineData(OrchestrationRuntimeStatus.Running)]
    [InlineData(OrchestrationRuntimeStatus.Suspended)]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    public async Task Recover_InstanceExists_LeavesItAlone(OrchestrationRuntimeStatus status)
    {
        Campaign campaign = TestCampaign.Create();
        OnGet(campaign, new OrchestrationMetadata(nameof(CampaignOrchestrator), campaign.InstanceId) { RuntimeStatus = status });
        OnSchedule((_, _) => Assert.Fail("It is scheduled already."));

        Assert.False(await _scheduler.RecoverAsync(_client.Object, campaign, CancellationToken.None));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Recover_InstanceMissingOrFailed_SchedulesIt(bool failedBefore)
    {
        Campaign campaign = TestCampaign.Create();
        OnGet(campaign, failedBefore
            ? new OrchestrationMetadata(nameof(CampaignOrchestrator), campaign.InstanceId) { RuntimeStatus = OrchestrationRuntimeStatus.Failed }
            : null);
        int scheduled = 0;
        OnSchedule((_, _) => scheduled++);

        Assert.True(await _scheduler.RecoverAsync(_client.Object, campaign, CancellationToken.None));
        Assert.Equal(1, scheduled);
    }

    private void OnSchedule(Action<CampaignInput?, StartOrchestrationOptions?> onCall) =>
        _client
            .Setup(client => client.ScheduleNewOrchestrationInstanceAsync(
                It.Is<TaskName>(name => name.Name == nameof(CampaignOrchestrator)),
                It.IsAny<object?>(),
                It.IsAny<StartOrchestrationOptions?>(),
                It.IsAny<CancellationToken>()))
            .ReturnsAsync((TaskName _, object? input, StartOrchestrationOptions? options, CancellationToken _) =>
            {
                onCall(input as CampaignInput, options);
                return options!.InstanceId!;
            });

    private void OnGet(Campaign campaign, OrchestrationMetadata? metadata) =>
        _client.Setup(client => client.GetInstanceAsync(campaign.InstanceId, It.IsAny<CancellationToken>())).ReturnsAsync(metadata);
}
