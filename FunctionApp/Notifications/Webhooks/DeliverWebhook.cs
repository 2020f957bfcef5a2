using Atelier.Durable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Atelier.Notifications.Webhooks;

/// <summary>Delivers one message to one webhook: attempts as the retry policy spaces them, then a dead letter.</summary>
/// <remarks>Deterministic: it decides from its input and its activities' results alone.</remarks>
public static class DeliverWebhook
{
    private static readonly TaskOptions DatabaseRetryOptions = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 500, TimeSpan.FromSeconds(1), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1)));

    /// <summary>The id of the orchestration of one run of a delivery.</summary>
    public static string InstanceIdOf(Guid deliveryId, int run) => $"webhook-{deliveryId:N}-{run}";

    /// <summary>Delivers a message, or makes a dead letter of it.</summary>
    /// <returns>Whether it was delivered, or no longer needs to be.</returns>
    [Function(nameof(DeliverWebhook))]
    public static async Task<bool> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, DeliveryInput input)
    {
        ActivityFailure? failure = await SendAsync(context, input, input.Retry);
        while (failure?.Wait is { } wait)
        {
            // The receiver asked for more time than the policy gives: a durable timer waits, then the policy continues.
            await context.CreateTimer(wait.Delay, CancellationToken.None);
            failure = await SendAsync(context, input, RetrySchedule.After(input.Retry, wait.Attempts));
        }
        if (failure is null)
            return true;

        var givenUp = new GivenUpDelivery(input.DeliveryId, input.Run, failure.Code, failure.Message);
        await context.CallActivityAsync(nameof(GiveUpDelivery), givenUp, DatabaseRetryOptions);
        return false;
    }

    private static async Task<ActivityFailure?> SendAsync(TaskOrchestrationContext context, DeliveryInput input, RetrySettings retry)
    {
        try
        {
            await context.CallActivityAsync(nameof(SendWebhook), input, TaskOptions.FromRetryPolicy(retry.ToPolicy()));
            return null;
        }
        catch (TaskFailedException exception)
        {
            return ActivityFailure.From(exception.FailureDetails);
        }
    }
}

/// <summary>The input of <see cref="DeliverWebhook"/> and <see cref="SendWebhook"/>.</summary>
/// <param name="DeliveryId">The delivery.</param>
/// <param name="Run">0 for the first run; one more for each redrive.</param>
/// <param name="Retry">How attempts are spaced.</param>
/// <param name="AttemptsBefore">The attempts that earlier runs made.</param>
public sealed record DeliveryInput(Guid DeliveryId, int Run, RetrySettings Retry, int AttemptsBefore = 0);

/// <summary>The input of <see cref="GiveUpDelivery"/>.</summary>
/// <param name="DeliveryId">The delivery.</param>
/// <param name="Run">The run that ends.</param>
/// <param name="Code">Code of its last failure.</param>
/// <param name="Message">One human sentence.</param>
public sealed record GivenUpDelivery(Guid DeliveryId, int Run, string Code, string Message);
