using Atelier.Durable;
using Atelier.Notifications.Webhooks;
using FunctionApp.Tests.Durable;
using Microsoft.DurableTask;
using Moq;

namespace FunctionApp.Tests.Notifications.Webhooks;

public sealed class DeliverWebhookTests
{
    private static readonly DeliveryInput Input = new(
        Guid.Parse("01987a6e-0000-7000-8000-000000000001"), Run: 0, new WebhookOptions().Retry);

    private readonly Mock<TaskOrchestrationContext> _context = new();
    private readonly Queue<ActivityFailure?> _attempts = new();
    private readonly List<string> _calls = [];

    public DeliverWebhookTests()
    {
        _context
            .Setup(context => context.CallActivityAsync(It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<TaskOptions?>()))
            .Returns((TaskName name, object? input, TaskOptions? options) =>
            {
                int attempts = options!.Retry!.Policy!.MaxNumberOfAttempts;
                _calls.Add(input is GivenUpDelivery givenUp ? $"{name.Name} {givenUp.Code}" : $"{name.Name} {attempts}");
                return name.Name == nameof(SendWebhook) && _attempts.Dequeue() is { } failure
                    ? Task.FromException(Failures.Thrown(failure))
                    : Task.CompletedTask;
            });
        _context
            .Setup(context => context.CreateTimer(It.IsAny<TimeSpan>(), It.IsAny<CancellationToken>()))
            .Returns((TimeSpan delay, CancellationToken _) =>
            {
                _calls.Add($"wait {delay.TotalSeconds}");
                return Task.CompletedTask;
            });
    }

    [Fact]
    public async Task Run_ReceiverAsksToWait_WaitsAndContinuesWithTheRemainingAttempts()
    {
        _attempts.Enqueue(Waiting(seconds: 120, attempts: 1));
        _attempts.Enqueue(Waiting(seconds: 600, attempts: 3));
        _attempts.Enqueue(null);

        Assert.True(await DeliverWebhook.RunAsync(_context.Object, Input));
        Assert.Equal(["SendWebhook 10", "wait 120", "SendWebhook 9", "wait 600", "SendWebhook 7"], _calls);
    }

    [Fact]
    public async Task Run_AttemptsUsedUp_BecomesADeadLetter()
    {
        _attempts.Enqueue(Waiting(seconds: 120, attempts: 9));
        _attempts.Enqueue(new ActivityFailure("http_503", "Not today.", CanRetry: true));

        Assert.False(await DeliverWebhook.RunAsync(_context.Object, Input));
        Assert.Equal(["SendWebhook 10", "wait 120", "SendWebhook 1", "GiveUpDelivery http_503"], _calls);
    }

    private static ActivityFailure Waiting(int seconds, int attempts) =>
        new("http_503", "Not today.", CanRetry: true, new RetryWait(TimeSpan.FromSeconds(seconds), attempts));
}
