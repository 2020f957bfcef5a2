using Atelier.Campaigns.Workflow;
using Atelier.Durable;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using DurableTask.Core.Exceptions;
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
        var campaign = TestCampaign.Create(images: 2);
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
    public async Task TrySchedule_SecondRun_MakesOnlyMissingPartsAndContinuesAttemptNumbers()
    {
        var campaign = TestCampaign.Create(images: 2);
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
    public async Task TrySchedule_EngineAway_ReturnsFalse()
    {
        OnSchedule((_, _) => throw new InvalidOperationException("The engine is away."));

        Assert.False(await _scheduler.TryScheduleAsync(_client.Object, TestCampaign.Create()));
    }

    [Fact]
    public async Task TrySchedule_AlreadyScheduled_ReturnsTrue()
    {
        OnSchedule((_, _) => throw new OrchestrationAlreadyExistsException("An Orchestration instance with the ID x already exists."));

        Assert.True(await _scheduler.TryScheduleAsync(_client.Object, TestCampaign.Create()));
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
}
